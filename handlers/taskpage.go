package handlers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// taskView is a task's page.
type taskView struct {
	templates.Layout
	Task       taskRow
	Crumbs     []templates.Crumb
	Outline    bool // of the other side: title, lead, status and dates only
	Words      *templates.Words
	OralBy     string
	Strength   string
	Meeting    string
	Points     []string
	Lead       string
	Focal      string
	Others     []string
	Controller string
	Due        templates.Day
	Wording    string
	NoDate     string
	Assigned   templates.Day
	Tree       []taskRow
	Reports    []reportRow
	Notes      []noteRow
	History    []templates.Line
	Next       []nextRow
	Form       *reportFormView
	May        map[string]bool
	Undo       string
	Text       string // typed note
	Grounds    []templates.Choice
	Requests   []requestRow
	Request    requestForm        // typed
	Agencies   []templates.Choice // that could take the task
	Moved      string             // "moved 3 times, +94 days"
	Original   templates.Day
	Upload     *uploadView // files for the next report, for the lead
	Inputs     []inputRow  // of co-executors, gathered or missing
	Input      *inputForm  // one's own, for a co-executor
	Review     string      // "level 2 of 3"
	Approvals  []string
	Results    []templates.Choice
	Alike      []searchRow // what a draft to be assigned may double
	Drafted    bool        // the report's form is filled from what was not sent
	Result     templates.Status
	Official   bool
	Period     string
	Cycles     []cycleRow
	Merged     templates.Crumb // the task that took this one's place
	Visible    []templates.Choice
	Late       lateView
	For        templates.Crumb // event that it is due for
}

// taskState is what was typed on a task's page and could not be taken.
type taskState struct {
	report  *reportForm
	request *requestForm
	alike   []searchRow // what the draft may double
	late    *lateForm
}

// reportRow is a report as people read it.
type reportRow struct {
	TaskID             int64
	TaskRef, TaskTitle string
	Status             templates.Status
	Decision           templates.Status
	Agency             string
	Side               templates.Side
	Who, When          string
	Done, Next         string
	Answers            []pointView
	Links              []string
	Reason             string
	DecisionNote       string
	DecidedBy          string
	New                bool
	Files              []fileRow
	Inputs             []inputRow // of co-executors, given or missing
}

// noteRow is a question with its answers.
type noteRow struct {
	ID                      int64
	Who, Agency, When, Text string
	Visibility              string
	New                     bool
	Answers                 []noteRow
}

var taskPage = templates.New[taskView]("task.html")

func (a *App) task(c echo.Context, me rules.Actor) error {
	return a.showTask(c, me, &taskState{}, nil)
}

// showTask shows a task's page with what was typed on it.
func (a *App) showTask(c echo.Context, me rules.Actor, typed *taskState, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	t, err := a.Store.TaskPage(c.Request().Context(), me, id, a.Now())
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	view := a.taskView(c, me, n, t)
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	view.Alike = typed.alike
	if typed.request != nil {
		view.Request = *typed.request
	}
	view.Notes = a.noteRows(c, n, t)
	if t.Sight == rules.SeesAll {
		view.Late = a.lateOf(t, typed.late)
		if err := a.fillTask(c, n, t, &view, typed.report); err != nil {
			return err
		}
	}
	if view.For, err = a.eventLink(c, me, "task", t.ID); err != nil {
		return err
	}
	return render(c, status, taskPage, view)
}

// taskView is what both an outline and the whole page show.
func (a *App) taskView(c echo.Context, me rules.Actor, n names, t *db.TaskPage) taskView {
	p, d := say(c), t.Directive
	directive := db.Directive{ID: d.ID, MeetingID: d.MeetingID, MeetingPlace: d.MeetingPlace, HeldOn: d.HeldOn, NumberYear: t.NumberYear, Number: t.DirectiveNo}
	label := t.Ref()
	if label == "" {
		label = p.T("status.draft")
	}
	view := taskView{Official: t.Official, Layout: a.layout(c, t.Title), Task: a.baseRow(c, n, &t.Task), Outline: t.Sight != rules.SeesAll,
		Crumbs: append(a.directiveCrumbs(c, me, &directive), templates.Crumb{Label: label}), Words: passageWords(c, t.Passage), OralBy: d.OralBy,
		Strength: p.T("strength." + d.Strength), Meeting: d.MeetingTitle, Controller: d.ControllerName, Due: a.longDay(c, t.Deadline),
		Wording: t.DeadlineWording, NoDate: t.NoDeadlineReason, May: map[string]bool{}}
	if t.LeadID != nil {
		view.Lead = n.of(*t.LeadID)
	}
	for _, id := range t.CoExecutors {
		view.Others = append(view.Others, n.of(id))
	}
	for i := range t.Tree {
		if len(t.Tree) > 1 {
			view.Tree = append(view.Tree, a.treeRow(c, n, &t.Tree[i]))
		}
	}
	return view
}

// acts are the buttons of a task's page, with the act that each stands for.
var acts = []rules.Act{rules.ActAssign, rules.ActReceive, rules.ActReport, rules.ActSubmit, rules.ActWithdraw, rules.ActAccept, rules.ActReturn, rules.ActCancel, rules.ActReopen}

func (a *App) fillTask(c echo.Context, n names, t *db.TaskPage, view *taskView, form *reportForm) error {
	p := say(c)
	view.Points, view.Focal, view.Assigned, view.Undo = t.Points, t.FocalName, a.dayOf(c, t.AssignedAt), t.Undo
	for _, act := range acts {
		view.May[string(act)] = rules.May(t.Status, act, t.Hats)
	}
	view.May["edit"] = rules.MayEdit(t.Status, t.Hats) && t.Hats != nil
	view.May["note"], view.May["letter"] = t.Voice, a.mayWrite(t)
	view.May["reopen"] = view.May["reopen"] && t.Number != nil
	view.May["no_change"] = view.May["report"] && rules.CanSayNoChange(t.Status, t.NoChanges, t.Overdue(a.Now())) == nil && t.Status != rules.Returned
	if view.May["submit"] {
		if form == nil {
			form, view.Drafted = draftForm(t)
		}
		view.Form = a.reportFormFor(c, t.ID, t.Version, t.Points, form, true)
		view.Form.Draft, view.Form.Late = view.Drafted, view.Form.Why != ""
		if form != nil {
			for i := range view.Form.Points {
				view.Form.Points[i].Error = view.Error[fmt.Sprintf("answer_%d", i+1)]
			}
			view.Form.Error = view.Error
		}
	}
	for i := range t.Reports {
		r := a.reportRow(c, n, &t.Reports[i])
		r.Files = fileRows(p, t.Reports[i].Files)
		r.New = t.Reports[i].At.After(t.SeenAt) && t.SeenAt.Year() > 1970
		view.Reports = append(view.Reports, r)
	}
	a.fillEvidence(c, n, t, view)
	view.History = a.history(c, t.History)
	view.Grounds = choices(p, "ground.", rules.CancelGrounds)
	if err := a.fillRequests(c, n, t, view); err != nil {
		return err
	}
	return a.fillNext(c, t, view)
}

// reportRow writes a report in words.
func (a *App) reportRow(c echo.Context, n names, r *db.TaskReport) reportRow {
	p := say(c)
	shape := map[string]string{"under_way": "go", "needs_help": "soon", "finished": "sent", "no_change": "go"}[r.Signal]
	row := reportRow{Status: templates.Status{Key: shape, Word: p.T("signal." + r.Signal)}, Agency: n.of(r.AgencyID), Side: n.side(r.AgencyID),
		Who: r.PersonName, When: a.moment(c, r.At), Done: r.Done, Next: r.Next, Links: r.Links, Reason: r.NoEvidenceReason,
		DecisionNote: r.DecisionNote, DecidedBy: r.DecidedBy}
	for i, expected := range r.Expected {
		point := pointView{Number: i + 1, Text: expected, Answer: r.Answers[i]}
		if state := r.States[i]; state != string(rules.PointDone) {
			point.State = templates.Status{Key: map[string]string{"partly": "go", "not": "stop"}[state], Word: p.T("point." + state)}
		}
		row.Answers = append(row.Answers, point)
	}
	for _, input := range r.Inputs {
		agency, text, _ := strings.Cut(input, "\t")
		id, _ := strconv.ParseInt(agency, 10, 64)
		row.Inputs = append(row.Inputs, inputRow{Agency: n.of(id), Text: text})
	}
	for _, id := range r.Missing {
		row.Inputs = append(row.Inputs, inputRow{Agency: n.of(id), Missing: true})
	}
	if r.Decision != "" {
		key := map[string]string{"accepted": "done", "returned": "back", "withdrawn": "stop"}[r.Decision]
		row.Decision = templates.Status{Key: key, Word: p.T("decision." + r.Decision)}
	}
	return row
}

// noteRows puts answers under their questions and marks what is new.
func (a *App) noteRows(c echo.Context, n names, t *db.TaskPage) []noteRow {
	p := say(c)
	var rows []noteRow
	at := map[int64]int{}
	for _, note := range t.Notes {
		row := noteRow{ID: note.ID, Who: note.PersonName, Agency: n.of(note.AgencyID), When: a.moment(c, note.At), Text: note.Text,
			New: note.At.After(t.SeenAt) && note.PersonID != seen(c).me.PersonID}
		if note.Visibility != rules.BothSides {
			row.Visibility = p.T("visibility." + string(note.Visibility))
		}
		if i, ok := at[deref(note.AnswersID)]; ok && note.AnswersID != nil {
			rows[i].Answers = append(rows[i].Answers, row)
			continue
		}
		at[note.ID] = len(rows)
		rows = append(rows, row)
	}
	return rows
}

func deref(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
