package jobs

import (
	"context"
	"fmt"
	"time"

	"amal/db"
	"amal/mail"
)

// mailHead sends the head of the sealed history to an address outside, once a
// day over all servers: whoever keeps these mails can tell later whether the
// history before them still stands (amal verify --head). None goes while mails are
// held.
func (j *Jobs) mailHead(ctx context.Context, now time.Time) error {
	if j.HeadTo == "" || j.Senders == nil {
		return nil
	}
	if hold, err := j.Store.Held(ctx); err != nil || hold != nil {
		return err
	}
	head, err := j.Store.Head(ctx)
	if err != nil || head == "" {
		return err
	}
	day := now.UTC().Format(time.DateOnly)
	mine, err := j.Store.ClaimOnce(ctx, db.HeadMail(now))
	if err != nil || !mine {
		return err
	}
	sender := j.Senders()
	defer sender.Close()
	_, err = sender.Send(ctx, mail.Message{From: j.From, To: j.HeadTo, Subject: "Amal: head of the sealed history, " + day,
		Text: fmt.Sprintf("%s\n\n%s\n\namal verify --head %s\n", j.BaseURL, head, head), MessageID: fmt.Sprintf("head-%s@%s", day, j.host()), Lang: "en", Date: now})
	return err
}
