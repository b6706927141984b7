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
// password or the certificate, a little longer than mail leaves it alone.
const setupPause = 5*time.Minute + 2*time.Second

// sendWithin is how long a message may take from its claim to the mail server's
// answer: less than its lease, after which it is another's.
const sendWithin = db.Lease - 5*time.Second

// A worker that finds the database away looks for it every askAgain, and then
// leaves whoever has a result to write down the first word for letOthers.
const (
	askAgain  = 250 * time.Millisecond
	letOthers = 2 * time.Second
)

// Each worker claims a few messages at a time and believes what it read of them
// for a moment: what it has not begun by then it gives back, so that a claim
// outlasts the longest conversation (db.Lease) and no line is told that has not
// just been looked at.
const (
	claimAtOnce = 20
	believedFor = 500 * time.Millisecond
	// eachMayWait is how many messages wait for each worker before a further one
	// joins: a single mail does not open every connection.
	eachMayWait = 10
)

// worker is one connection to the mail server and how it goes along.
type worker struct {
	mail.Sender
	name   string
	others int // messages that those before it have in hand
	pace   int // how many it managed of its last claim
}

// work sends messages one after the other until ctx ends. Its connection is
// kept from mail to mail, and closed when nothing waits.
func (j *Jobs) work(ctx context.Context, number int) {
	w := worker{Sender: j.Senders(), name: fmt.Sprintf("%s/%d", j.Server, number), others: number * eachMayWait}
	defer w.Close()
	for ctx.Err() == nil {
		sent, err := 0, j.rightClock(ctx)
		if err == nil {
			sent, err = j.sendSome(ctx, &w)
		}
		if err != nil && ctx.Err() == nil {
			j.Log.Warn("mail", "worker", w.name, "error", err.Error())
		}
		if err != nil || sent == 0 {
			w.Close()
			j.pause(ctx, err)
		}
	}
}

// pause waits until it makes sense to look for messages again after an error,
// or after there were none.
func (j *Jobs) pause(ctx context.Context, err error) {
	var fault *mail.SendError
	switch {
	case errors.As(err, &fault) && fault.Setup:
		rest(ctx, setupPause)
	case errors.Is(err, db.ErrUnavailable):
		for j.Store.Ping(ctx) != nil && ctx.Err() == nil {
			rest(ctx, askAgain)
		}
		rest(ctx, letOthers)
	default:
		rest(ctx, sweepEvery)
	}
}

func rest(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// sendSome sends some of the waiting messages, where there are more than the
// others have in hand: connects first, then claims, so that a server that is
// down holds nothing. It claims what it can hope to send while it believes what
// it read, and returns how many it dealt with.
func (j *Jobs) sendSome(ctx context.Context, w *worker) (int, error) {
	now := j.Now()
	if w.pace == 0 { // it does not know of any
		if n, err := j.Store.Waiting(ctx, now); err != nil || n <= w.others {
			return 0, err
		}
		w.pace = claimAtOnce
	}
	atOnce := w.pace
	w.pace = 0
	if err := w.Connect(ctx); err != nil {
		j.noteMail(ctx, err)
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, nil
	}
	told := ctx // to end; what is claimed is ended first
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	letters, err := j.Store.ClaimSome(ctx, w.name+" "+rand.Text(), atOnce, now)
	if len(letters) == 0 {
		return 0, err
	}
	done := 0
	if err == nil {
		done, err = j.deliverAll(ctx, told, w, letters, now)
	}
	if done == len(letters) && len(letters) == atOnce {
		w.pace = min(claimAtOnce, atOnce+2)
	} else if err == nil && done < len(letters) {
		w.pace = max(1, done)
	}
	return done, errors.Join(err, record(told, func(ctx context.Context) error { return j.Store.Release(ctx, letters[done:]...) }))
}

// deliverAll sends claimed letters until it is told to end, as long as they are
// fresh and the server can be reached. It returns how many it dealt with, and
// an error that is not a mail's own.
func (j *Jobs) deliverAll(ctx, told context.Context, w *worker, letters []*db.Letter, claimed time.Time) (int, error) {
	directory, err := j.Store.Directory(ctx, claimed)
	if err != nil {
		return 0, err
	}
	if err := j.Store.AddAnswerLinks(ctx, claimed, letters...); err != nil {
		return 0, err
	}
	for i, l := range letters {
		if i > 0 && (told.Err() != nil || j.Now().Sub(claimed) > believedFor) {
			return i, nil
		}
		if err := w.Connect(ctx); err != nil {
			return i, err
		}
		answer, sending := j.deliver(ctx, w, l, directory)
		err := record(told, func(ctx context.Context) error { return j.ended(ctx, l, answer, sending) })
		var fault *mail.SendError
		if errors.As(sending, &fault) && !fault.Setup {
			sending = nil // this mail's own, and in the ledger
		}
		if err := errors.Join(sending, err); err != nil {
			return i + 1, err
		}
	}
	return len(letters), nil
}

// record writes what became of a message before anything else is sent. While
// the database is away it tries on: what a mail server took would go out a
// second time otherwise. Once told to end it tries for a few seconds more.
func record(told context.Context, write func(ctx context.Context) error) error {
	ctx := context.WithoutCancel(told)
	for tries := 0; ; tries++ {
		err := write(ctx)
		if err == nil || errors.Is(err, db.ErrLeaseLost) {
			return err
		}
		away := errors.Is(err, db.ErrUnavailable)
		if away && told.Err() == nil {
			tries = 0
		}
		if !away || tries*int(askAgain) > int(drainWithin) {
			return err
		}
		time.Sleep(askAgain)
	}
}

// errCompose says that a message could not be written at all.
var errCompose = errors.New("not written")

// deliver writes and sends one claimed message.
func (j *Jobs) deliver(ctx context.Context, w *worker, l *db.Letter, directory map[int64]*db.Agency) (answer string, err error) {
	message, err := j.composeSafely(l, directory)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errCompose, err)
	}
	answer, err = w.Send(ctx, message)
	var fault *mail.SendError
	if err == nil || errors.As(err, &fault) && fault.Setup {
		j.noteMail(ctx, err)
	}
	return answer, err
}

// composeSafely writes a message; one that can't be written must not take the
// others with it.
func (j *Jobs) composeSafely(l *db.Letter, directory map[int64]*db.Agency) (m mail.Message, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return j.compose(l, directory, j.Now())
}

// ended writes what became of a claimed message.
func (j *Jobs) ended(ctx context.Context, l *db.Letter, answer string, sending error) error {
	var fault *mail.SendError
	errors.As(sending, &fault)
	switch {
	case sending == nil:
		return j.Store.RecordSent(ctx, l, answer, j.Now())
	case errors.Is(sending, errCompose):
		return j.Store.RecordRetry(ctx, l, sending.Error(), false, j.Now())
	case fault == nil, fault.Setup: // the database's, or the set-up's: not tried
		return j.Store.Release(ctx, l)
	case fault.Refused:
		return j.Store.RecordRefused(ctx, l, fault.Text, j.Now())
	case fault.Unknown:
		return j.Store.RecordRetry(ctx, l, db.AnswerUnknown, false, j.Now())
	}
	return j.Store.RecordRetry(ctx, l, fault.Text, fault.Later, j.Now())
}

// SendAll sends everything that waits at now, and returns how many messages
// were dealt with. It is for the command line and the demonstration.
func (j *Jobs) SendAll(ctx context.Context) (int, error) {
	w := worker{Sender: j.Senders(), name: j.Server}
	defer w.Close()
	for n := 0; ; {
		sent, err := j.sendSome(ctx, &w)
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
