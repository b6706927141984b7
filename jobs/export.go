package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"amal/db"
)

// exportStep is after how many rows an export says how far it is and renews its
// lease.
const exportStep = 500

// exports makes the files that wait, one after the other.
func (j *Jobs) exports(ctx context.Context, _ time.Time) error {
	if j.MakeExport == nil {
		return nil
	}
	for n := 0; ctx.Err() == nil; n++ {
		lease := fmt.Sprintf("%s/export/%d/%d", j.Server, j.Now().UnixNano(), n)
		e, err := j.Store.ClaimExport(ctx, lease, j.Now())
		if err != nil || e == nil {
			return err
		}
		if err := j.export(ctx, e, lease); err != nil {
			return err
		}
	}
	return nil
}

// export makes one file. What can't be made for its maker has failed; what may
// go better next time is tried again.
func (j *Jobs) export(ctx context.Context, e *db.Export, lease string) error {
	err := j.makeFile(ctx, e, lease)
	switch {
	case err == nil, errors.Is(err, db.ErrLeaseLost):
		return nil
	case ctx.Err() != nil:
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		return j.Store.GiveUpExport(ctx, e.ID, lease, true, j.Now())
	}
	gone := errors.Is(err, db.ErrNotFound)
	if gone {
		j.Log.Info("export", "id", e.ID, "error", err.Error())
	} else {
		j.Log.Error("export", "id", e.ID, "error", err.Error())
	}
	return j.Store.GiveUpExport(ctx, e.ID, lease, !gone, j.Now())
}

// makeFile writes the file to disk first: it is kept whole or not at all.
func (j *Jobs) makeFile(ctx context.Context, e *db.Export, lease string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("export %d: panic: %v", e.ID, p)
		}
	}()
	spool, err := os.CreateTemp("", "amal-export-")
	if err != nil {
		return err
	}
	defer func() {
		spool.Close()
		if gone := os.Remove(spool.Name()); gone != nil {
			j.Log.Error("export", "id", e.ID, "error", gone.Error())
		}
	}()
	var rows int64
	name, err := j.MakeExport(ctx, e, spool, func() error {
		if rows++; rows%exportStep != 0 {
			return nil
		}
		return j.Store.ExportProgress(ctx, e.ID, lease, rows, j.Now())
	})
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return j.Store.FinishExport(ctx, e.ID, lease, name, rows, spool, j.Now())
}

// imports checks and writes the tables that wait.
func (j *Jobs) imports(ctx context.Context, _ time.Time) error {
	if j.RunImports == nil {
		return nil
	}
	return j.RunImports(ctx, j.Server)
}
