package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// File is a file given as evidence, without its bytes.
type File struct {
	ID         int64
	TaskID     int64  `db:"task_id"`
	ReportID   *int64 `db:"report_id"` // nil: not sent yet
	AgencyID   int64  `db:"agency_id"`
	PersonID   int64  `db:"person_id"`
	PersonName string `db:"person_name"`
	Name       string
	Kind       string
	Visibility rules.Visibility
	Type       string // what its first bytes say
	Size       int64
	SHA256     []byte `db:"sha256"`
	At         time.Time
}

const fileColumns = `
	f.id, f.task_id, f.report_id, f.agency_id, f.person_id, p.name as person_name, f.name, f.kind, f.visibility, f.type, f.size, f.sha256, f.at
	from file f join person p on p.id = f.person_id join agency g on g.id = f.agency_id`

// shownTo is the condition that a file or note of agency g is for the asker's
// eyes ($1 his sides): its own side's only where it says so; joint bodies
// belong to all.
const shownTo = `(g.side = any($1) or g.side = 'joint' or 'joint' = any($1))`

// sidesOfMe are the sides of the asker's agencies; an auditor's are all.
func sidesOfMe(me rules.Actor) []string {
	sides := []string{}
	for _, m := range me.Members {
		sides = append(sides, string(m.Side))
		if m.Role == rules.Auditor {
			sides = append(sides, string(rules.Joint))
		}
	}
	return sides
}

// files lists a task's files that me may see: those sent with a report, and of
// his own agency those that wait.
func (s *Store) files(ctx context.Context, me rules.Actor, t *Task, hats rules.Hats) ([]File, error) {
	var rows []File
	err := s.all(ctx, &rows, `
		select `+fileColumns+`
		where f.task_id = $2 and (f.visibility <> 'own' or `+shownTo+`) and (f.report_id is not null or f.agency_id = any($3))
		order by f.id`, pq.Array(sidesOfMe(me)), t.ID, pq.Array(me.AgenciesAs(rules.Focal)))
	if err != nil {
		return nil, fmt.Errorf("files of task %d: %w", t.ID, err)
	}
	return rows, nil
}

// reportFiles gives reports the files that me may see.
func (s *Store) reportFiles(ctx context.Context, me rules.Actor, byTask map[int64]*TaskReport, reportIDs []int64) error {
	rows, err := same[File](ctx, s, `select `+fileColumns+` where f.report_id = any($2) and (f.visibility <> 'own' or `+shownTo+`) order by f.id`,
		pq.Array(sidesOfMe(me)), pq.Array(reportIDs))
	if err != nil {
		return fmt.Errorf("files of reports: %w", err)
	}
	for _, f := range rows {
		if r := byTask[f.TaskID]; r != nil {
			r.Files = append(r.Files, f)
		}
	}
	return nil
}

// FileInput is a file as it came; its bytes are read from Body.
type FileInput struct {
	TaskID     int64
	Name       string
	Kind       string
	Visibility rules.Visibility
	Type       string
	Size       int64
	Body       io.Reader
	Now        time.Time
}

// AddFile keeps a file for the lead's next report on a task. rules.ErrForbidden
// is for who does not lead it, rules.ErrMove where it is not open.
func (s *Store) AddFile(ctx context.Context, me rules.Actor, in FileInput) error {
	if err := rules.CheckFile(in.Name, in.Kind, in.Visibility, in.Size); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		t, err := tx.lockTask(ctx, me, in.TaskID, 0)
		if err != nil {
			return err
		}
		switch {
		case !rules.HatsFor(me, t.Scope()).Has(rules.HatLead):
			return fmt.Errorf("file for task %d: %w", t.ID, rules.ErrForbidden)
		case !t.Status.Open():
			return fmt.Errorf("file for task %d: %w", t.ID, rules.ErrMove)
		}
		var waiting int
		if err := tx.get(ctx, &waiting, `select count(*) from file where task_id = $1 and agency_id = $2 and report_id is null`, t.ID, *t.LeadID); err != nil {
			return err
		}
		if waiting >= rules.MaxFiles {
			return rules.Problems{{Field: "file", Key: "form.error.too_many", Max: rules.MaxFiles}}
		}
		return tx.saveFile(ctx, me, t, in)
	})
}

func (s *Store) saveFile(ctx context.Context, me rules.Actor, t *Task, in FileInput) error {
	id, err := s.id(ctx, `
		insert into file (task_id, agency_id, person_id, name, kind, visibility, type, size, sha256, at, folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, decode(repeat('00', 32), 'hex'), $9, $10) returning id`,
		t.ID, *t.LeadID, me.PersonID, in.Name, in.Kind, string(in.Visibility), in.Type, in.Size, in.Now, rules.Fold(in.Name))
	if err != nil {
		return fmt.Errorf("file for task %d: %w", t.ID, err)
	}
	sum := sha256.New()
	chunk := make([]byte, rules.ChunkSize)
	for number := 0; ; number++ {
		n, err := io.ReadFull(io.TeeReader(in.Body, sum), chunk)
		if n > 0 {
			if _, err := s.exec(ctx, `insert into file_chunk (file_id, number, bytes) values ($1, $2, $3)`, id, number, chunk[:n]); err != nil {
				return fmt.Errorf("file %d: %w", id, err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("file %d: %w", id, err)
		}
	}
	if _, err = s.exec(ctx, `update file set sha256 = $2 where id = $1`, id, sum.Sum(nil)); err != nil {
		return fmt.Errorf("file %d: %w", id, err)
	}
	kept := fileTold(in.Name, in.Visibility)
	kept["sha256"] = fmt.Sprintf("%x", sum.Sum(nil))
	return s.log(ctx, deed{Me: me, Act: "add_file", Now: in.Now}, entry{Subject: "task", ID: t.ID, New: kept})
}

// fileTold is what history says of a file: both sides read it, so not the name of
// one that is for the own side only.
func fileTold(name string, visibility rules.Visibility) fields {
	if visibility == rules.OwnSide {
		return fields{"visibility": string(visibility)}
	}
	return fields{"file": name}
}

// File returns a file that me may see.
func (s *Store) File(ctx context.Context, me rules.Actor, id int64) (*File, error) {
	var f File
	err := s.get(ctx, &f, `
		select `+fileColumns+`
		where f.id = $2 and (f.visibility <> 'own' or `+shownTo+`) and (f.report_id is not null or f.agency_id = any($3))`,
		pq.Array(sidesOfMe(me)), id, pq.Array(me.AgenciesAs(rules.Focal)))
	if err != nil {
		return nil, fmt.Errorf("file %d: %w", id, err)
	}
	_, sight, err := s.Task(ctx, me, f.TaskID)
	if err != nil {
		return nil, err
	}
	if sight != rules.SeesAll && f.Visibility == rules.OwnSide {
		return nil, fmt.Errorf("file %d: %w", id, ErrNotFound)
	}
	return &f, nil
}

// WriteFile writes a file's bytes, row by row, so that no file is in memory as
// a whole. Callers read it with File first.
func (s *Store) WriteFile(ctx context.Context, id int64, to io.Writer) error {
	for number := 0; ; number++ {
		var bytes []byte
		err := s.get(ctx, &bytes, `select bytes from file_chunk where file_id = $1 and number = $2`, id, number)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil {
			_, err = to.Write(bytes)
		}
		if err != nil {
			return fmt.Errorf("file %d: %w", id, err)
		}
	}
}

// RemoveFile takes away a file that was not sent with a report yet.
// rules.ErrMove says that it was, rules.ErrForbidden that me does not lead the
// task.
func (s *Store) RemoveFile(ctx context.Context, me rules.Actor, id int64, now time.Time) (taskID int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		f, err := tx.File(ctx, me, id)
		if err != nil {
			return err
		}
		taskID = f.TaskID
		if err := tx.lockWaiting(ctx, me, f); err != nil {
			return err
		}
		for _, query := range []string{`delete from file_chunk where file_id = $1`, `delete from file where id = $1`} {
			if _, err := tx.exec(ctx, query, id); err != nil {
				return fmt.Errorf("file %d: %w", id, err)
			}
		}
		removed := entry{Subject: "task", ID: f.TaskID, New: fileTold(f.Name, f.Visibility)}
		if f.Visibility != rules.OwnSide {
			removed.Old, removed.New = removed.New, fields{"file": ""}
		}
		return tx.log(ctx, deed{Me: me, Act: "remove_file", Now: now}, removed)
	})
	return taskID, err
}

// lockWaiting locks the task of a file, as a report that takes files in does,
// and makes sure that the file still waits and me may take it away.
func (s *Store) lockWaiting(ctx context.Context, me rules.Actor, f *File) error {
	t, err := s.lockTask(ctx, me, f.TaskID, 0)
	if err != nil {
		return err
	}
	if !rules.HatsFor(me, t.Scope()).Has(rules.HatLead) {
		return fmt.Errorf("file %d: %w", f.ID, rules.ErrForbidden)
	}
	var waits []int64
	if err := s.all(ctx, &waits, `select id from file where id = $1 and report_id is null for update`, f.ID); err != nil {
		return fmt.Errorf("file %d: %w", f.ID, err)
	}
	if len(waits) == 0 || !t.Status.Open() {
		return fmt.Errorf("file %d was sent: %w", f.ID, rules.ErrMove)
	}
	return nil
}
