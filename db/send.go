package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Lease is how long a claimed message belongs to its sender, by the database's
// clock, so that servers whose clocks are apart agree on it. It must be longer
// than the time a sending may take.
const Lease = 50 * time.Second

// settle is how old a connection must be to take over a lease that ran out. They
// are all new after the database was away, and then who holds the lease may have
// an answer of the mail server to write down first.
const settle = 5 * time.Second

// Letter is a claimed message with what to write to whom.
type Letter struct {
	ID        int64
	PersonID  *int64 `db:"person_id"`
	AgencyID  *int64 `db:"agency_id"`
	Kind      string
	LocalDay  time.Time `db:"local_day"`
	HeaderID  string    `db:"header_id"`
	Attempts  int
	CreatedAt time.Time `db:"created_at"` // or released after a hold: tries count from here
	Lease     string    `db:"leased_by"`
	AlarmID   *int64    `db:"alarm_id"`
	Key       []byte    `db:"answer_key"` // what its answer links are made from, the same at each try

	To      Recipient        `db:"-"`
	Lines   []LetterLine     `db:"-"`
	Lists   []LetterList     `db:"-"`
	Alarm   *Alarm           `db:"-"` // what it tells of instead of lines
	Answers map[int64]string `db:"-"` // tokens of answer links by task (AddAnswerLinks)
}

// LetterLine is one reminder in a letter, with the task it is about.
type LetterLine struct {
	ReminderID int64 `db:"reminder_id"`
	MessageID  int64 `db:"message_id"`
	Rule       string
	Occasion   string
	Audience   string
	Late       bool
	Note       string
	Words      string         // of the passage
	Place      string         // of the meeting
	HeldOn     time.Time      `db:"held_on"`
	StepOn     time.Time      `db:"step_on"` // the day that the ladder says
	Points     pq.StringArray // expected result
	Task
}

// ClaimSome takes waiting messages for a sender, at most so many: lease names
// this claim and no other. The lines that are no longer right are dropped; where
// nothing is left, or the recipient has no usable address, the message is marked
// skipped. None means that nothing waits, or that mails are held.
func (s *Store) ClaimSome(ctx context.Context, lease string, atMost int, now time.Time) ([]*Letter, error) {
	for {
		claimed, err := s.claim(ctx, lease, atMost, now)
		if err != nil || len(claimed) == 0 {
			return nil, err
		}
		letters, err := s.fillAll(ctx, claimed, now)
		if err != nil {
			return nil, errors.Join(err, s.Release(ctx, claimed...))
		}
		if len(letters) > 0 {
			return letters, nil
		}
	}
}

// fillAll fills claimed letters and marks those skipped that say nothing.
func (s *Store) fillAll(ctx context.Context, claimed []*Letter, now time.Time) (letters []*Letter, err error) {
	g, err := s.gatherFor(ctx, claimed, now)
	if err != nil {
		return nil, err
	}
	for _, l := range claimed {
		reason, err := s.fill(ctx, l, g)
		if err != nil {
			return nil, err
		}
		if reason == "" {
			letters = append(letters, l)
		} else if err := s.finish(ctx, l, "skipped", reason, now); err != nil {
			return nil, err
		}
	}
	return letters, nil
}

func (s *Store) claim(ctx context.Context, lease string, atMost int, now time.Time) ([]*Letter, error) {
	var letters []*Letter
	err := s.all(ctx, &letters, `
		with claimed as (
			update message set leased_until = clock_timestamp() + make_interval(secs => $2), leased_by = $3, attempts = attempts + 1, answer_key = coalesce(answer_key, sha256($4 || int8send(id)))
			where id in (
				select id from message
				where state = 'waiting' and send_after <= $1 and `+notHeld+`
					and (leased_until is null
						or leased_until not between clock_timestamp() and clock_timestamp() + make_interval(secs => $2)
							and (select backend_start from pg_stat_get_activity(pg_backend_pid())) < clock_timestamp() - make_interval(secs => $6))
				order by send_after, id
				limit $5
				for update skip locked
			)
			returning id, person_id, agency_id, kind, local_day, header_id, attempts, leased_by, alarm_id, answer_key, send_after,
				greatest(created_at, (select released_at from hold)) as created_at
		)
		select id, person_id, agency_id, kind, local_day, header_id, attempts, leased_by, alarm_id, answer_key, created_at
		from claimed order by claimed.send_after, id`,
		now, Lease.Seconds(), lease, newAnswerKey(), atMost, settle.Seconds())
	if err != nil {
		return nil, fmt.Errorf("claim of messages: %w", err)
	}
	return letters, nil
}

// fill takes recipient and lines from what was gathered, and drops the lines
// that are no longer right.
func (s *Store) fill(ctx context.Context, l *Letter, g *gathered) (skip string, err error) {
	to := g.to[l.recipient()]
	if to == nil {
		return rules.SkippedNotTheir, nil
	}
	if l.To = *to; l.To.Email == "" || l.To.Refused {
		return rules.SkippedAddress, nil
	}
	if l.AlarmID != nil {
		return s.fillAlarm(ctx, l, g.now)
	}
	if l.Lines, err = s.stillRight(ctx, l, g); err != nil {
		return "", err
	}
	if err := s.readLists(ctx, l, g.lists[l.ID], g.now); err != nil {
		return "", err
	}
	if len(l.Lines) == 0 && len(l.Lists) == 0 {
		return "nothing_left", nil
	}
	return "", nil
}

// stillRight asks again, just before sending, whether each line is still true
// of its task and its recipient still the one to tell.
func (s *Store) stillRight(ctx context.Context, l *Letter, g *gathered) ([]LetterLine, error) {
	var right []LetterLine
	for _, line := range g.lines[l.ID] {
		reason, those := "", g.byTask[line.ID]
		if len(those.of([]rules.Audience{rules.Audience(line.Audience)}).only(l.To.Key())) == 0 {
			reason = rules.SkippedNotTheir
			if err := s.passOn(ctx, l, line, those, g.now); err != nil {
				return nil, err
			}
		} else if zone, err := line.Zone(); err != nil {
			return nil, err
		} else if ok, why := rules.StillRight(line.Rule, line.Occasion, line.facts(zone)); !ok {
			reason = why
		}
		if reason == "" {
			right = append(right, line.asTold())
			continue
		}
		if err := s.dropLine(ctx, line.ReminderID, reason); err != nil {
			return nil, err
		}
	}
	return right, nil
}

// asTold leaves of a task what the line's reader may know: of one that is no
// longer his the number alone.
func (line LetterLine) asTold() LetterLine {
	if line.Audience != string(rules.FormerLead) {
		return line
	}
	line.Note, line.Words, line.Place, line.Points = "", "", "", nil
	line.Task = Task{ID: line.ID, Number: line.Number, NumberYear: line.NumberYear, DirectiveNo: line.DirectiveNo, Official: line.Official, TaskState: TaskState{Status: line.Status}}
	return line
}

// dropLine marks a reminder that is no longer right as not sent.
func (s *Store) dropLine(ctx context.Context, id int64, reason string) error {
	if _, err := s.exec(ctx, `update reminder set state = 'skipped', reason = $2 where id = $1`, id, reason); err != nil {
		return fmt.Errorf("reminder %d: %w", id, err)
	}
	return nil
}

func (rs recipients) only(key string) recipients {
	for _, r := range rs {
		if r.Key() == key {
			return recipients{r}
		}
	}
	return nil
}

// Release gives messages of one claim back untried, as when the mail server
// can't be reached at all.
func (s *Store) Release(ctx context.Context, letters ...*Letter) error {
	if len(letters) == 0 {
		return nil
	}
	_, err := s.exec(ctx, `
		update message set leased_until = null, leased_by = '', attempts = attempts - 1
		where id = any($1) and leased_by = $2 and state = 'waiting'`, pq.Array(idsOf(letters)), letters[0].Lease)
	return err
}

// Waiting reports how many messages wait to be sent now, at most 1000; none
// while mails are held.
func (s *Store) Waiting(ctx context.Context, now time.Time) (n int, err error) {
	err = s.get(ctx, &n, `
		select count(*) from (select from message where state = 'waiting' and send_after <= $1 and `+notHeld+` limit 1000) w`, now)
	return n, err
}
