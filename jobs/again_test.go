package jobs

import (
	"errors"
	"testing"

	"github.com/emersion/go-smtp"

	"amal/db"
	"amal/rules"
)

// A refused mail goes out again when somebody says so, once; what went out does
// not. An agency sees what it was sent, and no other's.
func TestSendAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stranger := o.person("stranger", o.other, rules.Focal)
	refuse := true
	o.relay.Rcpt = func(to string) error {
		if refuse && to == "focal@example.org" {
			return &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
		}
		return nil
	}
	o.task("Draft", "2026-06-26")
	o.tick()
	lines, err := o.Store.Ledger(t.Context(), o.focal, db.LedgerFilter{State: "refused"})
	o.check(err)
	if len(lines) != 1 || lines[0].TaskTitle != "Draft" {
		t.Fatalf("the agency sees %d refused mails", len(lines))
	}
	if strangers, err := o.Store.Ledger(t.Context(), stranger, db.LedgerFilter{}); err != nil || len(strangers) != 0 {
		t.Errorf("another agency sees %d, %v", len(strangers), err)
	}
	id := lines[0].ID
	if err := o.Store.SendAgain(t.Context(), stranger, id, "", o.now()); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a stranger sends it again: %v", err)
	}
	refuse = false
	o.check(o.Store.SendAgain(t.Context(), o.staff, id, "once", o.now()))
	var clicked *db.RepeatedError
	if err := o.Store.SendAgain(t.Context(), o.staff, id, "once", o.now()); !errors.As(err, &clicked) || clicked.Target != "/reminders" {
		t.Errorf("clicked twice: %v", err)
	}
	if err := o.Store.SendAgain(t.Context(), o.staff, id, "", o.now()); !errors.Is(err, rules.ErrMove) {
		t.Errorf("twice: %v", err)
	}
	o.tick()
	o.tick()
	if n := len(o.relay.Got()); n != 1 {
		t.Errorf("%d mails arrived, want 1", n)
	}
	if err := o.Store.SendAgain(t.Context(), o.staff, id, "", o.now()); !errors.Is(err, rules.ErrMove) {
		t.Errorf("after it went out: %v", err)
	}
}
