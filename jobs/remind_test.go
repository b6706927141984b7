package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/db"
	"amal/db/dbtest"
	"amal/mail"
	"amal/mail/mailtest"
	"amal/rules"
)

// office is one agency with a focal point and a controller, and a clock that
// the test moves.
type office struct {
	*Jobs
	t                        *testing.T
	relay                    *mailtest.Relay
	urls                     dbtest.URLs
	mu                       sync.Mutex
	clock                    time.Time
	agency, other, directive int64
	joint                    int64
	staff, focal, controller rules.Actor
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, relay: mailtest.New(t), clock: at("2026-03-02 04:00")}
	o.urls = dbtest.NewURLs(t)
	store, err := db.Open(t.Context(), db.Options{URL: o.urls.App})
	o.check(err)
	t.Cleanup(func() { store.Close() })
	o.Jobs = &Jobs{Store: store, BaseURL: "https://amal.example", From: "Amal <amal@example.org>", Server: "one", Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: o.now}
	o.Senders = func() mail.Sender {
		s, err := mail.ParseURL("smtp://" + o.relay.Address + "?tls=none")
		o.check(err)
		return mail.NewSMTP(s)
	}
	o.agency, o.other = o.addAgency("uz-trade"), o.addAgency("uz-energy")
	o.joint = o.addAgency("office")
	o.staff, o.controller = o.person("staff", o.joint, rules.Staff), o.person("controller", o.joint, rules.Controller)
	o.focal = o.person("focal", o.agency, rules.Focal)
	ctx := t.Context()
	meeting, err := o.Store.SaveMeeting(ctx, o.staff, db.MeetingInput{Title: "Meeting", HeldOn: at("2026-03-01 00:00"), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ", "KZ"}, Now: o.now()})
	o.check(err)
	o.directive, err = o.Store.AddDirective(ctx, o.staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairman", Strength: rules.Instructed, Title: "Draw up a programme",
		Points: []string{"It is adopted"}, Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "open", ControllerID: o.controller.PersonID, Now: o.now()})
	o.check(err)
	return o
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock
}

func (o *office) set(t time.Time) {
	o.mu.Lock()
	o.clock = t
	o.mu.Unlock()
}

func (o *office) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) addAgency(code string) int64 {
	side := "UZ"
	if code == "office" {
		side = "joint"
	}
	id, err := o.Store.SaveAgency(o.t.Context(), rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": code},
		Email: code + "@example.org", Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: o.now()})
	o.check(err)
	return id
}

func (o *office) person(name string, agency int64, role rules.Role) rules.Actor {
	id, err := o.Store.SavePerson(o.t.Context(), rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name, Roles: map[int64]rules.Role{agency: role}, Now: o.now()})
	o.check(err)
	p, err := o.Store.Person(o.t.Context(), id)
	o.check(err)
	return p.Actor()
}

// task assigns a task of the agency, due on a day.
func (o *office) task(title, due string) int64 {
	o.t.Helper()
	d := at(due + " 00:00")
	id, err := o.Store.AddTask(o.t.Context(), o.staff, db.TaskInput{DirectiveID: o.directive, Title: title, Points: []string{"Done"}, LeadID: o.agency, Deadline: &d, Now: o.now()})
	o.check(err)
	o.check(o.Store.Assign(o.t.Context(), o.staff, db.ActInput{TaskID: id, Now: o.now()}))
	o.set(o.now().Add(rules.UndoFor + time.Second)) // until then nobody is told
	return id
}

func (o *office) version(id int64) int {
	task, _, err := o.Store.Task(o.t.Context(), o.staff, id)
	o.check(err)
	return task.Version
}

// tick plans and sends what is due at the clock's moment.
func (o *office) tick() {
	o.t.Helper()
	o.check(o.Plan(o.t.Context(), o.now()))
	_, err := o.SendAll(o.t.Context())
	o.check(err)
}

// until ticks every step up to a moment.
func (o *office) until(end string, step time.Duration) {
	for !o.now().After(at(end)) {
		o.tick()
		o.set(o.now().Add(step))
	}
}

// told lists what has been sent for a task, as "day hour rule to".
func (o *office) told(task int64) []string {
	lines, err := o.Store.Ledger(o.t.Context(), o.staff, db.LedgerFilter{TaskID: task})
	o.check(err)
	tashkent, _ := time.LoadLocation("Asia/Tashkent")
	var out []string
	for _, l := range lines {
		if l.SentAt != nil {
			out = append([]string{fmt.Sprintf("%s %s", l.SentAt.In(tashkent).Format("01-02 15:04"), l.Rule)}, out...)
		}
	}
	return out
}

func count(lines []string, part string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}

// The whole ladder of one task, tick by tick through a month: 7 days and 3
// working days before, on the day, 1 working day after, each once, at 08:30, on
// working days, and the assignment at once.
func TestTheLadderOfOneTask(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.task("Draft", "2026-03-29") // a Sunday: its steps move to the Friday before
	o.until("2026-04-02 00:00", 30*time.Minute)
	told := o.told(id)
	for want, n := range map[string]int{
		"03-02 09:00 assigned": 1, "03-20 08:30 due_7": 1, "03-25 08:30 due_3w": 2, "03-27 08:30 due_0": 1, "03-30 08:30 late_1w": 3,
	} {
		if count(told, want) != n {
			t.Errorf("%q comes %d times, want %d", want, count(told, want), n)
		}
	}
	for _, line := range told {
		day, err := time.Parse("2006-01-02", "2026-"+line[:5])
		if err != nil || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			t.Errorf("on a day off: %s", line)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(told, "\n"))
	}
}

func TestADayOffMovesTheStep(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Store.SaveHolidays(t.Context(), rules.Actor{}, []db.Holiday{{Country: "UZ", Day: at("2026-03-27 00:00"), Kind: "off", NameEn: "Day off", Certainty: "official"}}, o.now())
	o.check(err)
	id := o.task("Draft", "2026-03-27")
	o.until("2026-03-28 00:00", time.Hour/2)
	if told := o.told(id); count(told, "03-26 08:30 due_0") != 1 || count(told, "03-27") != 0 {
		t.Errorf("the due day is a day off: %v", told)
	}
}

// Everything of a day is one mail, however often the clock ticks.
func TestOneMailADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 5 {
		o.task(fmt.Sprintf("Task %d", i), "2026-03-27")
	}
	o.until("2026-03-26 18:00", 4*time.Hour)
	before := len(o.relay.Got())
	o.set(at("2026-03-26 19:00")) // midnight in Tashkent
	o.until("2026-03-27 18:59", 15*time.Minute)
	got := slices.DeleteFunc(o.relay.Got()[before:], func(m mailtest.Mail) bool { return !strings.HasPrefix(m.To, "focal") })
	if len(got) != 1 {
		t.Fatalf("%d mails on the due day, want 1", len(got))
	}
	for i := range 5 {
		if !strings.Contains(got[0].Body, fmt.Sprintf("Task %d", i)) {
			t.Errorf("task %d is not in it", i)
		}
	}
}

func TestPlannersAndSendersSideBySide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 20 {
		o.task(fmt.Sprintf("Task %d", i), "2026-03-20")
	}
	o.set(at("2026-03-20 05:00"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				if err := o.Plan(context.Background(), o.now()); err != nil {
					t.Error(err)
				}
				if _, err := o.SendAll(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	to := map[string]int{}
	ids := map[string]int{}
	for _, m := range o.relay.Got() {
		to[m.To]++
		for _, line := range strings.Split(m.Body, "\r\n") {
			if strings.HasPrefix(line, "Message-ID:") {
				ids[line]++
			}
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%d copies of %s", n, id)
		}
	}
	if to["focal@example.org"] != 21 { // 20 assignments at once, and one mail of the day
		t.Errorf("the focal point got %d mails, want 21: %v", to["focal@example.org"], to)
	}
}

// What changes between planning and sending is looked at again; each case has
// its twin in which nothing changes and the mail goes out.
func TestAskedAgainBeforeSending(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *office, task int64){
		"nothing": nil,
		"finished": func(o *office, task int64) {
			o.check(o.Store.Report(o.t.Context(), o.focal, db.ReportInput{TaskID: task, Version: o.version(task), Signal: rules.Finished, Done: "Done", Answers: []string{"Yes"}, Links: []string{"https://example.org/a"}, Now: o.now()}))
		},
		"cancelled": func(o *office, task int64) {
			o.check(o.Store.Cancel(o.t.Context(), o.controller, db.ActInput{TaskID: task, Version: o.version(task), Ground: "revoked", Note: "Decree 1", Now: o.now()}))
		},
		"accepted": func(o *office, task int64) {
			o.check(o.Store.Report(o.t.Context(), o.focal, db.ReportInput{TaskID: task, Version: o.version(task), Signal: rules.Finished, Done: "Done", Answers: []string{"Yes"}, Links: []string{"https://example.org/a"}, Now: o.now()}))
			o.check(o.Store.Accept(o.t.Context(), o.controller, db.ActInput{TaskID: task, Version: o.version(task), Now: o.now()}))
		},
		"reassigned": func(o *office, task int64) { o.change(task, o.other, "2026-03-27") },
		"date moved": func(o *office, task int64) {
			o.check(o.Store.MoveDeadline(o.t.Context(), o.controller, db.MoveInput{TaskID: task, Version: o.version(task), To: at("2026-04-30 00:00"), Reason: "Agreed", Now: o.now()}))
		},
		"date cleared": func(o *office, task int64) { // no act does this; whoever mends rows might
			_, err := o.owner().ExecContext(o.t.Context(), `update task set deadline = null, overdue_at = null, no_deadline_reason = 'open' where id = $1`, task)
			o.check(err)
		},
		"person disabled": func(o *office, task int64) {
			_, err := o.Store.SavePerson(o.t.Context(), rules.Actor{}, db.PersonInput{ID: o.focal.PersonID, Version: 1, Email: "focal@example.org", Name: "focal", Roles: map[int64]rules.Role{o.agency: rules.Focal}, Disabled: true, Now: o.now()})
			o.check(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			id := o.task("Draft", "2026-03-27")
			o.tick()
			o.set(at("2026-03-27 03:31"))
			o.check(o.Plan(t.Context(), o.now()))
			if change != nil {
				change(o, id)
			}
			before := len(o.relay.Got())
			_, err := o.SendAll(t.Context())
			o.check(err)
			n := 0
			for _, m := range o.relay.Got()[before:] {
				if m.To == "focal@example.org" && strings.Contains(m.Body, "Draft") {
					n++
				}
			}
			if want := map[bool]int{true: 1, false: 0}[change == nil]; n != want {
				t.Errorf("%d mails to the focal point, want %d; ledger: %v", n, want, o.told(id))
			}
		})
	}
}

func (o *office) change(task, lead int64, due string) {
	d := at(due + " 00:00")
	o.check(o.Store.ChangeTask(o.t.Context(), o.staff, db.TaskInput{ID: task, DirectiveID: o.directive, Version: o.version(task), Title: "Draft", Points: []string{"Done"}, LeadID: lead, Deadline: &d, Note: "agreed", Now: o.now()}))
}

// One address that is refused does not keep the mails of others; a server that
// is busy gets them later; one that is down loses none.
func TestRefusedBusyAndDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	answer := func(string) error { return nil }
	o.relay.Rcpt = func(to string) error { return answer(to) }
	second := o.person("second", o.agency, rules.Focal)
	o.task("First", "2026-06-26")
	answer = func(to string) error {
		if to == "focal@example.org" {
			return &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
		}
		return &smtp.SMTPError{Code: 450, Message: "busy"}
	}
	o.check(o.Plan(t.Context(), o.now()))
	_, err := o.SendAll(t.Context())
	o.check(err)
	if n := len(o.relay.Got()); n != 0 {
		t.Fatalf("%d mails went out", n)
	}
	answer = func(string) error { return nil }
	for range 8 {
		o.set(o.now().Add(20 * time.Minute))
		o.tick()
	}
	to := map[string]int{}
	for _, m := range o.relay.Got() {
		to[m.To]++
	}
	if to["second@example.org"] != 1 || to["focal@example.org"] != 0 {
		t.Errorf("arrived: %v, want one to second, none to the refused", to)
	}
	person, _, err := o.Store.AnyPerson(t.Context(), o.focal.PersonID)
	o.check(err)
	if person.EmailRefusedAt == nil {
		t.Error("the refused address is not marked")
	}
	o.task("Second", "2026-06-26")
	working := o.Senders
	o.Senders = func() mail.Sender {
		s, err := mail.ParseURL("smtp://127.0.0.1:1?tls=none")
		o.check(err)
		return mail.NewSMTP(s)
	}
	o.check(o.Plan(t.Context(), o.now()))
	if _, err := o.SendAll(t.Context()); err == nil {
		t.Error("a server that is down is not reported")
	}
	o.Senders = working
	before := len(o.relay.Got())
	o.tick()
	if n := len(o.relay.Got()) - before; n != 1 {
		t.Errorf("%d mails after the server came back, want 1 to %s", n, second.Name)
	}
}

// A sender that was frozen past its lease can't write over what another did.
func TestALeaseThatRanOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.task("Draft", "2026-06-26")
	o.check(o.Plan(t.Context(), o.now()))
	frozen, err := dbtest.Claim(t.Context(), o.Store, "frozen", o.now())
	o.check(err)
	if _, err := dbtest.Claim(t.Context(), o.Store, "other", o.now()); !errors.Is(err, db.ErrNotFound) {
		t.Fatalf("claimed twice: %v", err)
	}
	owner, err := sql.Open("postgres", o.urls.Owner)
	o.check(err)
	defer owner.Close()
	_, err = owner.ExecContext(t.Context(), `update message set leased_until = clock_timestamp() - interval '1 second' where leased_by = 'frozen'`)
	o.check(err)
	again, err := dbtest.Claim(t.Context(), o.Store, "other", o.now())
	for range 150 { // the connection is too young at first
		if !errors.Is(err, db.ErrNotFound) {
			break
		}
		time.Sleep(100 * time.Millisecond)
		again, err = dbtest.Claim(t.Context(), o.Store, "other", o.now())
	}
	o.check(err)
	if again.HeaderID != frozen.HeaderID {
		t.Errorf("Message-ID %s, then %s: a reader could not tell the copies", frozen.HeaderID, again.HeaderID)
	}
	o.check(o.Store.RecordSent(t.Context(), again, "250 ok", o.now()))
	_ = o.Store.RecordRetry(t.Context(), frozen, "451 later", false, o.now())
	o.set(o.now().Add(24 * time.Hour))
	_, err = o.SendAll(t.Context())
	o.check(err)
	for _, m := range o.relay.Got() {
		if m.To == "focal@example.org" {
			t.Error("the mail goes out again after the frozen sender woke up")
		}
	}
}

// Three days without a tick end in one mail that says all, not in three.
func TestThreeDaysOfOutage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.task("Draft", "2026-03-26")
	o.until("2026-03-22 00:00", 6*time.Hour)
	before := len(o.relay.Got())
	o.set(at("2026-03-27 03:40")) // 23 to 26 March were missed: 3 working days before and the due day
	o.until("2026-03-27 12:00", time.Hour)
	n := 0
	for _, m := range o.relay.Got()[before:] {
		if m.To == "focal@example.org" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d mails to the focal point after the outage, want 1: %v", n, o.told(id))
	}
}

// What is taken back within ten seconds tells nobody.
func TestUndoneBeforeItWent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.task("Draft", "2026-06-26")
	o.check(o.Store.Undo(t.Context(), o.staff, db.ActInput{TaskID: id, Now: o.now().Add(-2 * time.Second)}))
	o.set(o.now().Add(time.Minute))
	o.tick()
	if n := len(o.relay.Got()); n != 0 {
		t.Errorf("%d mails of an assignment that was taken back", n)
	}
}

func TestMailsAreTwinsInTheRecipientsLanguage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, lang := range []string{"en", "ru", "uz", "kk", "de"} {
		p, _, err := o.Store.AnyPerson(t.Context(), o.focal.PersonID)
		o.check(err)
		_, err = o.Store.SavePerson(t.Context(), rules.Actor{}, db.PersonInput{ID: p.ID, Version: p.Version, Email: p.Email, Name: p.Name, Locale: lang, Roles: map[int64]rules.Role{o.agency: rules.Focal}, Now: o.now()})
		o.check(err)
		o.set(o.now().Add(time.Hour))
		o.task("Draft "+lang, "2026-06-26")
		before := len(o.relay.Got())
		o.tick()
		for _, m := range o.relay.Got()[before:] {
			if m.To != "focal@example.org" {
				continue
			}
			parts := m.Parts()
			for _, twin := range []string{"text/plain", "text/html"} {
				if !strings.Contains(parts[twin], "https://amal.example/tasks/") || strings.Contains(parts[twin], "⟦") {
					t.Errorf("%s: no link in %s, or a text is missing:\n%s", lang, twin, parts[twin])
				}
			}
			if !strings.Contains(parts["text/calendar"], "DTSTART;VALUE=DATE:20260626") || m.Header("Content-Language") != lang {
				t.Errorf("%s: no date, or the language %q", lang, m.Header("Content-Language"))
			}
			if thread := m.Header("References"); !strings.HasPrefix(thread, "<task-") || m.Header("In-Reply-To") != thread || m.Header("Auto-Submitted") != "auto-generated" {
				t.Errorf("%s: in the thread %q", lang, thread)
			}
			if len(m.Body) > 20<<10 {
				t.Errorf("%s: %d bytes are too many", lang, len(m.Body))
			}
		}
	}
}
