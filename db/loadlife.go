package db

import (
	"fmt"
	"math/rand/v2"
	"time"

	"amal/rules"
)

// life walks a task through its states; each step writes its row of history.
type life struct {
	*loader
	b     *batch
	r     *rand.Rand
	t     *Task
	d     *loadDirective
	lead  *loadAgency
	focal int64
	owed  bool      // it will stay with the lead
	ago   int       // days, of the present step
	at    time.Time // of the present step
}

// step goes on to a day so many days ago, or stays on the present one.
func (f *life) step(ago int) {
	f.ago = max(1, min(ago, f.ago))
	f.at = f.at.Add(time.Duration(1+f.r.IntN(600)) * time.Second)
	if at := f.daysAgo(f.ago).Add(time.Duration(f.r.IntN(8*3600)) * time.Second); at.After(f.at) {
		f.at = at
	}
}

// act writes what was done to the task at the present step.
func (f *life) act(act rules.Act, by int64, to rules.Status, more fields) {
	changes := fields{}
	for name, value := range more {
		changes[name] = value
	}
	if to != f.t.Status {
		changes["status"] = [2]any{string(f.t.Status), string(to)}
	}
	f.t.Status, f.t.Version = to, f.t.Version+1
	f.t.ChangedBy, f.t.ChangedAt = by, f.at
	f.b.log(f.loader, "task", f.t.ID, string(act), by, f.at, changes)
}

// due sets the deadline so many days from the day of loading, at least a week
// after the assignment.
func (f *life) due(in int) {
	day := f.today.AddDate(0, 0, max(in, 7-f.ago))
	f.t.Deadline, f.t.OriginalDeadline = &day, &day
}

// live gives the task one of the fates that a register is made of: of a hundred
// about ten are overdue, thirty open, five wait for a decision, forty-eight are
// done, five cancelled and two drafts.
func (f *life) live(numbered bool, number int) {
	f.t.Status = rules.Draft
	f.act("add", f.d.staff, rules.Draft, fields{"title": f.t.Title})
	fate := f.r.IntN(100)
	f.owed = fate < 40
	if fate >= 98 && !numbered {
		f.due(30 + f.r.IntN(200))
		return
	}
	assigned := f.d.ago - f.r.IntN(3)
	f.step(assigned)
	began := f.ago // days between then and the day of loading
	switch {
	case fate < 10:
		f.due(-1 - f.r.IntN(1+f.r.IntN(max(1, min(began-8, 400)))))
	case fate < 12:
		f.t.NoDeadlineReason = "depends on the other side"
	case fate < 45:
		f.due(f.r.IntN(1 + f.r.IntN(400)))
	default:
		f.due(f.r.IntN(began+60) - began)
	}
	day := rules.Today(f.at, f.lead.zone)
	at := f.at
	f.t.Number, f.t.AssignedAt, f.t.DeadlineSetOn = &number, &at, &day
	f.act(rules.ActAssign, f.d.staff, rules.Assigned, fields{"number": number, "lead": f.lead.id})
	f.told()
	switch {
	case fate < 40:
		f.open(began, f.r.IntN(20))
	case fate < 45:
		f.work(began)
		f.submit(1+f.r.IntN(6), "")
	case fate >= 93 && fate < 98:
		f.step(f.r.IntN(began + 1))
		f.t.CancelGround = pick(f.r, rules.CancelGrounds)
		f.decided(rules.ActCancel, rules.Cancelled)
	default:
		f.work(began)
		f.submit(1+f.r.IntN(max(1, f.ago)), "accepted")
		f.t.Result = rules.ResultDone
		f.decided(rules.ActAccept, rules.Accepted)
	}
}

// open leaves the task with its lead, in one of the states that this has.
func (f *life) open(began, chance int) {
	switch {
	case chance < 3:
		return
	case chance < 6:
		f.work(began)
		f.submit(1+f.r.IntN(max(1, f.ago)), "returned")
		f.t.Returns++
		f.decided(rules.ActReturn, rules.Returned)
		f.t.DecidedAt = nil
	default:
		f.work(began)
		if chance < 12 {
			f.progress()
		}
	}
}

// work receives the task; some ask for more time, and some report.
func (f *life) work(began int) {
	f.step(began - f.r.IntN(3))
	f.heard(rules.ActReceive, "", rules.InProgress)
	if f.r.IntN(8) == 0 && f.t.Deadline != nil {
		f.extend()
	}
	if f.r.IntN(3) == 0 {
		f.step(f.r.IntN(f.ago + 1))
		f.progress()
	}
	if f.r.IntN(25) == 0 {
		f.last.note++
		f.b.note.add(f.last.note, f.t.ID, nil, "Which of the annexes is meant?", f.d.controller, f.agencies[0].id, f.at)
	}
}

func (f *life) heard(act rules.Act, signal rules.Signal, to rules.Status) {
	at := f.at
	f.t.HeardAt, f.t.Signal = &at, string(signal)
	f.act(act, f.focal, to, fields{"signal": string(signal)})
}

func (f *life) progress() {
	signal := rules.UnderWay
	if f.r.IntN(10) == 0 {
		signal = rules.NeedsHelp
	}
	f.report("progress", signal, "", 0)
	f.heard(rules.ActReport, signal, f.t.Status)
}

// submit hands in the completion report; decision is what became of it.
func (f *life) submit(ago int, decision string) {
	f.step(ago)
	f.t.Submissions++
	id := f.report("completion", rules.Finished, decision, f.t.Submissions)
	for n, point := range f.d.points {
		f.b.reportPoint.add(id, n+1, point, pick(f.r, loadAnswers))
	}
	if f.r.IntN(2) == 0 {
		f.last.evidence++
		f.b.evidence.add(f.last.evidence, id, fmt.Sprintf("https://archive.load.example/%d", id))
	}
	at := f.at
	f.t.SubmittedAt = &at
	f.heard(rules.ActSubmit, rules.Finished, rules.Submitted)
}

func (f *life) decided(act rules.Act, to rules.Status) {
	f.step(f.ago - f.r.IntN(3))
	at := f.at
	f.t.DecidedAt = &at
	f.act(act, f.d.controller, to, nil)
}

func (f *life) report(kind string, signal rules.Signal, decision string, submission int) int64 {
	f.last.report++
	done, next := pick(f.r, loadAnswers), pick(f.r, loadNexts)
	row := []any{f.last.report, f.t.ID, kind, submission, string(signal), done, next, "", f.lead.id, f.focal, f.at, decision, "", nil, nil, rules.Fold(done + " " + next)}
	if kind == "completion" {
		row[7] = "sent by post"
	}
	if decision != "" {
		row[13], row[14] = f.d.controller, f.at.Add(time.Hour)
	}
	if decision == "returned" {
		row[12] = "The signed page is missing"
	}
	f.b.report.add(row...)
	return f.last.report
}

// extend asks for more time, which is granted, or still waits.
func (f *life) extend() {
	f.last.request++
	asked, before := f.at, *f.t.Deadline
	if f.owed && f.t.Deadline.After(f.today) && f.r.IntN(4) == 0 {
		wanted := before.AddDate(0, 0, 30)
		f.b.request.add(f.last.request, f.t.ID, "extension", "The other side needs more time", before, wanted, f.focal, asked, "pending", nil, nil, nil)
		f.act(rules.ActAsk, f.focal, f.t.Status, nil)
		return
	}
	original := before.AddDate(0, 0, -10-f.r.IntN(60))
	if set := *f.t.DeadlineSetOn; original.Before(set) {
		original = set
	}
	f.act(rules.ActAsk, f.focal, f.t.Status, nil)
	f.step(f.ago - 1)
	f.b.request.add(f.last.request, f.t.ID, "extension", "The other side needs more time", original, before, f.focal, asked, "granted", before, f.d.controller, f.at)
	set := rules.Today(f.at, f.lead.zone)
	f.t.OriginalDeadline, f.t.DeadlineSetOn, f.t.DeadlineVersion, f.t.Moves = &original, &set, 2, 1
	f.act(rules.ActGrant, f.d.controller, f.t.Status, fields{"deadline": [2]any{dateWord(&original), dateWord(&before)}})
}

// told lays the mail of every tenth assignment.
func (f *life) told() {
	if f.t.ID%10 != 0 {
		return
	}
	f.last.message++
	f.last.reminder++
	at, day := f.at.Add(rules.UndoFor+time.Second), rules.Today(f.at, f.lead.zone)
	f.b.message.add(f.last.message, f.focal, "now", day, f.last.reminder, at, "sent", 1, fmt.Sprintf("r%d@load.example", f.last.reminder), fmt.Sprintf("p%d@load.example", f.focal), "250 2.0.0 taken", at, f.at)
	f.b.reminder.add(f.last.reminder, "assigned", "task", f.t.ID, fmt.Sprintf("v%d", f.t.Version), f.focal, "lead", true, at, day, "taken", f.last.message, f.at)
}
