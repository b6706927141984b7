package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// LedgerLine is one reminder with what became of it.
type LedgerLine struct {
	ID          int64
	Rule        string
	Audience    string
	PersonName  string    `db:"person_name"` // "" for a mailbox
	AgencyID    *int64    `db:"agency_id"`   // of a mailbox
	TaskID      int64     `db:"task_id"`
	TaskTitle   string    `db:"task_title"`
	LeadID      int64     `db:"lead_id"`
	NumberYear  *int      `db:"number_year"`
	DirectiveNo *int      `db:"directive_no"`
	TaskNo      *int      `db:"task_no"`
	PlannedFor  time.Time `db:"planned_for"`
	Late        bool
	State       string // planned, waiting, sent, skipped, refused, failed
	Reason      string // why skipped
	Address     string
	Answer      string     // the mail server's last words
	SentAt      *time.Time `db:"sent_at"`
	Attempts    int
	TimeZone    string `db:"time_zone"` // of the lead
}

// Ref returns the number of the task.
func (l *LedgerLine) Ref() string {
	return rules.TaskRef(deref(l.NumberYear), deref(l.DirectiveNo), deref(l.TaskNo))
}

// LedgerFilter narrows the ledger. Zero fields do not filter.
type LedgerFilter struct {
	State    string
	AgencyID int64 // lead of the task
	TaskID   int64
	Before   int64 // id that the page begins below; 0 = the newest
}

// LedgerStates are what a reminder can have come to, for filtering.
var LedgerStates = []string{"planned", "waiting", "sent", "skipped", "refused", "failed"}

// ledgerState is a reminder's state with its message's.
const ledgerState = `case when r.state = 'taken' then m.state else r.state end`

// Ledger lists the reminders that me may see, the newest first, PageSize and
// one more where there are further ones. An administrator sees all, without
// titles.
func (s *Store) Ledger(ctx context.Context, me rules.Actor, f LedgerFilter) ([]LedgerLine, error) {
	before := f.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	titles := len(me.RegisterSides()) > 0
	sides := pq.Array(me.RegisterSides())
	if me.Has(rules.Admin) {
		sides = pq.Array(rules.Sides)
	}
	var lines []LedgerLine
	err := s.all(ctx, &lines, `
		select r.id, r.rule, r.audience, coalesce(p.name, '') as person_name, r.agency_id, t.id as task_id,
			case when $1 then t.title else '' end as task_title, t.lead_id, d.number_year, d.number as directive_no,
			t.number as task_no, r.planned_for, r.late, `+ledgerState+` as state, r.reason,
			coalesce(m.address, '') as address, coalesce(m.answer, '') as answer, m.sent_at, coalesce(m.attempts, 0) as attempts,
			a.time_zone
		from reminder r
		join task t on t.id = r.subject_id and r.subject = 'task'
		join directive d on d.id = t.directive_id
		join agency a on a.id = t.lead_id
		left join person p on p.id = r.person_id
		left join message m on m.id = r.message_id
		where r.id < $2 and d.sides && $3
			and ($4 = '' or `+ledgerState+` = $4)
			and ($5 = 0 or t.lead_id = $5)
			and ($6 = 0 or t.id = $6)
		order by r.id desc
		limit 51`, titles, before, sides, f.State, f.AgencyID, f.TaskID)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return lines, nil
}

// CaughtMail is a mail that the demonstration kept instead of sending.
type CaughtMail struct {
	ID        int64
	HeaderID  string `db:"header_id"`
	Recipient string
	Subject   string
	Text      string
	HTML      string `db:"html"`
	At        time.Time
}

// CatchMail keeps a mail of the demonstration.
func (s *Store) CatchMail(ctx context.Context, m CaughtMail) error {
	_, err := s.exec(ctx, `
		insert into caught_mail (header_id, recipient, subject, text, html, at) values ($1, $2, $3, $4, $5, $6)`,
		m.HeaderID, m.Recipient, m.Subject, m.Text, m.HTML, m.At)
	return err
}

// CaughtMails lists the demonstration's mails below an id (0 = the newest),
// PageSize and one more where there are further ones.
func (s *Store) CaughtMails(ctx context.Context, before int64) ([]CaughtMail, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	var mails []CaughtMail
	err := s.all(ctx, &mails, `
		select id, header_id, recipient, subject, '' as text, '' as html, at
		from caught_mail where id < $1
		order by id desc
		limit 51`, before)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	return mails, nil
}

// CaughtMail returns one of the demonstration's mails.
func (s *Store) CaughtMail(ctx context.Context, id int64) (*CaughtMail, error) {
	var m CaughtMail
	err := s.get(ctx, &m, `select id, header_id, recipient, subject, text, html, at from caught_mail where id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", id, err)
	}
	return &m, nil
}

// TaskReminders lists the latest reminders of a task, planned and sent, the
// newest first. Callers check before that the asker sees the task fully.
func (s *Store) TaskReminders(ctx context.Context, taskID int64) ([]LedgerLine, error) {
	var lines []LedgerLine
	err := s.all(ctx, &lines, `
		select r.id, r.rule, r.audience, coalesce(p.name, '') as person_name, r.agency_id, r.subject_id as task_id,
			r.planned_for, r.late, `+ledgerState+` as state, r.reason
		from reminder r
		left join person p on p.id = r.person_id
		left join message m on m.id = r.message_id
		where r.subject = 'task' and r.subject_id = $1
		order by r.id desc
		limit 20`, taskID)
	if err != nil {
		return nil, fmt.Errorf("reminders of task %d: %w", taskID, err)
	}
	return lines, nil
}
