package db_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

func (w *world) addFile(me rules.Actor, task int64, name string, body []byte, v rules.Visibility) error {
	return w.AddFile(w.ctx, me, db.FileInput{TaskID: task, Name: name, Kind: "document", Visibility: v, Type: "text/plain", Size: int64(len(body)), Body: bytes.NewReader(body), Now: w.now})
}

// A file comes back byte for byte, waits for the next report, and is seen by
// those who may.
func TestFilesGoWithTheReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	body := bytes.Repeat([]byte("0123456789abcdef"), rules.ChunkSize/16*2+1)
	check(t, w.addFile(w.focalUZ, task, "annex.txt", body, rules.BothSides))
	check(t, w.addFile(w.focalUZ, task, "own.txt", []byte("x"), rules.OwnSide))
	if err := w.addFile(w.controller, task, "x.txt", []byte("x"), rules.BothSides); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the controller adds evidence: %v", err)
	}
	if err := w.addFile(w.focalUZ, task, "empty", nil, rules.BothSides); err == nil {
		t.Error("an empty file is taken")
	}
	files := func(me rules.Actor) []db.File {
		page, err := w.TaskPage(w.ctx, me, task, w.now)
		check(t, err)
		return page.Files
	}
	if n := len(files(w.controller)); n != 0 {
		t.Errorf("the controller sees %d files before the report", n)
	}
	err := w.Report(w.ctx, w.focalUZ, db.ReportInput{TaskID: task, Version: w.version(t, task), Signal: rules.Finished, Done: "Sent", Answers: []string{"Yes"},
		States: []rules.PointState{rules.PointPartly}, Now: w.now}) // the files are the evidence
	check(t, err)
	if n := len(files(w.focalKZ)); n != 1 {
		t.Errorf("the other side sees %d files, want the one for both", n)
	}
	got := files(w.controller)
	if len(got) != 2 {
		t.Fatalf("the controller sees %d files", len(got))
	}
	var out bytes.Buffer
	check(t, w.WriteFile(w.ctx, got[0].ID, &out))
	if sum := sha256.Sum256(body); !bytes.Equal(out.Bytes(), body) || !bytes.Equal(got[0].SHA256, sum[:]) {
		t.Error("the file came back changed")
	}
	if _, err := w.File(w.ctx, w.focalKZ, got[1].ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the other side reads the own side's file: %v", err)
	}
	if _, err := w.RemoveFile(w.ctx, w.focalUZ, got[0].ID, w.now); !errors.Is(err, rules.ErrMove) {
		t.Errorf("a sent file is removed: %v", err)
	}
	check(t, w.Undo(w.ctx, w.focalUZ, db.ActInput{TaskID: task, Now: w.now.Add(time.Second)}))
	if n := len(files(w.focalUZ)); n != 2 {
		t.Errorf("after undoing the report %d files wait", n)
	}
}

// A body that breaks off leaves nothing behind.
func TestABrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	broken := io.MultiReader(strings.NewReader("half"), errReader{})
	err := w.AddFile(w.ctx, w.focalUZ, db.FileInput{TaskID: task, Name: "a", Kind: "data", Visibility: rules.BothSides, Size: 10, Body: broken, Now: w.now})
	if err == nil {
		t.Fatal("a broken upload is taken")
	}
	page, err := w.TaskPage(w.ctx, w.focalUZ, task, w.now)
	check(t, err)
	if len(page.Files) != 0 {
		t.Errorf("%d files are left", len(page.Files))
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

// With two review levels the controller's yes passes the report on; a manager
// closes it, and not the one who said yes before.
func TestReviewLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, in, _, err := w.AnyAgency(w.ctx, w.joint)
	check(t, err)
	in.ReviewLevels, in.Now = 2, w.now
	_, err = w.SaveAgency(w.ctx, rules.Actor{}, in)
	check(t, err)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.finish(t, task, w.focalUZ))
	accept := func(me rules.Actor, result rules.Result, note string) error {
		return w.Accept(w.ctx, me, db.ActInput{TaskID: task, Result: result, Note: note, Now: w.now})
	}
	check(t, accept(w.controller, "", ""))
	if err := accept(w.controller, "", ""); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the controller closes on the second level: %v", err)
	}
	if err := accept(w.manager, rules.ResultPartly, ""); err == nil {
		t.Error("partly done without a note is taken")
	}
	check(t, accept(w.manager, rules.ResultPartly, "The annex follows"))
	got, _, err := w.Task(w.ctx, w.staff, task)
	check(t, err)
	if got.Status != rules.Accepted || got.Result != rules.ResultPartly {
		t.Errorf("%s, %s", got.Status, got.Result)
	}
	check(t, w.Undo(w.ctx, w.manager, db.ActInput{TaskID: task, Now: w.now.Add(time.Second)}))
	if got, _, err = w.Task(w.ctx, w.staff, task); err != nil || got.Status != rules.Submitted || got.ReviewLevel != 1 {
		t.Errorf("after undoing: %s, level %d, %v", got.Status, got.ReviewLevel, err)
	}
	check(t, w.Return(w.ctx, w.manager, db.ActInput{TaskID: task, Note: "Missing", Now: w.now}))
	check(t, w.finish(t, task, w.focalUZ))
	if got, _, err = w.Task(w.ctx, w.staff, task); err != nil || got.ReviewLevel != 0 {
		t.Errorf("a new submission begins at level %d, %v", got.ReviewLevel, err)
	}
}

// A co-executor's word waits for the lead's completion report and goes into it.
func TestContributions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	give := func(me rules.Actor, text string) error {
		return w.Contribute(w.ctx, me, db.ContributionInput{TaskID: task, Text: text, Now: w.now})
	}
	if err := give(w.focalUZ, "x"); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the lead contributes: %v", err)
	}
	check(t, give(w.focalKZ, "First"))
	check(t, give(w.focalKZ, "Our part is ready"))
	page, err := w.TaskPage(w.ctx, w.focalUZ, task, w.now)
	check(t, err)
	if len(page.Inputs) != 1 || page.Inputs[0].Text != "Our part is ready" {
		t.Errorf("inputs %+v", page.Inputs)
	}
	check(t, w.finish(t, task, w.focalUZ))
	page, err = w.TaskPage(w.ctx, w.controller, task, w.now)
	check(t, err)
	if len(page.Inputs) != 0 || len(page.Reports[0].Inputs) != 1 {
		t.Errorf("inputs %v, in the report %v", page.Inputs, page.Reports[0].Inputs)
	}
}

// What is missing is missing until it is given, through returns, and again
// after an acceptance.
func TestMissingInputs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := day("2026-03-31")
	task, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: w.directive(t), Title: "Report on trade", Points: []string{"A report"}, LeadID: w.uz, CoExecutors: []int64{w.kz},
		Deadline: &due, Period: "month", Now: w.now})
	check(t, err)
	in := db.ActInput{TaskID: task, Note: "More", Now: w.now}
	check(t, w.Assign(w.ctx, w.staff, in))
	missing := func(when string, want int) {
		t.Helper()
		page, err := w.TaskPage(w.ctx, w.controller, task, w.now)
		check(t, err)
		standing, err := w.StandingReports(w.ctx, w.controller, []int64{task})
		check(t, err)
		if len(page.Missing) != want {
			t.Errorf("%s: missing %v, want %d", when, page.Missing, want)
		}
		if page.Status == rules.Submitted && (len(page.Reports[0].Missing) != want || len(standing[task].Missing) != want) {
			t.Errorf("%s: missing in the report %v, in the queue %v, want %d", when, page.Reports[0].Missing, standing[task].Missing, want)
		}
	}
	missing("at first", 1)
	check(t, w.finish(t, task, w.focalUZ))
	missing("after a report without", 1)
	check(t, w.Return(w.ctx, w.controller, in))
	check(t, w.Contribute(w.ctx, w.focalKZ, db.ContributionInput{TaskID: task, Text: "Ours", Now: w.now}))
	missing("given", 0)
	check(t, w.finish(t, task, w.focalUZ))
	missing("gathered", 0)
	check(t, w.Return(w.ctx, w.controller, in))
	missing("returned", 0)
	check(t, w.finish(t, task, w.focalUZ))
	missing("reported again", 0)
	check(t, w.Accept(w.ctx, w.controller, db.ActInput{TaskID: task, Now: w.now}))
	missing("in the next cycle", 1)
	check(t, w.finish(t, task, w.focalUZ))
	missing("reported in the next cycle", 1)
}

func TestDraftsComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	task := w.task(t, w.directive(t), "2026-03-31")
	check(t, w.KeepDraft(w.ctx, w.focalUZ, task, "done=half", w.now))
	if err := w.KeepDraft(w.ctx, w.controller, task, "done=x", w.now); !errors.Is(err, rules.ErrForbidden) {
		t.Errorf("the controller drafts a report: %v", err)
	}
	if draft, err := w.Draft(w.ctx, w.focalUZ, task); err != nil || draft != "done=half" {
		t.Errorf("draft %q, %v", draft, err)
	}
	check(t, w.finish(t, task, w.focalUZ))
	if draft, err := w.Draft(w.ctx, w.focalUZ, task); err != nil || draft != "" {
		t.Errorf("after sending: %q, %v", draft, err)
	}
}
