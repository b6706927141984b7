package db

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

var historyColumns = []string{"id", "subject", "subject_id", "act", "person_id", "at", "changes", "note"}

// batch is what follows from one meeting, table by table in the order of
// writing.
type batch struct {
	meeting, document, passage, directive, directivePoint, task, taskPoint, coExecutor, report, reportPoint,
	evidence, request, note, message, reminder, history *sheet
	tasks int // laid with it and before
}

func newBatch() *batch {
	of := func(table, columns string) *sheet { return &sheet{table: table, columns: strings.Fields(columns)} }
	return &batch{
		meeting:        of("meeting", "id title held_on place level sides created_by created_at"),
		document:       of("document", "id meeting_id kind title language dated_on origin file_name original sha256 text created_by created_at"),
		passage:        of("passage", "id document_id starts ends"),
		directive:      of("directive", "id meeting_id passage_id number_year number strength title sides deadline_wording no_deadline_reason controller_id tasks created_by created_at folded likeness"),
		directivePoint: of("directive_point", "directive_id number text"),
		task: of("task", `id directive_id parent_id number milestone title lead_id focal_id status deadline original_deadline deadline_version deadline_set_on
			no_deadline_reason overdue_at assigned_at heard_at signal submitted_at submissions returns decided_at cancel_ground next_step_on version
			created_by created_at changed_by changed_at folded moves result delay`),
		taskPoint:   of("task_point", "task_id number text"),
		coExecutor:  of("co_executor", "task_id agency_id"),
		report:      of("report", "id task_id kind submission signal done next no_evidence_reason agency_id person_id at decision decision_note decided_by decided_at folded"),
		reportPoint: of("report_point", "report_id number expected answer"),
		evidence:    of("evidence", "id report_id url"),
		request:     of("request", "id task_id kind reason deadline wanted asked_by asked_at state granted decided_by decided_at"),
		note:        of("note", "id task_id answers_id text person_id agency_id at"),
		message:     of("message", "id person_id kind local_day reminder_id send_after state attempts header_id address answer sent_at created_at"),
		reminder:    of("reminder", "id rule subject subject_id occasion person_id audience at_once planned_for local_day state message_id created_at"),
		history:     of("history", strings.Join(historyColumns, " ")),
	}
}

func (b *batch) sheets() []*sheet {
	return []*sheet{b.meeting, b.document, b.passage, b.directive, b.directivePoint, b.task, b.taskPoint, b.coExecutor, b.report, b.reportPoint,
		b.evidence, b.request, b.note, b.message, b.reminder, b.history}
}

// log adds a row of history. changes are new values, or [old, new] pairs.
func (b *batch) log(l *loader, subject string, id int64, act string, person int64, at time.Time, changes fields) {
	l.last.history++
	words := map[string]any{}
	for name, value := range changes {
		if pair, ok := value.([2]any); ok {
			words[name] = pair
			continue
		}
		words[name] = [2]any{nil, value}
	}
	text, _ := json.Marshal(words) // of words and numbers: can't fail
	b.history.add(l.last.history, subject, id, act, person, at, string(text), "")
}

// loadDirective is a directive that is being laid.
type loadDirective struct {
	id, meeting, passage, controller, staff int64
	year, number                            int
	title, words                            string
	sides                                   []string
	at                                      time.Time // recorded
	ago                                     int       // days
	points                                  []string
}

func (l *loader) newDirective(r *rand.Rand, held time.Time, ago int) *loadDirective {
	l.last.directive++
	d := &loadDirective{id: l.last.directive, controller: pick(r, l.controllers), staff: pick(r, l.staff), year: held.Year(), ago: ago - 2, at: l.daysAgo(ago - 2).Add(30 * time.Minute)}
	l.numbers[d.year]++
	d.number = l.numbers[d.year]
	deed, field, place := pick(r, loadDeeds), pick(r, loadFields), pick(r, loadPlaces)
	d.title = fmt.Sprintf(deed, field, place)
	d.words = fmt.Sprintf("The sides instructed their agencies to %s%s and to report %s.", strings.ToLower(d.title[:1]), d.title[1:], pick(r, loadTerms))
	d.sides = [][]string{{"UZ", "KZ"}, {"UZ", "KZ"}, {"UZ", "KZ"}, {"UZ"}, {"KZ"}}[r.IntN(5)]
	d.points = []string{fmt.Sprintf("The document on %s is agreed by both sides", field), fmt.Sprintf("It is in force in %s", place)}[:1+r.IntN(2)]
	return d
}

// layDirective lays a directive with its tasks.
func (l *loader) layDirective(b *batch, r *rand.Rand, d *loadDirective) error {
	n := min(loadTasks/2+r.IntN(loadTasks+1), l.plan.Tasks-int(l.last.task))
	numbered, first := 0, l.last.task+1
	for i := range n {
		t, err := l.layTask(b, r, d, i, numbered, first)
		if err != nil {
			return err
		}
		if t.Number != nil {
			numbered++
		}
	}
	b.directive.add(d.id, d.meeting, d.passage, d.year, d.number, string(pick(r, rules.Strengths)), d.title, pq.Array(d.sides), pick(r, loadTerms), "as its tasks",
		d.controller, numbered, d.staff, d.at, rules.Fold(rules.DirectiveRef(d.year, d.number)+" "+d.title+" "+d.words), pq.Array(nonNil(l.plan.Likeness(d.title, d.words))))
	for i, point := range d.points {
		b.directivePoint.add(d.id, i+1, point)
	}
	b.log(l, "directive", d.id, "add", d.staff, d.at, fields{"title": d.title})
	return nil
}

// layTask lays a task with the past that its state needs. The first of a
// directive is never a draft, so that each directive has a number.
func (l *loader) layTask(b *batch, r *rand.Rand, d *loadDirective, i, numbered int, first int64) (*Task, error) {
	l.last.task++
	lead := &l.agencies[pick(r, l.leads[pick(r, d.sides)])]
	part, field := pick(r, loadParts), pick(r, loadFields)
	t := &Task{ID: l.last.task, DirectiveID: d.id, Title: fmt.Sprintf(part, field, pick(r, loadPlaces)), LeadID: &lead.id, CreatedBy: d.staff, ControllerID: &d.controller,
		Sides: d.sides, LeadZone: lead.in.TimeZone, LeadCountry: lead.in.Country, ReviewDays: 3, CreatedAt: d.at.Add(time.Duration(i+1) * time.Minute)}
	t.NumberYear, t.DirectiveNo, t.Ladder = &d.year, &d.number, rules.Standard
	t.DeadlineVersion, t.Milestone = 1, r.IntN(12) == 0
	if i > 0 && r.IntN(10) == 0 {
		t.ParentID = &first
	}
	if len(lead.focals) > 0 && r.IntN(4) == 0 {
		t.FocalID = &lead.focals[r.IntN(len(lead.focals))]
	}
	life := &life{loader: l, b: b, r: r, t: t, d: d, lead: lead, ago: d.ago, at: t.CreatedAt}
	life.focal = d.staff
	if len(lead.focals) > 0 {
		life.focal = pick(r, lead.focals)
	}
	life.live(i == 0, numbered+1)
	if err := l.reckon(t, lead); err != nil {
		return nil, err
	}
	for n, point := range d.points {
		b.taskPoint.add(t.ID, n+1, point)
	}
	if other := &l.agencies[1+r.IntN(len(l.agencies)-1)]; r.IntN(3) == 0 && other.id != lead.id {
		b.coExecutor.add(t.ID, other.id)
		t.CoExecutors = append(t.CoExecutors, other.id)
	}
	l.standing.add(t.dueState(), 1)
	b.task.add(t.ID, t.DirectiveID, t.ParentID, t.Number, t.Milestone, t.Title, t.LeadID, t.FocalID, string(t.Status), t.Deadline, t.OriginalDeadline, t.DeadlineVersion, t.DeadlineSetOn,
		t.NoDeadlineReason, t.OverdueAt, t.AssignedAt, t.HeardAt, t.Signal, t.SubmittedAt, t.Submissions, t.Returns, t.DecidedAt, t.CancelGround, t.NextStepOn, t.Version,
		t.CreatedBy, t.CreatedAt, t.ChangedBy, t.ChangedAt, rules.Fold(t.Ref()+" "+t.Title), t.Moves, string(t.Result), t.Delay)
	return t, nil
}

// reckon sets what is computed from a task's state, and counts it.
func (l *loader) reckon(t *Task, lead *loadAgency) error {
	if t.Deadline != nil && t.Status != rules.Draft {
		key := t.Deadline.Format(time.DateOnly) + lead.in.TimeZone
		at, ok := l.overdueAt[key]
		if !ok {
			at = rules.OverdueAt(*t.Deadline, lead.zone)
			l.overdueAt[key] = at
		}
		t.OverdueAt = &at
		if t.SubmittedAt != nil && !t.SubmittedAt.Before(at) {
			t.Delay = l.calendars[lead.in.Country].WorkingDaysLate(*t.Deadline, rules.Today(*t.SubmittedAt, lead.zone))
		}
	}
	if !t.Status.Open() && t.Status != rules.Submitted {
		return nil
	}
	yesterday := rules.Today(l.plan.Now, lead.zone).AddDate(0, 0, -1)
	if day, ok := rules.NextStepOn(t.facts(lead.zone), l.calendars.mornings(), yesterday); ok {
		t.NextStepOn = &day
	}
	for _, key := range t.countKeys() {
		l.counts[key]++
	}
	return nil
}
