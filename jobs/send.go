package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"amal/db"
	"amal/mail"
)

// setupPause is how long a worker rests after the mail server refused the
// password or the certificate: trying on would only lock the account.
const setupPause = 5 * time.Minute

// work sends messages one after the other until ctx ends.
func (j *Jobs) work(ctx context.Context, worker string) {
	sender := j.Senders()
	defer sender.Close()
	for ctx.Err() == nil {
		sent, err := j.sendNext(ctx, sender, worker)
		pause := time.Duration(0)
		var fault *mail.SendError
		switch {
		case errors.As(err, &fault) && fault.Setup:
			pause = setupPause
		case err != nil || !sent:
			pause = sweepEvery
		}
		if err != nil && ctx.Err() == nil {
			j.Log.Warn("mail", "worker", worker, "error", err.Error())
		}
		if pause > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// sendNext sends the next waiting message: connects first, then claims, so that
// a server that is down holds nothing. It reports whether there was one.
func (j *Jobs) sendNext(ctx context.Context, sender mail.Sender, worker string) (bool, error) {
	now := j.Now()
	if n, err := j.Store.Waiting(ctx, now); err != nil || n == 0 {
		return false, err
	}
	if err := sender.Connect(ctx); err != nil {
		return false, err
	}
	letter, err := j.Store.Claim(ctx, worker+" "+rand.Text(), now)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, j.deliver(ctx, sender, letter)
}

// deliver sends one claimed message and writes what became of it before
// anything else is sent. What is under way is finished even when ctx ends.
func (j *Jobs) deliver(ctx context.Context, sender mail.Sender, l *db.Letter) error {
	ctx = context.WithoutCancel(ctx)
	directory, err := j.Store.Directory(ctx, j.Now())
	if err != nil {
		return errors.Join(err, j.Store.Release(ctx, l))
	}
	if err := j.Store.AddAnswerLinks(ctx, l, j.Now()); err != nil {
		return errors.Join(err, j.Store.Release(ctx, l))
	}
	message, err := j.compose(l, directory, j.Now())
	if err != nil {
		return errors.Join(err, j.Store.RecordRetry(ctx, l, err.Error(), j.Now()))
	}
	answer, err := sender.Send(ctx, message)
	if err == nil {
		return j.Store.RecordSent(ctx, l, answer, j.Now())
	}
	var fault *mail.SendError
	if errors.As(err, &fault) && fault.Refused {
		return j.Store.RecordRefused(ctx, l, fault.Text, j.Now())
	}
	if errors.As(err, &fault) && fault.Setup {
		return errors.Join(err, j.Store.Release(ctx, l))
	}
	return j.Store.RecordRetry(ctx, l, err.Error(), j.Now())
}

// SendAll sends everything that waits at now, and returns how many messages
// went out. It is for the command line and the demonstration.
func (j *Jobs) SendAll(ctx context.Context) (int, error) {
	sender := j.Senders()
	defer sender.Close()
	for n := 0; ; n++ {
		sent, err := j.sendNext(ctx, sender, j.Server)
		if err != nil || !sent {
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
