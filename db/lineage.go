package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// LineageInput says what a directive has to do with another.
type LineageInput struct {
	DirectiveID int64
	OtherID     int64
	Kind        rules.Lineage
	FormKey     string
	Now         time.Time
}

// Relate keeps that a directive restates, replaces, merges or is part of
// another one. Of two statements the later one restates, whichever is named
// first. ErrNotFound where me may not see one of them; Problems where they are
// the same or already related.
func (s *Store) Relate(ctx context.Context, me rules.Actor, in LineageInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		later, earlier, err := tx.inOrder(ctx, me, in)
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/directives/%d", in.DirectiveID)); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `
			insert into lineage (directive_id, kind, earlier_id, created_by, created_at)
			select $1, $2, $3, $4, $5
			where not exists (select from lineage where directive_id = $3 and earlier_id = $1)
			on conflict do nothing`, later.ID, string(in.Kind), earlier.ID, me.PersonID, in.Now)
		if err != nil {
			return fmt.Errorf("lineage of directive %d: %w", later.ID, err)
		}
		if n == 0 {
			return rules.Problems{{Field: "other", Key: "form.error.related"}}
		}
		return tx.log(ctx, deed{Me: me, Act: "relate", Now: in.Now}, entry{Subject: "directive", ID: later.ID, New: fields{"lineage": string(in.Kind), "other": earlier.named()}})
	})
}

// named is what a history may call a directive whose title not everybody sees.
func (d *Directive) named() string {
	if ref := d.Ref(); ref != "" {
		return ref
	}
	return fmt.Sprintf("#%d", d.ID)
}

// inOrder locks both directives; restatements go from the later to the earlier.
func (s *Store) inOrder(ctx context.Context, me rules.Actor, in LineageInput) (later, earlier *Directive, err error) {
	locked := map[int64]*Directive{}
	for _, id := range []int64{min(in.DirectiveID, in.OtherID), max(in.DirectiveID, in.OtherID)} { // in one order, whoever asks
		if locked[id], err = s.readDirective(ctx, me, id, "for update of d"); err != nil {
			return nil, nil, err
		}
	}
	later, earlier = locked[in.DirectiveID], locked[in.OtherID]
	var p rules.Problems
	rules.OneOf(&p, "kind", in.Kind, rules.Lineages)
	if later.ID == earlier.ID {
		p.Add("other", "form.error.related")
	}
	if in.Kind == rules.Restates && earlier.HeldOn.After(later.HeldOn) {
		later, earlier = earlier, later
	}
	return later, earlier, p.OrNil()
}

// Tie is what a directive has to do with another one. Later: it is the later one.
type Tie struct {
	OtherID int64 `db:"other_id"`
	Kind    rules.Lineage
	Later   bool
}

// Is reports whether the tie says of its directive that it has this to do with
// the other one. Of two statements the later one restates, whoever is asked.
func (t Tie) Is(kind rules.Lineage) bool {
	return t.Kind == kind && (t.Later || kind == rules.Restates)
}

// Ties lists what a directive is tied to. Callers check before that the asker may
// see it.
func (s *Store) Ties(ctx context.Context, directiveID int64) ([]Tie, error) {
	var ties []Tie
	err := s.all(ctx, &ties, `
		select case when directive_id = $1 then earlier_id else directive_id end as other_id, kind, directive_id = $1 as later
		from lineage where directive_id = $1 or earlier_id = $1`, directiveID)
	if err != nil {
		return nil, fmt.Errorf("ties of directive %d: %w", directiveID, err)
	}
	return ties, nil
}

// Unrelate takes a relation back; its history stays.
func (s *Store) Unrelate(ctx context.Context, me rules.Actor, directiveID, otherID int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.readDirective(ctx, me, directiveID, "for update of d"); err != nil {
			return err
		}
		other, err := tx.Directive(ctx, me, otherID)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `delete from lineage where (directive_id, earlier_id) in (($1, $2), ($2, $1))`, directiveID, otherID)
		if err != nil {
			return fmt.Errorf("lineage of directive %d: %w", directiveID, err)
		}
		if n == 0 {
			return fmt.Errorf("lineage of directive %d: %w", directiveID, ErrNotFound)
		}
		return tx.log(ctx, deed{Me: me, Act: "unrelate", Now: now}, entry{Subject: "directive", ID: directiveID, Old: fields{"other": other.named()}})
	})
}

// DirectiveByRef finds a directive of me's register by its number.
func (s *Store) DirectiveByRef(ctx context.Context, me rules.Actor, year, number int) (int64, error) {
	var id int64
	err := s.get(ctx, &id, `select d.id from directive d where d.number_year = $3 and d.number = $4 and `+seesDirective,
		pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), year, number)
	if err != nil {
		return 0, fmt.Errorf("directive %d-%d: %w", year, number, err)
	}
	return id, nil
}

// TaskByRef finds a task that me may see by its number.
func (s *Store) TaskByRef(ctx context.Context, me rules.Actor, year, directive, number int) (int64, error) {
	var id int64
	err := s.get(ctx, &id, `select t.id from task t join directive d on d.id = t.directive_id where d.number_year = $1 and d.number = $2 and t.number = $3`, year, directive, number)
	if err == nil {
		_, _, err = s.Task(ctx, me, id)
	}
	if err != nil {
		return 0, fmt.Errorf("task %d-%d.%d: %w", year, directive, number, err)
	}
	return id, nil
}

// Related is another directive that one has to do with, as seen from it.
type Related struct {
	ID         int64
	Title      string
	NumberYear *int `db:"number_year"`
	Number     *int
	Kind       rules.Lineage
	Later      bool      // the other one is the later of the two
	HeldOn     time.Time `db:"held_on"`
}

// related lists what a directive has to do with others that me may see, but
// for restatements, which chain shows.
func (s *Store) related(ctx context.Context, me rules.Actor, id int64) ([]Related, error) {
	var rows []Related
	err := s.all(ctx, &rows, `
		select d.id, d.title, d.number_year, d.number, l.kind, l.directive_id <> $3 as later, m.held_on
		from lineage l
		join directive d on d.id = case when l.directive_id = $3 then l.earlier_id else l.directive_id end
		join meeting m on m.id = d.meeting_id
		where $3 in (l.directive_id, l.earlier_id) and l.kind <> 'restates' and `+seesDirective+`
		order by m.held_on, d.id`, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), id)
	if err != nil {
		return nil, fmt.Errorf("relations of directive %d: %w", id, err)
	}
	return rows, nil
}

// Statement is one of the directives in which leaders said the same again.
type Statement struct {
	Directive
	DocumentID *int64 `db:"document_id"`
	Language   string
	Words      string
	At         float64 // where in the text: 0 beginning … 1 end; only Twins knows it
}

// longestChain is how many statements of one commitment are shown.
const longestChain = 200

// chain lists every statement that restates a directive or is restated by it,
// over any number of steps, itself among them, by date. One only: nobody said
// it again. Those that me may not see are left out.
func (s *Store) chain(ctx context.Context, me rules.Actor, id int64) ([]Statement, error) {
	var rows []Statement
	err := s.all(ctx, &rows, `
		with recursive linked (id) as (
			select cast($3 as bigint)
			union
			select case when l.directive_id = linked.id then l.earlier_id else l.directive_id end
			from linked join lineage l on l.kind = 'restates' and linked.id in (l.directive_id, l.earlier_id)
		)
		select `+directiveColumns+`, x.document_id, coalesce(c.language, '') as language,
			coalesce(substr(c.text, x.starts + 1, x.ends - x.starts), '') as words`+directiveFrom+`
		left join passage x on x.id = d.passage_id
		left join document c on c.id = x.document_id
		where d.id in (select id from linked) and `+seesDirective+`
		order by coalesce(c.dated_on, m.held_on), d.id
		limit $4`, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), id, longestChain)
	if err != nil {
		return nil, fmt.Errorf("statements of directive %d: %w", id, err)
	}
	return rows, nil
}

// Alike lists directives of me's register that share one of the pairs of
// telling words, the latest first, with the words they rest on: who says the
// same again. Those of the document itself are left out.
func (s *Store) Alike(ctx context.Context, me rules.Actor, pairs []string, documentID int64) ([]Statement, error) {
	var rows []Statement
	err := s.all(ctx, &rows, `
		select `+directiveColumns+`, x.document_id, coalesce(c.language, '') as language,
			coalesce(substr(c.text, x.starts + 1, x.ends - x.starts), '') as words`+directiveFrom+`
		left join passage x on x.id = d.passage_id
		left join document c on c.id = x.document_id
		where d.likeness && $2 and d.sides && $1 and coalesce(x.document_id, 0) <> $3
		order by m.held_on desc, d.id desc
		limit 300`, pq.Array(me.RegisterSides()), pq.Array(pairs), documentID)
	if err != nil {
		return nil, fmt.Errorf("directives like those of document %d: %w", documentID, err)
	}
	return rows, nil
}

// Twins lists the directives of a meeting that rest on another document of it,
// in the order of that text.
func (s *Store) Twins(ctx context.Context, me rules.Actor, meetingID, documentID int64) ([]Statement, error) {
	var rows []Statement
	err := s.all(ctx, &rows, `
		select `+directiveColumns+`, x.document_id, c.language, substr(c.text, x.starts + 1, x.ends - x.starts) as words,
			cast(x.starts as float8) / length(c.text) as at`+directiveFrom+`
		join passage x on x.id = d.passage_id
		join document c on c.id = x.document_id
		where d.meeting_id = $2 and d.sides && $1 and x.document_id <> $3
		order by x.document_id, x.starts, d.id`, pq.Array(me.RegisterSides()), meetingID, documentID)
	if err != nil {
		return nil, fmt.Errorf("directives of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}
