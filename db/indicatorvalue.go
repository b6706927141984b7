package db

import (
	"context"
	"fmt"
	"time"

	"amal/rules"
)

// ValueInput is a value as somebody typed it. ID 0 is a new one; Version is that
// of the value.
type ValueInput struct {
	IndicatorID int64
	ID          int64
	Version     int
	rules.ValueDraft
	FormKey string
	Now     time.Time
}

// valueRow is a value as it is locked.
type valueRow struct {
	ID        int64
	Period    string
	EndsOn    time.Time `db:"ends_on"`
	Value     string
	Source    string
	Note      string
	Version   int
	RemovedAt *time.Time `db:"removed_at"`
	RemovedBy *int64     `db:"removed_by"`
}

func (v valueRow) told() fields {
	return fields{"ends_on": v.EndsOn.Format(time.DateOnly), "value_of": v.Period, "value": v.Value, "source": v.Source, "note": v.Note}
}

// SaveValue gives an indicator's value of a period, or corrects one; what it was
// stays in history. Problems: the period has a value already. ErrStale: it
// changed meanwhile.
func (s *Store) SaveValue(ctx context.Context, me rules.Actor, in ValueInput) error {
	return s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.lockIndicator(ctx, me, in.IndicatorID, 0); err != nil {
			return err
		}
		if err := rules.CheckValue(in.ValueDraft); err != nil {
			return err
		}
		ends := rules.PeriodEnd(in.Period, in.Day)
		var taken bool
		err := tx.get(ctx, &taken, `
			select exists (select from indicator_value where indicator_id = $1 and ends_on = $2 and period = $3 and id <> $4 and removed_at is null)`,
			in.IndicatorID, ends, in.Period, in.ID)
		if err != nil {
			return err
		}
		if taken {
			return rules.Problems{{Field: "ends_on", Key: "form.error.value_taken"}}
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/indicators/%d", in.IndicatorID)); err != nil {
			return err
		}
		return tx.writeValue(ctx, me, in, ends)
	})
}

func (s *Store) writeValue(ctx context.Context, me rules.Actor, in ValueInput, ends time.Time) error {
	is := valueRow{EndsOn: ends, Period: string(in.Period), Value: in.Number, Source: in.Source, Note: in.Note}
	if in.ID == 0 {
		_, err := s.exec(ctx, `
			insert into indicator_value (indicator_id, period, ends_on, value, source, note, created_by, created_at, changed_by, changed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)`, in.IndicatorID, in.Period, ends, in.Number, in.Source, in.Note, me.PersonID, in.Now)
		if err != nil {
			return fmt.Errorf("value of indicator %d: %w", in.IndicatorID, err)
		}
		return s.log(ctx, deed{Me: me, Act: rules.ActValue, Now: in.Now}, entry{Subject: "indicator", ID: in.IndicatorID, New: is.told()})
	}
	was, err := s.lockValue(ctx, in.IndicatorID, in.ID)
	if err != nil {
		return err
	}
	if was.Version != in.Version || was.RemovedAt != nil {
		return fmt.Errorf("value %d: %w", in.ID, ErrStale)
	}
	_, err = s.exec(ctx, `
		update indicator_value set period = $2, ends_on = $3, value = $4, source = $5, note = $6, changed_by = $7, changed_at = $8, version = version + 1
		where id = $1`, in.ID, in.Period, ends, in.Number, in.Source, in.Note, me.PersonID, in.Now)
	if err != nil {
		return fmt.Errorf("value %d: %w", in.ID, err)
	}
	return s.log(ctx, deed{Me: me, Act: rules.ActCorrect, Now: in.Now}, entry{Subject: "indicator", ID: in.IndicatorID, Old: was.told(), New: is.told()})
}

func (s *Store) lockValue(ctx context.Context, indicatorID, id int64) (*valueRow, error) {
	var v valueRow
	err := s.get(ctx, &v, `
		select id, period, ends_on, trim_scale(value) as value, source, note, version, removed_at, removed_by
		from indicator_value where id = $1 and indicator_id = $2 for update`, id, indicatorID)
	if err != nil {
		return nil, fmt.Errorf("value %d of indicator %d: %w", id, indicatorID, err)
	}
	return &v, nil
}

// TakeOffValue takes a value away; whoever did can put it back for
// rules.UndoFor. ErrStale: it changed meanwhile.
func (s *Store) TakeOffValue(ctx context.Context, me rules.Actor, indicatorID, id int64, version int, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		v, err := tx.lockOwnValue(ctx, me, indicatorID, id)
		if err != nil {
			return err
		}
		if v.Version != version || v.RemovedAt != nil {
			return fmt.Errorf("value %d: %w", id, ErrStale)
		}
		return tx.removeValue(ctx, me, indicatorID, v, &now, rules.ActTakeOff, now)
	})
}

// PutBackValue puts back a value that me took away just now. rules.ErrMove: too
// late, or the period has another one by now.
func (s *Store) PutBackValue(ctx context.Context, me rules.Actor, indicatorID, id int64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		v, err := tx.lockOwnValue(ctx, me, indicatorID, id)
		if err != nil {
			return err
		}
		var taken bool
		err = tx.get(ctx, &taken, `
			select exists (select from indicator_value where indicator_id = $1 and ends_on = $2 and period = $3 and removed_at is null)`, indicatorID, v.EndsOn, v.Period)
		if err != nil {
			return err
		}
		if taken || v.RemovedAt == nil || deref(v.RemovedBy) != me.PersonID || now.Sub(*v.RemovedAt) > rules.UndoFor {
			return fmt.Errorf("value %d: %w", id, rules.ErrMove)
		}
		return tx.removeValue(ctx, me, indicatorID, v, nil, rules.ActPutBack, now)
	})
}

func (s *Store) lockOwnValue(ctx context.Context, me rules.Actor, indicatorID, id int64) (*valueRow, error) {
	if _, err := s.lockIndicator(ctx, me, indicatorID, 0); err != nil {
		return nil, err
	}
	return s.lockValue(ctx, indicatorID, id)
}

func (s *Store) removeValue(ctx context.Context, me rules.Actor, indicatorID int64, v *valueRow, at *time.Time, act rules.Act, now time.Time) error {
	_, err := s.exec(ctx, `update indicator_value set removed_at = $2, removed_by = $3, version = version + 1 where id = $1`, v.ID, at, me.PersonID)
	if err != nil {
		return fmt.Errorf("value %d: %w", v.ID, err)
	}
	return s.log(ctx, deed{Me: me, Act: act, Now: now}, entry{Subject: "indicator", ID: indicatorID, New: v.told()})
}
