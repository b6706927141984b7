package rules

import "time"

// Cause is a trouble of the installation that somebody must do something about.
type Cause string

// The causes, as the schema names them.
const (
	TicksLate   Cause = "ticks_late"   // no server looked at what is due
	JobFails    Cause = "job_fails"    // planning or sealing ends with an error
	MailServer  Cause = "mail_server"  // the mail server can't be reached, or refuses our sign-in
	MailsWait   Cause = "mails_wait"   // mails have waited too long, and none goes
	Addresses   Cause = "addresses"    // addresses that the mail server refused for good
	MailsFailed Cause = "mails_failed" // mails given up
)

// Causes are all of them, the gravest first.
var Causes = []Cause{TicksLate, JobFails, MailServer, MailsWait, Addresses, MailsFailed}

const (
	// TickWithin is how old the last look of any server may be.
	TickWithin = 3 * time.Minute
	// GapWithin is how long nobody may have looked before it is told afterwards.
	GapWithin = 15 * time.Minute

	serverWithin = 5 * time.Minute  // a mail may wait for a server that refuses
	waitWithin   = time.Hour        // a mail may wait at all
	sentWithin   = 15 * time.Minute // as long as others go
)

// Health is what an installation knows about itself at a moment.
type Health struct {
	PlanAt    time.Time `db:"plan_at"`   // last look at what is due; 1970: none yet
	WatchAt   time.Time `db:"watch_at"`  // last look at the installation itself
	JobError  string    `db:"job_error"` // of the last runs
	MailError string    `db:"mail_error"`
	SentAt    time.Time `db:"sent_at"` // the mail server last took something, to the minute
	Oldest    *time.Time
	Waiting   int        // mails, without those that tell of troubles
	Refused   int        // addresses
	RefusedAt *time.Time `db:"refused_at"`
	Failed    int        // mails given up of late
	FailedAt  *time.Time `db:"failed_at"`
}

// Trouble is a cause with what can be said of it.
type Trouble struct {
	Cause  Cause
	Since  time.Time
	N      int    // mails or addresses
	Detail string // a machine's words
}

// Ticked reports whether any server ever looked at what is due.
func (h *Health) Ticked() bool { return h.PlanAt.Year() > 1970 }

// Troubles says what is wrong. mailOff: no mail server is set, so that mails
// wait by intention.
func Troubles(h *Health, mailOff bool, now time.Time) []Trouble {
	var list []Trouble
	if h.Ticked() && now.Sub(h.PlanAt) > TickWithin {
		list = append(list, Trouble{Cause: TicksLate, Since: h.PlanAt})
	}
	if h.JobError != "" {
		list = append(list, Trouble{Cause: JobFails, Since: now, Detail: h.JobError})
	}
	if h.Oldest != nil && !mailOff {
		waits := now.Sub(*h.Oldest)
		switch {
		case h.MailError != "" && waits > serverWithin:
			list = append(list, Trouble{Cause: MailServer, Since: *h.Oldest, N: h.Waiting, Detail: h.MailError})
		case waits > waitWithin && now.Sub(h.SentAt) > sentWithin:
			list = append(list, Trouble{Cause: MailsWait, Since: *h.Oldest, N: h.Waiting})
		}
	}
	if h.RefusedAt != nil {
		list = append(list, Trouble{Cause: Addresses, Since: *h.RefusedAt, N: h.Refused})
	}
	if h.FailedAt != nil {
		list = append(list, Trouble{Cause: MailsFailed, Since: *h.FailedAt, N: h.Failed})
	}
	return list
}

// Late reports whether a trouble keeps reminders from people now, so that pages
// show it and /readyz fails; the others are told by mail alone.
func (t Trouble) Late() bool {
	return t.Cause == TicksLate || t.Cause == JobFails || t.Cause == MailServer || t.Cause == MailsWait
}

// Gap is a time in which nobody looked, noticed afterwards; ok is false where
// there was none.
func Gap(h *Health, now time.Time) (t Trouble, ok bool) {
	if h.WatchAt.Year() <= 1970 || now.Sub(h.WatchAt) <= GapWithin {
		return Trouble{}, false
	}
	return Trouble{Cause: TicksLate, Since: h.WatchAt}, true
}
