package db_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// world is a small register: two ministries and a joint secretariat with one
// person of each role, a meeting and its document.
type world struct {
	*db.Store
	ctx                                                   context.Context
	now                                                   time.Time
	urls                                                  dbtest.URLs
	owner                                                 *sql.DB // only where a test asks the tables themselves
	uz, kz, joint                                         int64
	staff, focalUZ, focalKZ, controller, manager, otherUZ rules.Actor
	other                                                 int64 // an agency of UZ with nothing to do with it
	meeting, document                                     int64
}

const text = "The presidents met.\nThey gave instructions to draw up a programme this year.\nThe talks were friendly."

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func newWorld(t *testing.T) *world {
	t.Helper()
	urls := dbtest.NewURLs(t)
	store, err := db.Open(t.Context(), db.Options{URL: urls.App})
	check(t, err)
	t.Cleanup(func() { store.Close() })
	w := &world{Store: store, urls: urls, ctx: t.Context(), now: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)}
	w.uz = w.agency(t, "uz-trade", "UZ", "Asia/Tashkent", "UZ")
	w.kz = w.agency(t, "kz-trade", "KZ", "Asia/Almaty", "KZ")
	w.other = w.agency(t, "uz-energy", "UZ", "Asia/Tashkent", "UZ")
	w.joint = w.agency(t, "joint-office", "joint", "Asia/Tashkent", "UZ")
	w.staff = w.person(t, "staff", w.joint, rules.Staff)
	w.focalUZ = w.person(t, "focal.uz", w.uz, rules.Focal)
	w.focalKZ = w.person(t, "focal.kz", w.kz, rules.Focal)
	w.otherUZ = w.person(t, "other", w.other, rules.Focal)
	w.controller = w.person(t, "controller", w.joint, rules.Controller)
	w.manager = w.person(t, "manager", w.joint, rules.Manager)
	w.meeting, err = w.SaveMeeting(w.ctx, w.staff, db.MeetingInput{Title: "Meeting", HeldOn: day("2026-03-01"), Place: "Almaty",
		Level: "heads_of_state", Sides: []string{"UZ", "KZ"}, Now: w.now})
	check(t, err)
	w.document, err = w.AddDocument(w.ctx, w.staff, db.DocumentInput{MeetingID: w.meeting, Kind: "communique", Title: "Communiqué",
		Language: "en", DatedOn: day("2026-03-01"), Original: []byte(text), Text: text, Now: w.now})
	check(t, err)
	return w
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) agency(t *testing.T, code, side, zone, country string) int64 {
	t.Helper()
	id, err := w.SaveAgency(w.ctx, rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": code},
		Email: code + "@example.org", Locale: "en", TimeZone: zone, Country: country, Now: w.now})
	check(t, err)
	return id
}

func (w *world) person(t *testing.T, name string, agency int64, role rules.Role) rules.Actor {
	t.Helper()
	id, err := w.SavePerson(w.ctx, rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name,
		Roles: map[int64]rules.Role{agency: role}, Now: w.now})
	check(t, err)
	p, err := w.Person(w.ctx, id)
	check(t, err)
	return p.Actor()
}

// directive records the second sentence as a directive.
func (w *world) directive(t *testing.T) int64 {
	t.Helper()
	due := day("2026-12-31")
	id, err := w.AddDirective(w.ctx, w.staff, db.DirectiveInput{DocumentID: w.document, Starts: 20, Ends: 76, Strength: rules.Instructed,
		Title: "Draw up a programme", Points: []string{"A programme is adopted"}, Sides: []string{"UZ", "KZ"}, Deadline: &due,
		DeadlineRule: "this_year", DeadlineWording: "this year", ControllerID: w.controller.PersonID, Now: w.now})
	check(t, err)
	return id
}

// task assigns a task of a directive to the Uzbek ministry, due on a day.
func (w *world) task(t *testing.T, directive int64, due string) int64 {
	t.Helper()
	d := day(due)
	id, err := w.AddTask(w.ctx, w.staff, db.TaskInput{DirectiveID: directive, Title: "Draft the programme", Points: []string{"A draft is sent"},
		LeadID: w.uz, CoExecutors: []int64{w.kz}, Deadline: &d, Now: w.now})
	check(t, err)
	check(t, w.Assign(w.ctx, w.staff, db.ActInput{TaskID: id, Now: w.now}))
	return id
}

// version is the task's present version, as a form just opened has it.
func (w *world) version(t *testing.T, id int64) int {
	t.Helper()
	task, _, err := w.Task(w.ctx, w.staff, id)
	check(t, err)
	return task.Version
}

func (w *world) finish(t *testing.T, id int64, me rules.Actor) error {
	t.Helper()
	return w.Report(w.ctx, me, db.ReportInput{TaskID: id, Version: w.version(t, id), Signal: rules.Finished, Done: "Sent",
		Answers: []string{"Sent on Monday"}, Links: []string{"https://example.org/letter"}, Now: w.now})
}
