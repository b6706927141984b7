package handlers

import (
	"context"
	"errors"
	"slices"

	"amal/db"
	"amal/rules"
)

// mainTask finds the task that a row says its own is part of, 0 where it says
// nothing of it. waits says that it stands in a row that is not written yet.
func (b *bringer) mainTask(ctx context.Context, s *db.Store, r *row, directive [2]int) (id int64, waits bool, err error) {
	typed, ok := r.values["main_task"]
	if !ok {
		return 0, false, nil
	}
	before := len(r.problems)
	year, number, task, ok := rules.ParseTaskRef(typed)
	switch {
	case !ok || task == 0:
		r.wrong("main_task", "import.error.task_number")
	case [2]int{year, number} != directive:
		r.wrong("main_task", "import.error.main_elsewhere")
	case b.circles(r.values["number"], typed):
		r.wrong("main_task", "import.error.loop")
	}
	if len(r.problems) > before {
		return 0, false, nil
	}
	id, err = s.TaskByRef(ctx, b.me, year, number, task)
	if !errors.Is(err, db.ErrNotFound) {
		return id, false, err
	}
	if row, there := b.above[typed]; r.later || !there || row.Bad {
		r.wrong("main_task", "import.error.no_task")
		return 0, false, nil
	}
	return 0, true, nil
}

// circles tells whether the rows above a main task lead back to a task.
func (b *bringer) circles(own, main string) bool {
	for range len(b.above) + 1 {
		if main == own || main == "" {
			return main != ""
		}
		main = b.above[main].Main
	}
	return false
}

// columnsOfMain are the columns of a table of tasks that hold their numbers and
// main tasks; ok is false where there are none.
func (b *bringer) columnsOfMain() (number, main int, ok bool) {
	number, main = slices.Index(b.im.Columns, "number"), slices.Index(b.im.Columns, "main_task")
	return number, main, b.im.Kind == rules.ImportTasks && number >= 0 && main >= 0
}

// lookAbove finds the rows of the main tasks that a batch of rows names.
func (b *bringer) lookAbove(ctx context.Context, s *db.Store, rows []db.ImportRow) (err error) {
	number, main, ok := b.columnsOfMain()
	if !ok {
		return nil
	}
	var named []string
	for i := range rows {
		if ref := b.row(rows[i].Cells).values["main_task"]; ref != "" {
			named = append(named, ref)
		}
	}
	if len(named) > 0 {
		b.above, err = s.ImportTasksAbove(ctx, b.im.ID, number, main, named)
	}
	return err
}

// orphans says of the checked rows whose main task can't come in that they can't
// either.
func (b *bringer) orphans(ctx context.Context, s *db.Store, lease string) error {
	number, main, ok := b.columnsOfMain()
	if !ok || b.im.State != "checking" {
		return nil
	}
	return s.DropOrphans(ctx, b.im, lease, number, main, &rules.Invalid{Field: "main_task", Key: "import.error.no_task"})
}

// addMain puts a task that is written under its main task. One that somebody gave
// another main task meanwhile keeps that.
func (b *bringer) addMain(ctx context.Context, s *db.Store, r *row, id int64, changed bool) error {
	t, was, err := s.TaskForm(ctx, b.me, id)
	if err != nil {
		return err
	}
	if t.NumberYear == nil || t.DirectiveNo == nil { // it names no task of a directive without a number
		return nil
	}
	main, _, err := b.mainTask(ctx, s, r, [2]int{*t.NumberYear, *t.DirectiveNo})
	switch {
	case err != nil || main == 0 || was.ParentID == main:
		return err
	case was.ParentID != 0 && changed:
		r.wrong("main_task", "import.error.kept_main")
		return nil
	}
	in := *was
	in.ParentID, in.Note, in.Now = main, b.im.Name, b.now
	return looped(s.ChangeTask(ctx, b.me, in))
}

// looped says of what a form calls a wrong choice why it is: the main task is
// there and of the same directive.
func looped(err error) error {
	var wrong rules.Problems
	if errors.As(err, &wrong) {
		for _, p := range wrong {
			if p.Field == "parent" {
				p.Key = "import.error.loop"
			}
		}
	}
	return err
}
