package handlers

import (
	"context"
	"errors"
	"slices"

	"amal/db"
	"amal/rules"
)

// tie is what a row says its directive has to do with an earlier one. other is 0
// for one that stands further down in the table.
type tie struct {
	kind  rules.Lineage
	other int64
}

// ties reads which earlier directives a row restates, replaces, takes in or is
// part of, as far as they are not tied to it yet; id is its own, 0 for a new one.
func (b *bringer) ties(ctx context.Context, s *db.Store, r *row, id int64) (missing []tie, err error) {
	var named []tie
	for _, kind := range rules.Lineages {
		for _, ref := range r.list(string(kind)) {
			t, err := b.tie(ctx, s, r, kind, ref)
			if err != nil {
				return nil, err
			}
			named = append(named, t)
		}
	}
	if len(named) == 0 || id == 0 {
		return named, nil
	}
	there, err := s.Ties(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, t := range named {
		known := slices.IndexFunc(there, func(x db.Tie) bool { return x.OtherID == t.other })
		switch {
		case t.other == id, known >= 0 && !there[known].Is(t.kind):
			r.wrong(string(t.kind), "import.error.related")
		case known < 0:
			missing = append(missing, t)
		}
	}
	return missing, nil
}

func (b *bringer) tie(ctx context.Context, s *db.Store, r *row, kind rules.Lineage, ref string) (tie, error) {
	year, number, ok := rules.ParseDirectiveRef(ref)
	if !ok {
		r.wrong(string(kind), "import.error.number")
		return tie{kind: kind}, nil
	}
	other, err := s.DirectiveByRef(ctx, b.me, year, number)
	if !errors.Is(err, db.ErrNotFound) {
		return tie{kind, other}, err
	}
	column := slices.Index(b.im.Columns, "number")
	if column < 0 || r.later || ref == r.values["number"] {
		r.wrong(string(kind), "import.error.no_directive")
		return tie{kind: kind}, nil
	}
	holds, err := s.ImportHolds(ctx, b.im.ID, column, ref)
	if err == nil && !holds {
		r.wrong(string(kind), "import.error.no_directive")
	}
	return tie{kind: kind}, err
}

// relate ties a directive to earlier ones. What stands further down in the table
// waits until that is written.
func (b *bringer) relate(ctx context.Context, s *db.Store, r *row, id int64, ties []tie) error {
	r.wrote = id
	for _, t := range ties {
		if t.other == 0 {
			r.waits = !r.later
			continue
		}
		if err := s.Relate(ctx, b.me, db.LineageInput{DirectiveID: id, OtherID: t.other, Kind: t.kind, Now: b.now}); err != nil {
			return err
		}
	}
	return nil
}
