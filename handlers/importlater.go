package handlers

import (
	"context"
	"fmt"

	"amal/db"
	"amal/rules"
)

// mark is the identity of a row that is written and waits for its ties: what it
// wrote, and in which version.
func (b *bringer) mark(ctx context.Context, s *db.Store, id int64) (string, error) {
	version, err := b.version(ctx, s, id)
	return fmt.Sprintf("#%d@%d", id, version), err
}

func (b *bringer) version(ctx context.Context, s *db.Store, id int64) (int, error) {
	if b.im.Kind == rules.ImportTasks {
		_, in, err := s.TaskForm(ctx, b.me, id)
		if err != nil {
			return 0, err
		}
		return in.Version, nil
	}
	in, err := s.DirectiveForm(ctx, b.me, id)
	if err != nil {
		return 0, err
	}
	return in.Version, nil
}

// tieLater adds the ties of a row that was written before what they lead to.
// Nothing else of the row is written again: whatever somebody changed by hand
// meanwhile stays, and the row says so.
func (b *bringer) tieLater(ctx context.Context, tx *db.Store, r *row, to *db.ImportRow) error {
	err := tx.Apart(ctx, func() error { return b.addTies(ctx, tx, r, to.Identity) })
	if err := r.fault(err); err != nil {
		return err
	}
	to.Written, to.Problems = true, r.problems
	if len(r.problems) > 0 {
		to.Fate = fateBad
	}
	return nil
}

func (b *bringer) addTies(ctx context.Context, s *db.Store, r *row, identity string) error {
	var id int64
	var written int
	if n, _ := fmt.Sscanf(identity, "#%d@%d", &id, &written); n != 2 { // it was written by an earlier release
		return fmt.Errorf("row of import %d: %w", b.im.ID, db.ErrStale)
	}
	version, err := b.version(ctx, s, id)
	if err != nil {
		return err
	}
	if version != written {
		r.wrong("", "import.error.kept")
	}
	if b.im.Kind == rules.ImportTasks {
		return b.addMain(ctx, s, r, id, version != written)
	}
	missing, err := b.ties(ctx, s, r, id)
	if err != nil {
		return err
	}
	return b.relate(ctx, s, r, id, missing)
}
