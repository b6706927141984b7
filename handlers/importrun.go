package handlers

import (
	"context"
	"errors"
	"fmt"

	"amal/db"
	"amal/rules"
)

// How many rows are checked or written in one transaction, how many batches a
// request does before it leaves the rest to the jobs, and how many agencies a
// table may hold: they are ordered as a whole.
const (
	importBatch    = 100
	importAtOnce   = 5
	importAgencies = 5000
)

// errTried ends what was only tried.
var errTried = errors.New("only tried")

// runImport checks or writes an import, as far as a request can; the jobs do the
// rest.
func (a *App) runImport(ctx context.Context, id int64) error {
	lease := secret()
	im, err := a.Store.ClaimImport(ctx, id, lease, a.Now())
	if err != nil || im == nil {
		return err
	}
	for range importAtOnce {
		more, err := a.stepImport(ctx, im, lease)
		if err != nil || !more {
			return err
		}
	}
	return a.Store.LeaveImport(ctx, im, lease)
}

// RunImports checks and writes what waits, one after the other, until ctx ends.
// server names the lease.
func (a *App) RunImports(ctx context.Context, server string) error {
	for n := 0; ctx.Err() == nil; n++ {
		lease := fmt.Sprintf("%s/import/%s", server, secret())
		im, err := a.Store.ClaimImport(ctx, 0, lease, a.Now())
		if err != nil || im == nil {
			return err
		}
		for more := true; more && ctx.Err() == nil; {
			if more, err = a.stepImport(ctx, im, lease); err != nil {
				return err
			}
		}
		if err := a.Store.LeaveImport(context.WithoutCancel(ctx), im, lease); err != nil {
			return err
		}
	}
	return nil
}

// stepImport checks or writes the next batch; more says that there are further
// ones. A batch that fails is noted, so that it is not tried for ever.
func (a *App) stepImport(ctx context.Context, im *db.Import, lease string) (more bool, err error) {
	more, err = a.batch(ctx, im, lease)
	if err == nil || errors.Is(err, db.ErrLeaseLost) {
		return more && err == nil, nil
	}
	a.Log.Error("import", "id", im.ID, "error", err.Error())
	return false, a.Store.FailImport(context.WithoutCancel(ctx), im, lease)
}

func (a *App) batch(ctx context.Context, im *db.Import, lease string) (more bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("import %d: panic: %v", im.ID, p)
		}
	}()
	b, err := a.bringer(ctx, im)
	if err != nil {
		return false, err
	}
	n := importBatch
	if im.Kind == rules.ImportAgencies {
		n = importAgencies
	}
	rows, err := a.Store.ImportBatch(ctx, im, n)
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		if err := b.orphans(ctx, a.Store, lease); err != nil {
			return false, err
		}
		return false, a.Store.EndImport(ctx, im, lease, a.Now())
	}
	if im.State == "checking" {
		return true, b.check(ctx, a.Store, rows, lease)
	}
	return true, b.writeAll(ctx, a.Store, rows, lease)
}

// bringer prepares an import for its maker, who must still be what he was.
func (a *App) bringer(ctx context.Context, im *db.Import) (*bringer, error) {
	person, err := a.Store.Person(ctx, im.PersonID)
	if err != nil {
		return nil, err
	}
	me, err := a.Store.ActorAt(ctx, person, a.Now())
	if err != nil {
		return nil, err
	}
	if _, err := a.Store.Import(ctx, me, im.ID); err != nil {
		return nil, err
	}
	if !rules.MayImport(me, im.Kind) {
		return nil, rules.ErrForbidden
	}
	all, err := a.Store.Directory(ctx, a.Now())
	return &bringer{im: im, me: me, now: a.Now(), agencies: all, named: namesOfAgencies(all), numbered: map[[2]int]int64{}}, err
}

// check finds out the fate of rows: each is written as it would be, and undone.
func (b *bringer) check(ctx context.Context, store *db.Store, rows []db.ImportRow, lease string) error {
	err := store.CountedTogether(ctx, func(tx *db.Store) error {
		if err := b.lookAbove(ctx, tx, rows); err != nil {
			return err
		}
		for i := range rows {
			if err := b.try(ctx, tx, &rows[i]); err != nil {
				return err
			}
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		return err
	}
	if err := b.doubles(ctx, store, rows); err != nil {
		return err
	}
	return store.KeepFates(ctx, b.im, lease, rows, b.now)
}

// try writes a row and undoes it.
func (b *bringer) try(ctx context.Context, tx *db.Store, to *db.ImportRow) error {
	r := b.row(to.Cells)
	var p plan
	var failed error
	err := tx.Apart(ctx, func() error {
		if p, failed = b.plan(ctx, tx, r); failed == nil {
			failed = b.write(ctx, tx, r, &p)
		}
		return errTried
	})
	if !errors.Is(err, errTried) {
		return err
	}
	if err := r.fault(failed); err != nil {
		return err
	}
	to.Identity, to.Fate, to.Problems = p.identity, p.fate, r.problems
	if len(r.problems) > 0 || to.Fate == "" {
		to.Fate = fateBad
	}
	return nil
}

// write writes a row that is new or changed and right so far.
func (b *bringer) write(ctx context.Context, tx *db.Store, r *row, p *plan) error {
	if len(r.problems) > 0 || p.write == nil || p.fate == fateSame {
		return nil
	}
	return p.write(ctx, tx)
}

// doubles marks rows that stand for what an earlier row of the table stands for.
func (b *bringer) doubles(ctx context.Context, store *db.Store, rows []db.ImportRow) error {
	var identities []string
	for _, r := range rows {
		identities = append(identities, r.Identity)
	}
	earlier, err := store.EarlierLines(ctx, b.im.ID, identities)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if r.Identity == "" {
			continue
		}
		if line := earlier[r.Identity]; line != 0 && line < r.Line {
			r.Fate, r.Problems = fateBad, append(r.Problems, &rules.Invalid{Key: "import.error.double", Max: line})
		} else if line == 0 {
			earlier[r.Identity] = r.Line
		}
	}
	return nil
}

// writeAll writes a batch in one transaction with the note that it is written,
// so that nothing is written twice. A row that no longer can be says why.
func (b *bringer) writeAll(ctx context.Context, store *db.Store, rows []db.ImportRow, lease string) error {
	return store.CountedTogether(ctx, func(tx *db.Store) error {
		rows = b.parentsFirst(rows)
		if err := b.lookAbove(ctx, tx, rows); err != nil {
			return err
		}
		for i := range rows {
			if err := b.bring(ctx, tx, &rows[i]); err != nil {
				return err
			}
		}
		return tx.KeepFates(ctx, b.im, lease, rows, b.now)
	})
}

func (b *bringer) bring(ctx context.Context, tx *db.Store, to *db.ImportRow) error {
	r := b.row(to.Cells)
	if r.later = to.Later; r.later {
		return b.tieLater(ctx, tx, r, to)
	}
	var p plan
	err := tx.Apart(ctx, func() (err error) {
		if p, err = b.plan(ctx, tx, r); err != nil {
			return err
		}
		if len(r.problems) > 0 {
			return rules.Problems(nil)
		}
		if err = b.write(ctx, tx, r, &p); err == nil && r.waits {
			to.Identity, err = b.mark(ctx, tx, r.wrote)
		}
		return err
	})
	if err = r.fault(err); err != nil {
		return err
	}
	to.Written, to.Problems = true, r.problems
	switch {
	case len(r.problems) > 0:
		to.Fate, to.Written = fateBad, false
	case r.waits:
		to.Written, to.Later = false, true
	}
	return nil
}
