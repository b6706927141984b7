package handlers

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"amal/db"
	"amal/rules"
)

// planTask knows a task by its number, else by its directive and title.
func (b *bringer) planTask(ctx context.Context, s *db.Store, r *row) (plan, error) {
	ref, number, err := b.taskNumber(r)
	if r.values["task"] == "" {
		r.wrong("task", "form.error.required")
	}
	if err != nil || len(r.problems) > 0 {
		return plan{}, nil
	}
	p := plan{identity: identityOf(rules.DirectiveRef(ref[0], ref[1]), r.values["task"]), fate: fateNew}
	if number != 0 {
		p.identity = rules.TaskRef(ref[0], ref[1], number)
	}
	directiveID, err := b.directive(ctx, s, ref)
	if errors.Is(err, db.ErrNotFound) {
		r.wrong("directive_number", "import.error.no_directive")
		return p, nil
	}
	if err != nil {
		return p, err
	}
	id, err := b.knownTask(ctx, s, r, directiveID, ref, number)
	if err != nil {
		return p, err
	}
	main, waits, err := b.mainTask(ctx, s, r, ref)
	if err != nil {
		return p, err
	}
	if id != 0 {
		return b.changedTask(ctx, s, r, p, id, main, waits)
	}
	in, err := b.newTask(ctx, s, r, directiveID, number)
	if err != nil {
		return p, err
	}
	in.ParentID = main
	p.write = func(ctx context.Context, s *db.Store) (err error) {
		r.wrote, err = s.ImportTask(ctx, b.me, in)
		r.waits = waits
		return err
	}
	return p, nil
}

// directive finds a directive by its number, once for all rows of a batch.
func (b *bringer) directive(ctx context.Context, s *db.Store, ref [2]int) (int64, error) {
	if id := b.numbered[ref]; id != 0 {
		return id, nil
	}
	id, err := s.DirectiveByRef(ctx, b.me, ref[0], ref[1])
	if err == nil {
		b.numbered[ref] = id
	}
	return id, err
}

// taskNumber reads the numbers of a row: its directive's, and the task's where
// it has one.
func (b *bringer) taskNumber(r *row) (directive [2]int, task int, err error) {
	year, number, ok := 0, 0, false
	if typed := r.values["number"]; typed != "" {
		if year, number, task, ok = rules.ParseTaskRef(typed); !ok || task == 0 {
			r.wrong("number", "import.error.task_number")
			return directive, 0, rules.ErrMove
		}
		if task > rules.MaxImportNumber {
			r.wrong("number", "import.error.number_large")
		}
	}
	if typed := r.values["directive_number"]; typed != "" {
		y, n, known := rules.ParseDirectiveRef(typed)
		switch {
		case !known:
			r.wrong("directive_number", "import.error.number")
		case ok && (y != year || n != number):
			r.wrong("number", "import.error.other_directive")
		}
		year, number, ok = y, n, known
	}
	if !ok {
		if len(r.problems) == 0 {
			r.wrong("directive_number", "form.error.required")
		}
		return directive, 0, rules.ErrMove
	}
	return [2]int{year, number}, task, nil
}

func (b *bringer) knownTask(ctx context.Context, s *db.Store, r *row, directiveID int64, ref [2]int, number int) (int64, error) {
	var id int64
	var err error
	if number != 0 {
		id, err = s.TaskByRef(ctx, b.me, ref[0], ref[1], number)
	} else {
		id, err = s.TaskNamed(ctx, directiveID, r.values["task"])
	}
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

// newTask is the task that a row stands for.
func (b *bringer) newTask(ctx context.Context, s *db.Store, r *row, directiveID int64, number int) (db.TaskImport, error) {
	in := db.TaskImport{TaskInput: db.TaskInput{DirectiveID: directiveID, Points: []string{r.values["task"]}, Now: b.now}, Number: number, Source: b.im.Name}
	if err := b.fillTask(ctx, s, r, &in.TaskInput); err != nil {
		return in, err
	}
	in.Original, in.FirstDue = r.date("original_deadline"), r.date("first_due")
	in.Status = b.taskStatus(r, number)
	if in.Deadline == nil {
		in.Deadline = in.Original
	}
	return in, nil
}

// taskStatus is the state that a new task begins in. What the screen calls
// overdue or due soon is in progress; a number makes it assigned.
func (b *bringer) taskStatus(r *row, number int) rules.Status {
	typed := rules.Status(r.word("status", "status.", ""))
	switch {
	case typed == rules.Status(rules.MarkLate) || typed == rules.Status(rules.MarkSoon):
		typed = rules.InProgress
	case typed == "" && number != 0:
		typed = rules.Assigned
	}
	status, err := rules.ImportedStatus(typed)
	if err != nil {
		r.wrong("status", "import.error.status")
	}
	if number != 0 && status == rules.Draft {
		r.wrong("status", "import.error.draft_number")
	}
	return status
}

// fillTask puts a row's values over what stands there.
func (b *bringer) fillTask(ctx context.Context, s *db.Store, r *row, in *db.TaskInput) error {
	in.Title = r.values["task"]
	if typed, ok := r.values["lead"]; ok {
		if g := r.agency("lead", typed); g != nil {
			in.LeadID = g.ID
		}
	}
	if in.Period = rules.Period(r.word("period", "period.", string(in.Period))); in.Period == "once" {
		in.Period = rules.Once
	}
	if typed := r.list("co_executors"); len(typed) > 0 {
		in.CoExecutors = r.agencyIDs("co_executors", typed)
	}
	if points := r.points(in.Points); len(points) > 0 {
		in.Points = points
	}
	if day := r.date("deadline"); day != nil && (in.Deadline == nil || !day.Equal(*in.Deadline)) {
		in.Deadline, in.DeadlineRule, in.NoDeadlineReason = day, "", ""
	}
	for field, to := range map[string]*string{"deadline_wording": &in.DeadlineWording, "no_deadline_reason": &in.NoDeadlineReason} {
		if v, ok := r.values[field]; ok {
			*to = v
		}
	}
	return b.focal(ctx, s, r, in)
}

// focal finds the focal point of the lead by e-mail address or name; who is it
// already stays it.
func (b *bringer) focal(ctx context.Context, s *db.Store, r *row, in *db.TaskInput) error {
	typed, ok := r.values["focal"]
	if !ok || in.LeadID == 0 {
		return nil
	}
	id, err := s.FocalNamed(ctx, in.LeadID, typed)
	if errors.Is(err, db.ErrNotFound) {
		is, err := s.IsCalled(ctx, in.FocalID, typed)
		if err == nil && !is {
			r.wrong("focal", "import.error.focal")
		}
		return err
	}
	if err == nil {
		in.FocalID = id
	}
	return err
}

// agencyIDs are the agencies that are called so, in order.
func (r *row) agencyIDs(field string, typed []string) []int64 {
	var ids []int64
	for _, name := range typed {
		if g := r.agency(field, name); g != nil {
			ids = append(ids, g.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// changedTask compares a row with the task that is there: a draft takes the
// row's values; what is assigned is changed on its page, where the law is asked.
func (b *bringer) changedTask(ctx context.Context, s *db.Store, r *row, p plan, id, main int64, waits bool) (plan, error) {
	t, was, err := s.TaskForm(ctx, b.me, id)
	if err != nil {
		return p, err
	}
	in := *was
	if err := b.fillTask(ctx, s, r, &in); err != nil {
		return p, err
	}
	if main != 0 {
		in.ParentID = main
	}
	p.identity, p.fate = fmt.Sprintf("#%d", id), fateSame
	if day := r.date("first_due"); day != nil && (t.Anchor == nil || !t.Anchor.Equal(*day)) {
		r.wrong("first_due", "import.error.first_due")
	}
	differs := !reflect.DeepEqual(*was, in)
	if !differs && !waits {
		return p, nil
	}
	if t.Status != rules.Draft {
		r.wrong("task", "import.error.assigned")
		return p, nil
	}
	in.Now = b.now
	p.fate = fateChanged
	p.write = func(ctx context.Context, s *db.Store) error {
		r.wrote, r.waits = id, waits
		if !differs {
			return nil
		}
		return looped(s.ChangeTask(ctx, b.me, in))
	}
	return p, nil
}
