package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"amal/db"
	"amal/mail"
)

// setupPause is how long a worker rests after the mail server refused the
// password or the certificate: trying on would only lock the account.
const setupPause = 5 * time.Minute

// Each worker claims a few messages at a time and believes what it read of them
// for a moment: what it has not begun by then it gives back, so that a claim
// outlasts the longest conversation (db.Lease) and no line is told that has not
// just been looked at.
const (
	claimAtOnce = 20
	believedFor = 2 * time.Second
	// eachMayWait is how many messages wait for each worker before a further one
	// joins: a single mail does not open every connection.
	eachMayWait = 10
)

// work sends messages one after the other until ctx ends. Its connection is
// kept from mail to mail, and closed when nothing waits.
func (j *Jobs) work(ctx context.Context, number int) {
	sender, worker := j.Senders(), fmt.Sprintf("%s/%d", j.Server, number)
	defer sender.Close()
	for ctx.Err() == nil {
		sent, err := j.sendSome(ctx, sender, worker, number*eachMayWait)
		pause := time.Duration(0)
		var fault *mail.SendError
		switch {
		case errors.As(err, &fault) && fault.Setup:
			pause = setupPause
		case err != nil || sent == 0:
			pause = sweepEvery
		}
		if err != nil && ctx.Err() == nil {
			j.Log.Warn("mail", "worker", worker, "error", err.Error())
		}
		if pause > 0 {
			sender.Close()
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// sendSome sends some of the waiting messages, where there are more than the
// others have in hand: connects first, then claims, so that a server that is
// down holds nothing. It returns how many it dealt with.
func (j *Jobs) sendSome(ctx context.Context, sender mail.Sender, worker string, others int) (int, error) {
	now := j.Now()
	if n, err := j.Store.Waiting(ctx, now); err != nil || n <= others {
		return 0, err
	}
	if err := sender.Connect(ctx); err != nil {
		j.noteMail(ctx, err)
		return 0, err
	}
	letters, err := j.Store.ClaimSome(ctx, worker+" "+rand.Text(), claimAtOnce, now)
	if err != nil || len(letters) == 0 {
		return 0, err
	}
	done, err := j.deliverAll(ctx, sender, letters, now)
	return done, errors.Join(err, j.Store.Release(context.WithoutCancel(ctx), letters[done:]...))
}

// deliverAll sends claimed letters while ctx lasts, they are fresh and the
// server can be reached. It returns how many it dealt with.
func (j *Jobs) deliverAll(ctx context.Context, sender mail.Sender, letters []*db.Letter, claimed time.Time) (int, error) {
	whole := context.WithoutCancel(ctx) // what is under way is finished
	directory, err := j.Store.Directory(whole, claimed)
	if err != nil {
		return 0, err
	}
	if err := j.Store.AddAnswerLinks(whole, claimed, letters...); err != nil {
		return 0, err
	}
	for i, l := range letters {
		if ctx.Err() != nil || j.Now().Sub(claimed) > believedFor && i > 0 {
			return i, nil
		}
		if err := sender.Connect(whole); err != nil {
			return i, err
		}
		if back, err := j.deliver(whole, sender, l, directory); err != nil {
			if back {
				return i, err
			}
			return i + 1, err
		}
	}
	return len(letters), nil
}

// deliver sends one claimed message and writes what became of it before
// anything else is sent. back says that it was not tried and is to be given
// back.
func (j *Jobs) deliver(ctx context.Context, sender mail.Sender, l *db.Letter, directory map[int64]*db.Agency) (back bool, err error) {
	message, err := j.compose(l, directory, j.Now())
	if err != nil {
		return false, errors.Join(err, j.Store.RecordRetry(ctx, l, err.Error(), j.Now()))
	}
	answer, err := sender.Send(ctx, message)
	if err == nil {
		j.noteMail(ctx, nil)
		return false, j.Store.RecordSent(ctx, l, answer, j.Now())
	}
	var fault *mail.SendError
	if errors.As(err, &fault) && fault.Refused {
		return false, j.Store.RecordRefused(ctx, l, fault.Text, j.Now())
	}
	if errors.As(err, &fault) && fault.Setup {
		j.noteMail(ctx, err)
		return true, err
	}
	return false, j.Store.RecordRetry(ctx, l, err.Error(), j.Now())
}

// SendAll sends everything that waits at now, and returns how many messages
// were dealt with. It is for the command line and the demonstration.
func (j *Jobs) SendAll(ctx context.Context) (int, error) {
	sender := j.Senders()
	defer sender.Close()
	for n := 0; ; {
		sent, err := j.sendSome(ctx, sender, j.Server, 0)
		n += sent
		if err != nil || sent == 0 {
			return n, err
		}
	}
}

// Catcher keeps mails in the database instead of sending them, for the
// demonstration's mailbox.
type Catcher struct {
	Store *db.Store
	Now   func() time.Time
}

// Connect always succeeds.
func (Catcher) Connect(context.Context) error { return nil }

// Send keeps the mail.
func (c Catcher) Send(ctx context.Context, m mail.Message) (string, error) {
	err := c.Store.CatchMail(ctx, db.CaughtMail{HeaderID: m.MessageID, Recipient: m.ToName + " <" + m.To + ">", Subject: m.Subject, Text: m.Text, HTML: m.HTML, At: c.Now()})
	return "250 2.0.0 kept in the demonstration's mailbox", err
}

// Close does nothing.
func (Catcher) Close() error { return nil }
