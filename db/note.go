package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Note is a question or an answer on a task.
type Note struct {
	ID         int64
	AnswersID  *int64 `db:"answers_id"` // nil: a question
	Text       string
	PersonID   int64  `db:"person_id"`
	PersonName string `db:"person_name"`
	AgencyID   int64  `db:"agency_id"`
	At         time.Time
	Visibility rules.Visibility
}

// NoteInput is what somebody asks or answers. AnswersID zero asks.
type NoteInput struct {
	TaskID     int64
	AnswersID  int64
	Text       string
	Visibility rules.Visibility // "" is both sides
	FormKey    string
	Now        time.Time
}

// AddNote writes a question or an answer on a task that me sees fully, and
// tells the other side of the talk in its next mail. rules.ErrForbidden is for
// those who only see the outline or take no part.
func (s *Store) AddNote(ctx context.Context, me rules.Actor, in NoteInput) error {
	var p rules.Problems
	p.Text("text", in.Text, true, rules.MaxText)
	if in.Visibility == "" {
		in.Visibility = rules.BothSides
	}
	rules.OneOf(&p, "visibility", in.Visibility, rules.Visibilities)
	if err := p.OrNil(); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *Store) error {
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/tasks/%d", in.TaskID)); err != nil {
			return err
		}
		t, sight, err := tx.readTask(ctx, me, in.TaskID, "for update of t")
		if err != nil {
			return err
		}
		voice, ok := rules.VoiceOf(me, t.Scope())
		if !ok || sight != rules.SeesAll || t.Status == rules.Draft {
			return fmt.Errorf("note on task %d: %w", t.ID, rules.ErrForbidden)
		}
		return tx.saveNote(ctx, me, t, in, voice)
	})
}

func (s *Store) saveNote(ctx context.Context, me rules.Actor, t *Task, in NoteInput, voice rules.Voice) error {
	if in.AnswersID != 0 {
		var there bool
		err := s.get(ctx, &there, `
			select true from note n join agency g on g.id = n.agency_id
			where n.id = $2 and n.task_id = $3 and (n.visibility <> 'own' or `+shownTo+`)`, pq.Array(sidesOfMe(me)), in.AnswersID, t.ID)
		if err != nil {
			return fmt.Errorf("question %d: %w", in.AnswersID, err)
		}
	}
	id, err := s.id(ctx, `
		insert into note (task_id, answers_id, text, person_id, agency_id, at, visibility)
		values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		t.ID, nullID(in.AnswersID), in.Text, me.PersonID, voice.AgencyID, in.Now, string(in.Visibility))
	if err != nil {
		return fmt.Errorf("note on task %d: %w", t.ID, err)
	}
	_, err = s.exec(ctx, `update task set changed_by = $2, changed_at = $3 where id = $1`, t.ID, me.PersonID, in.Now)
	if err != nil {
		return err
	}
	act := rules.Act("question")
	if in.AnswersID != 0 {
		act = "answer"
	}
	n := notice{Rule: string(act), Task: t, Occasion: fmt.Sprintf("n%d", id), To: voice.Hearers, Except: me.PersonID, Now: in.Now}
	words, hidden := in.Text, fields(nil)
	if in.Visibility == rules.OwnSide { // history is for both sides
		words, hidden, n.OwnSideOf = "", fields{"visibility": string(in.Visibility)}, voice.AgencyID
	}
	if err := s.log(ctx, deed{Me: me, Act: act, Note: words, Now: in.Now}, entry{Subject: "task", ID: t.ID, New: hidden}); err != nil {
		return err
	}
	return s.tell(ctx, n)
}

// notes lists the talk on a task as far as me may see it, the oldest first: the
// own side's only by its own people.
func (s *Store) notes(ctx context.Context, me rules.Actor, taskID int64) ([]Note, error) {
	var notes []Note
	err := s.all(ctx, &notes, `
		select n.id, n.answers_id, n.text, n.person_id, p.name as person_name, n.agency_id, n.at, n.visibility
		from note n join person p on p.id = n.person_id join agency g on g.id = n.agency_id
		where n.task_id = $2 and (n.visibility <> 'own' or `+shownTo+`)
		order by n.id`, pq.Array(sidesOfMe(me)), taskID)
	if err != nil {
		return nil, fmt.Errorf("notes of task %d: %w", taskID, err)
	}
	return notes, nil
}
