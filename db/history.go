package db

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// fields are a thing's values under the names that history keeps.
type fields map[string]any

// entry is one change of one thing. Before restores a task's state on undo.
type entry struct {
	Subject  string
	ID       int64
	Old, New fields
	Before   json.RawMessage
	Undoes   int64 // row of history that this takes back
}

// log writes one row of history: who, when, and each field that differs.
func (s *Store) log(ctx context.Context, d deed, e entry) error {
	changes, err := json.Marshal(differences(e.Old, e.New))
	if err != nil {
		return fmt.Errorf("history of %s %d: %w", e.Subject, e.ID, err)
	}
	var before *string
	if e.Before != nil {
		text := string(e.Before)
		before = &text
	}
	_, err = s.exec(ctx, `
		insert into history (subject, subject_id, act, person_id, at, changes, note, before, undoes)
		select $1, $2, $3, $4, $5, $6, $7, $8, $9 from pg_advisory_xact_lock_shared($10)`,
		e.Subject, e.ID, string(d.Act), nullID(d.Me.PersonID), d.Now, string(changes), d.Note, before, nullID(e.Undoes), sealLock)
	if err != nil {
		return fmt.Errorf("history of %s %d: %w", e.Subject, e.ID, err)
	}
	return nil
}

// differences returns {"field": [old, new]} for the fields that differ.
func differences(old, new fields) map[string][2]any {
	changes := map[string][2]any{}
	for name, value := range new {
		if !reflect.DeepEqual(old[name], value) && !(old == nil && blank(value)) {
			changes[name] = [2]any{old[name], value}
		}
	}
	return changes
}

func blank(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.IsZero()
}

// HistoryLine is one change as people read it. Changes is {"field": [old, new]}.
type HistoryLine struct {
	ID         int64
	Subject    string
	SubjectID  int64 `db:"subject_id"`
	Act        string
	PersonName string `db:"person_name"` // "" for the program itself
	At         time.Time
	Changes    json.RawMessage
	Note       string
	Undone     bool
}

// history lists the changes of one thing, the newest first, at most limit.
// Callers check before that the asker may see the thing.
func (s *Store) history(ctx context.Context, subject string, id int64, limit int) ([]HistoryLine, error) {
	var lines []HistoryLine
	err := s.all(ctx, &lines, `
		select h.id, h.subject, h.subject_id, h.act, coalesce(p.name, '') as person_name, h.at, h.changes, h.note, exists (select from history u where u.undoes = h.id) as undone
		from history h
		left join person p on p.id = h.person_id
		where h.subject = $1 and h.subject_id = $2
		order by h.id desc
		limit $3`, subject, id, limit)
	if err != nil {
		return nil, fmt.Errorf("history of %s %d: %w", subject, id, err)
	}
	return lines, nil
}
