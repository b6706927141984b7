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
	Marked
	ID          int64
	Rule        string
	Audience    string
	PersonName  string    `db:"person_name"` // "" for a mailbox
	PersonID    *int64    `db:"person_id"`
	AgencyID    *int64    `db:"agency_id"`  // of a mailbox
	TaskID      int64     `db:"task_id"`    // 0 for a list
	TaskTitle   string    `db:"task_title"` // of a pack the event's
	LeadID      int64     `db:"lead_id"`    // of a list its agency, 0 for a pack
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
	Official    bool   // for official use
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
	Sort     Sort
}

// LedgerStates are what a reminder can have come to, for filtering.
var LedgerStates = []string{"planned", "waiting", "sent", "skipped", "refused", "failed"}

// ledgerState is a reminder's state with its message's.
const ledgerState = `case when r.state = 'taken' then m.state else r.state end`

// ledgerSides are the sides that a reminder concerns.
const ledgerSides = `coalesce(d.sides, em.sides, case a.side when 'joint' then array['UZ', 'KZ'] else array[a.side] end)`

// ledgerScope is the condition that a reminder is for me's eyes, on $1 to $3,
// and those parameters: of his sides in the register, of all sides for an
// administrator, without titles; else what the agencies for which he answers
// were sent.
func (s *Store) ledgerScope(ctx context.Context, me rules.Actor) (string, []any, error) {
	titles, sides, own := len(me.RegisterSides()) > 0, me.RegisterSides(), me.AgenciesAs(rules.Focal)
	if me.Has(rules.Admin) {
		sides = rules.Sides
	}
	if len(sides) > 0 || len(own) == 0 {
		return ledgerSides + ` && $2 and cardinality($3::text[]) = 0`, []any{titles, pq.Array(sides), pq.Array([]string{})}, nil
	}
	var ours []string
	err := s.all(ctx, &ours, `
		select 'a' || id from agency where id = any($1)
		union select 'p' || person_id from member where agency_id = any($1)`, pq.Array(own))
	if err != nil {
		return "", nil, fmt.Errorf("recipients of agencies: %w", err)
	}
	return `cardinality($2::bigint[]) > 0 and r.recipient = any($3)`, []any{titles, pq.Array(own), pq.Array(ours)}, nil
}

// ledgerFrom joins what the ledger tells of a reminder: its task and lead, of a
// list its agency, of a pack its event.
const ledgerFrom = `
		from reminder r
		left join task t on t.id = r.subject_id and r.subject = 'task'
		left join directive d on d.id = t.directive_id
		left join event e on e.id = r.subject_id and r.subject = 'event'
		left join meeting em on em.id = e.meeting_id
		left join agency a on a.id = coalesce(t.lead_id, case when r.subject = 'agency' then r.subject_id end)
		left join person p on p.id = r.person_id
		left join message m on m.id = r.message_id`

// ledgerOrders are what reminders can be sorted by; by itself as they were
// planned, the newest first.
var ledgerOrders = orders{id: "r.id", desc: true, by: map[string]order{
	"":        {},
	"planned": {keys: []key{{"r.planned_for", "timestamptz"}}},
}}

// Ledger lists the reminders that me may see, PageSize and one more where there
// are further ones. An administrator sees all, without titles; a focal point what
// his agencies were sent, with the titles of tasks that they still lead or
// contribute to.
func (s *Store) Ledger(ctx context.Context, me rules.Actor, f LedgerFilter) ([]LedgerLine, error) {
	scope, args, err := s.ledgerScope(ctx, me)
	if err != nil {
		return nil, err
	}
	c := &clause{args: args}
	c.add(scope)
	own := c.arg(pq.Array(me.AgenciesAs(rules.Focal)))
	if f.State != "" {
		c.add(ledgerState+` = ?`, f.State)
	}
	if f.AgencyID != 0 {
		c.add(`a.id = ?`, f.AgencyID)
	}
	if f.TaskID != 0 {
		c.add(`t.id = ?`, f.TaskID)
	}
	order := ledgerOrders.page(c, f.Sort, false)
	lines, err := same[LedgerLine](ctx, s, `
		select r.id, r.rule, r.audience, coalesce(p.name, '') as person_name, r.person_id, r.agency_id, coalesce(t.id, 0) as task_id,
			case when $1 or t.lead_id = any(`+own+`) or exists (select from co_executor c where c.task_id = t.id and c.agency_id = any(`+own+`)) then coalesce(t.title, e.title, '') else '' end as task_title,
			coalesce(a.id, 0) as lead_id, d.number_year, d.number as directive_no,
			t.number as task_no, r.planned_for, r.late, `+ledgerState+` as state, r.reason,
			coalesce(m.address, '') as address, coalesce(m.answer, '') as answer, m.sent_at, coalesce(m.attempts, 0) as attempts,
			coalesce(a.time_zone, 'UTC') as time_zone, coalesce(d.official, false) as official, `+ledgerOrders.mark(f.Sort)+ledgerFrom+`
		where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return lines, nil
}

// actAgain is how history calls a mail that is sent again.
const actAgain rules.Act = "send_again"

// SendAgain lets a mail that was refused or given up go out again, with all
// its lines that are still right, and believes its address anew. ErrNotFound
// is for a reminder that me may not see, rules.ErrMove for one whose mail was
// not refused.
func (s *Store) SendAgain(ctx context.Context, me rules.Actor, reminderID int64, formKey string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		scope, args, err := tx.ledgerScope(ctx, me)
		if err != nil {
			return err
		}
		var of struct {
			MessageID *int64 `db:"message_id"`
			PersonID  *int64 `db:"person_id"`
			AgencyID  *int64 `db:"agency_id"`
			Subject   string
			SubjectID int64 `db:"subject_id"`
		}
		err = tx.get(ctx, &of, `select r.message_id, r.person_id, r.agency_id, r.subject, r.subject_id`+ledgerFrom+` where cast($1 as boolean) is not null and r.id = $4 and `+scope, append(args, reminderID)...)
		if err != nil {
			return fmt.Errorf("reminder %d: %w", reminderID, err)
		}
		if err := tx.once(ctx, me, formKey, "/reminders"); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `
			update message set state = 'waiting', send_after = $2, attempts = 0, created_at = $2, leased_until = null, leased_by = ''
			where id = $1 and state in ('refused', 'failed')`, of.MessageID, now)
		if err == nil && n == 0 {
			err = rules.ErrMove
		}
		if err != nil {
			return fmt.Errorf("mail of reminder %d: %w", reminderID, err)
		}
		if err := tx.believe(ctx, of.PersonID, of.AgencyID); err != nil {
			return fmt.Errorf("address of reminder %d: %w", reminderID, err)
		}
		return tx.log(ctx, deed{Me: me, Act: actAgain, Now: now}, entry{Subject: of.Subject, ID: of.SubjectID})
	})
}

// believe takes the addresses of a person and an agency for right again.
func (s *Store) believe(ctx context.Context, personID, agencyID *int64) error {
	for query, id := range map[string]*int64{
		`update person set email_refused_at = null where id = $1`: personID,
		`update agency set email_refused_at = null where id = $1`: agencyID,
	} {
		if _, err := s.exec(ctx, query, id); err != nil {
			return err
		}
	}
	s.forgetDirectory()
	return nil
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
