package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"amal/rules"
)

// ProposalInput is what a person decides on what the reader proposed of a
// document's clause. What is to be recorded is one of Directive, Event,
// Indicator or LinkTo; none for a declined one.
type ProposalInput struct {
	DocumentID   int64
	Starts, Ends int    // the clause, in code points
	Kind         string // as proposed
	RuleSet      string // version of the reader's tables
	Proposed     map[string]any
	Taken        map[string]any // the same fields, as recorded
	Decision     rules.ProposalDecision
	Directive    *DirectiveInput
	Tasks        []TaskInput // drafts under Directive
	Earlier      int64       // directive that Directive restates, or that restates it; 0 for none
	Event        *Event
	Indicator    *Indicator
	LinkTo       int64 // directive that rests on the clause too
	FormKey      string
	Back         string // where a press that comes twice is led
	Now          time.Time
}

// Decision is what was decided on a proposal and still stands.
type Decision struct {
	ID           int64
	Starts, Ends int
	Kind         string
	Decision     rules.ProposalDecision
	DirectiveID  *int64    `db:"directive_id"`
	EventID      *int64    `db:"event_id"`
	IndicatorID  *int64    `db:"indicator_id"`
	DecidedBy    string    `db:"decided_by_name"`
	DecidedAt    time.Time `db:"decided_at"`
	Undone       bool
	Numbered     bool // its directive has a number and stays
}

// Decisions lists what was decided on a document's proposals, in its order.
// Callers check before that the asker may see the document.
func (s *Store) Decisions(ctx context.Context, documentID int64) ([]Decision, error) {
	var rows []Decision
	err := s.all(ctx, &rows, `
		select d.id, d.starts, d.ends, d.kind, d.decision, d.directive_id, d.event_id, d.indicator_id, p.name as decided_by_name, d.decided_at,
			d.decision <> 'linked' and exists (select from directive x where x.id = d.directive_id and x.number is not null) as numbered
		from proposal d join person p on p.id = d.decided_by
		where d.document_id = $1 and d.undone_at is null
		order by d.starts, d.ends`, documentID)
	if err != nil {
		return nil, fmt.Errorf("decisions on document %d: %w", documentID, err)
	}
	return rows, nil
}

// Decide records a decision on a proposal together with what it makes: a
// directive with draft tasks, an event or a figure; a link to a directive; or
// nothing. ErrStale means that somebody decided on it meanwhile.
func (s *Store) Decide(ctx context.Context, me rules.Actor, in ProposalInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.ownDocument(ctx, me, in.DocumentID); err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, in.Back); err != nil {
			return err
		}
		if err := tx.notTaken(ctx, in); err != nil {
			return err
		}
		id, err := tx.insertProposal(ctx, me, in)
		if err != nil {
			return err
		}
		directive, event, indicator, err := tx.carryOut(ctx, me, in)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update proposal set directive_id = $2, event_id = $3, indicator_id = $4 where id = $1`,
			id, nullID(directive), nullID(event), nullID(indicator))
		return err
	})
}

// notTaken makes sure that no directive rests on the words already, which
// somebody made by hand meanwhile.
func (s *Store) notTaken(ctx context.Context, in ProposalInput) error {
	if in.Directive == nil {
		return nil
	}
	var taken bool
	err := s.get(ctx, &taken, `
		select exists (select from passage x join `+restsOn+` r on r.passage_id = x.id where x.document_id = $1 and x.starts < $3 and x.ends > $2)`,
		in.DocumentID, in.Starts, in.Ends)
	if err == nil && taken {
		err = fmt.Errorf("words of document %d: %w", in.DocumentID, ErrStale)
	}
	return err
}

// ownDocument makes sure that a document is of a meeting of me's register, and
// locks it, so that one decision follows the other.
func (s *Store) ownDocument(ctx context.Context, me rules.Actor, id int64) error {
	var meeting int64
	if err := s.get(ctx, &meeting, `select meeting_id from document where id = $1 for update`, id); err != nil {
		return fmt.Errorf("document %d: %w", id, err)
	}
	_, err := s.Meeting(ctx, me, meeting)
	return err
}

func (s *Store) insertProposal(ctx context.Context, me rules.Actor, in ProposalInput) (int64, error) {
	proposed, err := json.Marshal(in.Proposed)
	if err != nil {
		return 0, fmt.Errorf("proposal: %w", err)
	}
	taken, err := json.Marshal(in.Taken)
	if err != nil {
		return 0, fmt.Errorf("proposal: %w", err)
	}
	if in.Taken == nil {
		taken = []byte("{}")
	}
	var ids []int64
	err = s.all(ctx, &ids, `
		insert into proposal (document_id, starts, ends, kind, rule_set, proposed, decision, taken, decided_by, decided_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (document_id, starts, ends, kind) where undone_at is null do nothing
		returning id`,
		in.DocumentID, in.Starts, in.Ends, in.Kind, in.RuleSet, string(proposed), string(in.Decision), string(taken), me.PersonID, in.Now)
	if err != nil {
		return 0, fmt.Errorf("proposal of document %d: %w", in.DocumentID, err)
	}
	if len(ids) == 0 {
		return 0, fmt.Errorf("proposal of document %d: %w", in.DocumentID, ErrStale)
	}
	return ids[0], nil
}

// carryOut makes what a decision asks for.
func (s *Store) carryOut(ctx context.Context, me rules.Actor, in ProposalInput) (directive, event, indicator int64, err error) {
	switch {
	case in.Directive != nil:
		directive, err = s.AddDirective(ctx, me, *in.Directive)
		if err != nil {
			return 0, 0, 0, err
		}
		for _, t := range in.Tasks {
			t.DirectiveID = directive
			if _, err := s.AddTask(ctx, me, t); err != nil {
				return 0, 0, 0, err
			}
		}
		if in.Earlier != 0 {
			err = s.Relate(ctx, me, LineageInput{DirectiveID: directive, OtherID: in.Earlier, Kind: rules.Restates, Now: in.Now})
		}
	case in.Event != nil:
		event, err = s.AddEvent(ctx, me, *in.Event, "", in.Now)
	case in.Indicator != nil:
		indicator, err = s.AddIndicator(ctx, me, *in.Indicator, "", in.Now)
	case in.LinkTo != 0:
		directive, err = in.LinkTo, s.linkTwin(ctx, me, in)
	}
	return directive, event, indicator, err
}

// linkTwin lets a directive of the same meeting rest on the clause too.
func (s *Store) linkTwin(ctx context.Context, me rules.Actor, in ProposalInput) error {
	d, err := s.readDirective(ctx, me, in.LinkTo, "for update of d")
	if err != nil {
		return err
	}
	meeting, passage, err := s.sourceOf(ctx, me, DirectiveInput{DocumentID: in.DocumentID, Starts: in.Starts, Ends: in.Ends})
	if err != nil {
		return err
	}
	if meeting.ID != d.MeetingID {
		return fmt.Errorf("directive %d is of another meeting: %w", d.ID, ErrNotFound)
	}
	_, err = s.exec(ctx, `
		insert into twin_passage (directive_id, passage_id, created_by, created_at) values ($1, $2, $3, $4)
		on conflict do nothing`, d.ID, *passage, me.PersonID, in.Now)
	if err != nil {
		return fmt.Errorf("twin passage of directive %d: %w", d.ID, err)
	}
	return s.log(ctx, deed{Me: me, Act: "link", Now: in.Now}, entry{Subject: "directive", ID: d.ID, New: fields{"document": in.DocumentID}})
}

// TakeBack makes a decision undone, so that its clause is proposed again. What
// was recorded goes with it: an event, a figure, a link, or a directive that
// has no number yet; rules.ErrMove says that it has one and stays.
func (s *Store) TakeBack(ctx context.Context, me rules.Actor, documentID, id int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.ownDocument(ctx, me, documentID); err != nil {
			return err
		}
		var d Decision
		err := tx.get(ctx, &d, `
			select id, starts, ends, kind, decision, directive_id, event_id, indicator_id, undone_at is not null as undone
			from proposal where id = $1 and document_id = $2 for update`, id, documentID)
		if err != nil {
			return fmt.Errorf("decision %d: %w", id, err)
		}
		if d.Undone { // pressed twice
			return nil
		}
		if err := tx.unmake(ctx, me, documentID, d, now); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update proposal set undone_at = $2 where id = $1`, id, now)
		return err
	})
}

func (s *Store) unmake(ctx context.Context, me rules.Actor, documentID int64, d Decision, now time.Time) (err error) {
	switch {
	case d.Decision == rules.Linked:
		_, err = s.exec(ctx, `
			delete from twin_passage t using passage p
			where p.id = t.passage_id and t.directive_id = $1 and p.document_id = $2 and p.starts = $3 and p.ends = $4`,
			deref(d.DirectiveID), documentID, d.Starts, d.Ends)
		if err == nil {
			err = s.log(ctx, deed{Me: me, Act: "unlink", Now: now}, entry{Subject: "directive", ID: deref(d.DirectiveID), Old: fields{"document": documentID}})
		}
	case d.DirectiveID != nil:
		err = s.dropDirective(ctx, me, *d.DirectiveID, now)
	case d.EventID != nil:
		_, err = s.DropFact(ctx, me, "event", *d.EventID, now)
	case d.IndicatorID != nil:
		_, err = s.DropFact(ctx, me, "indicator", *d.IndicatorID, now)
	}
	return err
}

// dropDirective removes a directive that has no number, with its drafts; its
// history stays.
func (s *Store) dropDirective(ctx context.Context, me rules.Actor, id int64, now time.Time) error {
	d, err := s.readDirective(ctx, me, id, "for update of d")
	if err != nil {
		return err
	}
	if d.Number != nil {
		return fmt.Errorf("directive %d has a number: %w", id, rules.ErrMove)
	}
	if _, err := s.exec(ctx, `update proposal set undone_at = $2 where directive_id = $1 and undone_at is null`, id, now); err != nil {
		return fmt.Errorf("decisions on directive %d: %w", id, err)
	}
	for _, query := range []string{
		`delete from co_executor where task_id in (select id from task where directive_id = $1)`,
		`delete from task_point where task_id in (select id from task where directive_id = $1)`,
		`delete from task where directive_id = $1`,
		`delete from directive_point where directive_id = $1`,
		`delete from lineage where $1 in (directive_id, earlier_id)`,
		`delete from twin_passage where directive_id = $1`,
		`delete from directive where id = $1`,
	} {
		if _, err := s.exec(ctx, query, id); err != nil {
			return fmt.Errorf("directive %d: %w", id, err)
		}
	}
	return s.log(ctx, deed{Me: me, Act: "remove", Note: d.Title, Now: now}, entry{Subject: "directive", ID: id})
}
