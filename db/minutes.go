package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Minutes are a closed round's lists as values: whatever happens later, they
// say what was seen and decided then. Agencies holds the names of then.
type Minutes struct {
	Overdue  Ages                   `json:"overdue"` // when it was closed
	Outcomes []MinuteRow            `json:"outcomes"`
	Lists    map[string]MinuteList  `json:"lists"` // by ChangeKinds
	Agencies map[int64]MinuteAgency `json:"agencies"`
	Decided  map[rules.Decision]int `json:"decided"`
}

// MinuteAgency is an agency's names as they were.
type MinuteAgency struct {
	Side  string            `json:"side"`
	Names map[string]string `json:"names"` // by language
}

// Name is the agency's name in a language, in English where there was none.
func (a MinuteAgency) Name(lang string) string {
	if n := a.Names[lang]; n != "" {
		return n
	}
	return a.Names["en"]
}

// MinuteList is a list of changes: how many, and the rows kept.
type MinuteList struct {
	N    int         `json:"n"`
	More bool        `json:"more,omitempty"`
	Rows []MinuteRow `json:"rows"`
}

// MinuteRow is a task as it was seen. Outline says that it is of the other side,
// of which words and people stay out.
type MinuteRow struct {
	TaskID   int64          `json:"task"`
	Ref      string         `json:"ref"`
	Title    string         `json:"title"`
	LeadID   int64          `json:"lead"`
	Status   rules.Mark     `json:"status"`
	Deadline *time.Time     `json:"deadline,omitempty"`
	Outline  bool           `json:"outline,omitempty"`
	At       time.Time      `json:"at"`
	Times    int            `json:"times,omitempty"`
	Who      string         `json:"who,omitempty"`
	Note     string         `json:"note,omitempty"`
	From     *time.Time     `json:"from,omitempty"`
	To       *time.Time     `json:"to,omitempty"`
	FromLead int64          `json:"from_lead,omitempty"`
	ToLead   int64          `json:"to_lead,omitempty"`
	Decision rules.Decision `json:"decision,omitempty"`
	Reason   string         `json:"reason,omitempty"` // as the lead says
	Plan     string         `json:"plan,omitempty"`
	Official bool           `json:"official,omitempty"` // for official use
}

// CloseRound ends a round and keeps its minutes. rules.ErrMove says that it is
// closed already.
func (s *Store) CloseRound(ctx context.Context, me rules.Actor, id int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		r, err := tx.openRound(ctx, me, id, "for update of r")
		if err != nil {
			return err
		}
		m, err := tx.compile(ctx, r, now)
		if err != nil {
			return err
		}
		kept, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("minutes of round %d: %w", id, err)
		}
		_, err = tx.exec(ctx, `update review_round set closed_by = $2, closed_at = $3, minutes = $4 where id = $1`, id, me.PersonID, now, string(kept))
		if err != nil {
			return fmt.Errorf("minutes of round %d: %w", id, err)
		}
		return nil
	})
}

// Minutes returns a closed round with what was kept of it. rules.ErrMove says
// that it is still open.
func (s *Store) Minutes(ctx context.Context, me rules.Actor, id int64) (*Round, *Minutes, error) {
	r, err := s.Round(ctx, me, id)
	if err != nil {
		return nil, nil, err
	}
	if r.Open() {
		return r, nil, fmt.Errorf("round %d is open: %w", id, rules.ErrMove)
	}
	var kept json.RawMessage
	if err := s.get(ctx, &kept, `select minutes from review_round where id = $1`, id); err != nil {
		return nil, nil, fmt.Errorf("minutes of round %d: %w", id, err)
	}
	var m Minutes
	if err := json.Unmarshal(kept, &m); err != nil {
		return nil, nil, fmt.Errorf("minutes of round %d: %w", id, err)
	}
	return r, &m, s.markMinutes(ctx, &m)
}

// SoFar compiles what the minutes of an open round would say at now.
func (s *Store) SoFar(ctx context.Context, me rules.Actor, id int64, now time.Time) (*Round, *Minutes, error) {
	r, err := s.Round(ctx, me, id)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.compile(ctx, r, now)
	return r, m, err
}

// compile writes a round's minutes as they are read in the register of its
// sides: whoever may read them knows no more of a task by another of his roles.
func (s *Store) compile(ctx context.Context, r *Round, now time.Time) (*Minutes, error) {
	reader := r.reader()
	m := &Minutes{Agencies: map[int64]MinuteAgency{}, Decided: map[rules.Decision]int{}, Outcomes: []MinuteRow{}}
	var err error
	if m.Overdue, err = s.OverdueAges(ctx, reader, CountFilter{}, now); err != nil {
		return nil, err
	}
	changes, err := s.Since(ctx, reader, r.Since, now)
	if err != nil {
		return nil, err
	}
	m.Lists = changes.Lists()
	outcomes, err := s.outcomes(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	for i := range outcomes {
		if rules.SightOf(reader, outcomes[i].Task.Scope()) == rules.SeesNothing { // its directive is of other sides by now
			continue
		}
		m.Outcomes = append(m.Outcomes, outcomes[i].minute(reader, now))
		m.Decided[outcomes[i].Decision]++
	}
	return m, s.nameAgencies(ctx, m, now)
}

// Lists are the lists of changes as values, by ChangeKinds.
func (c *Changes) Lists() map[string]MinuteList {
	lists := map[string]MinuteList{}
	for _, kind := range ChangeKinds {
		list := c.Of(kind)
		kept := MinuteList{N: list.N, More: list.More, Rows: []MinuteRow{}}
		for i := range list.Rows {
			kept.Rows = append(kept.Rows, list.Rows[i].minute(c.To))
		}
		lists[kind] = kept
	}
	return lists
}

// minute is a change as the minutes keep it.
func (c *Change) minute(now time.Time) MinuteRow {
	return MinuteRow{TaskID: c.ID, Ref: c.Ref(), Title: c.Title, LeadID: deref(c.LeadID), Status: c.Mark(now), Deadline: c.Deadline,
		Outline: c.Sight != rules.SeesAll, At: c.At, Times: c.Times, Who: c.Who, Note: c.Note, From: c.From, To: c.To, FromLead: c.FromLead, ToLead: c.ToLead,
		Reason: c.LateReason, Plan: c.LatePlan, Official: c.Official}
}

func (o *Outcome) minute(reader rules.Actor, now time.Time) MinuteRow {
	t := &o.Task
	row := MinuteRow{TaskID: t.ID, Ref: t.Ref(), Title: t.Title, LeadID: deref(t.LeadID), Status: t.Mark(now), Deadline: t.Deadline, At: o.At,
		To: o.Deadline, ToLead: deref(o.AgencyID), Decision: o.Decision, Outline: rules.SightOf(reader, t.Scope()) != rules.SeesAll, Official: t.Official}
	if !row.Outline {
		row.Who, row.Note, row.Reason, row.Plan = o.PersonName, o.Text, t.LateReason, t.LatePlan
	}
	return row
}

// markMinutes marks what came to be for official use after the minutes were
// kept; what was so then stays marked.
func (s *Store) markMinutes(ctx context.Context, m *Minutes) error {
	var lists [][]MinuteRow
	for _, list := range m.Lists {
		lists = append(lists, list.Rows)
	}
	lists = append(lists, m.Outcomes)
	var ids, official []int64
	for _, rows := range lists {
		for i := range rows {
			ids = append(ids, rows[i].TaskID)
		}
	}
	err := s.all(ctx, &official, `select t.id from task t join directive d on d.id = t.directive_id where t.id = any($1) and d.official`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("what minutes hold for official use: %w", err)
	}
	for _, rows := range lists {
		for i := range rows {
			rows[i].Official = rows[i].Official || rows[i].Title != "" && slices.Contains(official, rows[i].TaskID)
		}
	}
	return nil
}

// nameAgencies keeps the names of the agencies that the minutes speak of.
func (s *Store) nameAgencies(ctx context.Context, m *Minutes, now time.Time) error {
	all, err := s.Directory(ctx, now)
	if err != nil {
		return err
	}
	add := func(rows []MinuteRow) {
		for i := range rows {
			for _, id := range []int64{rows[i].LeadID, rows[i].FromLead, rows[i].ToLead} {
				if a := all[id]; a != nil {
					m.Agencies[id] = MinuteAgency{Side: a.Side, Names: map[string]string{"en": a.NameEn, "ru": a.NameRu, "uz": a.NameUz, "kk": a.NameKk, "de": a.NameDe}}
				}
			}
		}
	}
	add(m.Outcomes)
	for _, list := range m.Lists {
		add(list.Rows)
	}
	return nil
}
