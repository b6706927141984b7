package handlers

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"amal/db"
	"amal/rules"
)

// upload sends a table as a file.
func (b *browser) upload(kind, name, raw string) answer {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("kind", kind)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.s.t.Fatal(err)
	}
	if _, err := part.Write([]byte(raw)); err != nil {
		b.s.t.Fatal(err)
	}
	form.Close()
	return b.do("POST", "/imports", form.FormDataContentType(), body.String(), "Sec-Fetch-Site", "same-origin")
}

var (
	fatesPattern = regexp.MustCompile(`\?fate=(\w+)"[^>]*><span class="st[^"]*">.*?</span> <span class="count">([\d,]+)</span>`)
	tagPattern   = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)
)

// fates is how many rows of a table have which fate.
func fates(page answer) string {
	var parts []string
	for _, m := range fatesPattern.FindAllStringSubmatch(strings.ReplaceAll(page.body, "\n", ""), -1) {
		parts = append(parts, m[1]+" "+m[2])
	}
	return strings.Join(parts, ", ")
}

// bring uploads a table, says what would come of it, and agrees.
func (b *browser) bring(kind, name, raw string) (checked string) {
	b.s.t.Helper()
	a := b.upload(kind, name, raw)
	if a.status != 303 {
		b.s.t.Fatalf("%s: %d %s", name, a.status, words(a.body))
	}
	page := b.get(a.location)
	if strings.Contains(page.body, a.location+"/write") {
		if w := b.post(a.location+"/write", url.Values{}); w.status != 303 {
			b.s.t.Fatalf("%s: write: %d", name, w.status)
		}
		if done := b.get(a.location); !strings.Contains(done.body, ">written<") {
			b.s.t.Errorf("%s is not written: %s", name, words(done.body))
		}
	}
	return fates(page)
}

func words(body string) string {
	return strings.Join(strings.Fields(tagPattern.ReplaceAllString(body, " ")), " ")
}

func TestAgenciesComeIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("admin")
	table := "Код;Сторона;Вид;Вышестоящее ведомство (код);Название на английском;Название на русском;E-mail\n" +
		"uz-rail-2;Узбекистан;Компания;uz-rail;Railway depot;Депо;depot@example.org\n" +
		"uz-rail;UZ;agency;;Railways;Железные дороги;\n" +
		"uz-trade;UZ;ministry;;Agency uz-trade;Министерство торговли;\n" +
		"kz-trade;KZ;ministry;;Agency kz-trade;;\n" +
		"UPPER;UZ;ministry;;Upper;;\n" +
		"uz-x;Atlantis;ministry;;X;;\n" +
		"uz-rail;UZ;agency;;Railways again;;\n"
	if got := admin.bring("agencies", "органы.csv", table); got != "new 2, changed 1, same 1, bad 3" {
		t.Errorf("first: %s", got)
	}
	all, err := s.Store.Directory(t.Context(), s.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]*db.Agency{}
	for _, g := range all {
		byCode[g.Code] = g
	}
	depot, rail := byCode["uz-rail-2"], byCode["uz-rail"]
	if depot == nil || rail == nil || depot.ParentID == nil || *depot.ParentID != rail.ID || depot.NameRu != "Депо" || depot.Email != "depot@example.org" || depot.TimeZone != "Asia/Tashkent" || rail.NameEn != "Railways" {
		t.Fatalf("%+v under %+v", depot, rail)
	}
	if trade := byCode["uz-trade"]; trade.NameRu != "Министерство торговли" || trade.Email != "uz-trade@example.org" {
		t.Errorf("an empty cell took something away: %+v", trade)
	}
	if got := admin.bring("agencies", "органы.csv", table); got != "same 4, bad 3" {
		t.Errorf("the same again: %s", got)
	}
	// What was taken out comes in again and changes nothing, in both forms.
	for _, format := range []string{"csv", "xlsx"} {
		out := admin.get("/agencies?lang=kk&format=" + format)
		admin.get("/imports?lang=en")
		if got := admin.bring("agencies", "agencies."+format, out.body); got != "same 7" {
			t.Errorf("%s comes back as %s", format, got)
		}
	}
}

func TestDirectivesComeIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	table := "Number\tDate of the meeting\tMeeting\tPlace of the meeting\tDirective\tWords of the source\tSaid by\tDeadline\tWhy there is no date\tController\tExpected result\n" +
		"2025-17\t29.03.2025\tTalks in Almaty\tAlmaty\tProgramme of cooperation\t\tThe President\t31.12.2026\t\tcontroller@example.org\tA draft | A decision\n" +
		"\t29.03.2025\tTalks in Almaty\tAlmaty\tInfrastructure\t\t\t\tno date was named\tcontroller\t\n" +
		"\t1.3.2026\tMeeting\t\tBegin\tThe talks were friendly.\t\t2026-12-31\t\tcontroller@example.org\t\n" +
		"2026-1\t1.3.2026\tMeeting\t\tDraw up a programme\t\t\t31.12.2026\t\tcontroller@example.org\tA programme is adopted\n" +
		"2024-5\t29.03.2025\tTalks in Almaty\tAlmaty\tWrong year\t\t\t31.12.2026\t\tcontroller@example.org\t\n" +
		"17\t29.03.2025\tTalks in Almaty\tAlmaty\tNo number\t\t\t31.12.2026\t\tcontroller@example.org\t\n" +
		"\t29.03.2025\tTalks in Almaty\tAlmaty\tNobody controls\t\t\t31.12.2026\t\tnobody@example.org\t\n" +
		"\t29.03.2025\tTalks in Almaty\tAlmaty\tNo date\t\t\t\t\tcontroller@example.org\t\n" +
		"\tsoon\tTalks in Almaty\tAlmaty\tNo day\t\t\t31.12.2026\t\tcontroller@example.org\t\n"
	if got := staff.bring("directives", "register.tsv", table); got != "new 3, same 1, bad 5" {
		t.Errorf("first: %s", got)
	}
	ctx, me := t.Context(), s.people["staff"]
	id, err := s.Store.DirectiveByRef(ctx, me, 2025, 17)
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Store.DirectivePage(ctx, me, id)
	if err != nil || page.OralBy != "The President" || page.MeetingPlace != "Almaty" || len(page.Points) != 2 || page.Deadline.Format(time.DateOnly) != "2026-12-31" {
		t.Fatalf("%+v, %v", page, err)
	}
	if page.History[0].Act != "import" || page.History[0].Note != "register.tsv" {
		t.Errorf("its history: %+v", page.History)
	}
	meetings, err := s.Store.MeetingsNamed(ctx, me, time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC), "talks in almaty")
	if err != nil || len(meetings) != 1 {
		t.Fatalf("%d meetings were registered, %v", len(meetings), err)
	}
	tied, err := s.Store.DirectiveNamed(ctx, me, s.meeting, "", "The talks were friendly.")
	if err != nil {
		t.Fatalf("the words were not found in the document: %v", err)
	}
	if d, err := s.Store.Directive(ctx, me, tied); err != nil || d.PassageID == nil {
		t.Errorf("%+v, %v", d, err)
	}
	if got := staff.bring("directives", "register.tsv", table); got != "same 4, bad 5" {
		t.Errorf("the same again: %s", got)
	}
	// A number given here goes on behind the ones that came.
	next := s.addTask(s.oral(meetings[0].ID), s.uz, s.now())
	task, _, err := s.Store.Task(ctx, me, next)
	if err != nil || task.Ref() != "2025-18.1" {
		t.Errorf("the next number is %s, %v", task.Ref(), err)
	}
	changed := "Number;Date of the meeting;Meeting;Directive;Controller;Deadline\n2025-17;29.03.2025;Talks in Almaty;Programme of industrial cooperation;controller@example.org;\n"
	if got := staff.bring("directives", "change.csv", changed); got != "changed 1" {
		t.Errorf("a change: %s", got)
	}
	if page, err = s.Store.DirectivePage(ctx, me, id); err != nil || page.Title != "Programme of industrial cooperation" || page.Deadline == nil {
		t.Errorf("%+v, %v", page, err)
	}
}

// oral records a directive that somebody said.
func (s *site) oral(meeting int64) int64 {
	id, err := s.Store.AddDirective(s.t.Context(), s.people["staff"], db.DirectiveInput{MeetingID: meeting, OralBy: "X", Strength: rules.Agreed, Title: "Said", Points: []string{"x"},
		Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "none", ControllerID: s.people["controller"].PersonID, Now: s.now()})
	return must(s, id, err)
}

func TestTasksComeIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	table := "Номер;Номер поручения;Задача;Ответственный исполнитель;Первоначальный срок;Срок исполнения;Статус\n" +
		"2026-1.7;;Подготовить проект;uz-trade;31.03.2026;30.06.2026;В работе\n" +
		";2026-1;Черновик;Agency kz-trade;;30.06.2026;черновик\n" +
		"2026-1.1;;Draft the programme;uz-trade;20.02.2026;20.02.2026;просрочено\n" +
		"2026-1.1;;Another title;uz-trade;;20.02.2026;\n" +
		"2026-1.8;;Готово;uz-trade;;30.06.2026;исполнено\n" +
		"2026-1.9;;Кто;никто;;30.06.2026;\n" +
		"2099-1.1;;Нет;uz-trade;;30.06.2026;\n" +
		"2026-1;;Не номер;uz-trade;;30.06.2026;\n" +
		"2026-1.10;;Без срока;uz-trade;;;\n"
	before := s.reminders(s.task)
	if got := staff.bring("tasks", "задачи.csv", table); got != "new 2, same 1, bad 6" {
		t.Errorf("first: %s", got)
	}
	ctx, me := t.Context(), s.people["staff"]
	id, err := s.Store.TaskByRef(ctx, me, 2026, 1, 7)
	if err != nil {
		t.Fatal(err)
	}
	task, _, err := s.Store.Task(ctx, me, id)
	if err != nil || task.Status != rules.InProgress || task.OriginalDeadline.Format(time.DateOnly) != "2026-03-31" || task.Deadline.Format(time.DateOnly) != "2026-06-30" || task.Moves != 1 || task.OverdueAt == nil {
		t.Fatalf("%+v, %v", task, err)
	}
	if after := s.reminders(id); after != 0 || s.reminders(s.task) != before {
		t.Errorf("%d mails at once for what a table brought", after)
	}
	if page := staff.get(fmt.Sprintf("/tasks/%d", id)); !strings.Contains(page.body, "brought in with a table") || !strings.Contains(page.body, "задачи.csv") {
		t.Error("its history does not say where it comes from")
	}
	if got := staff.bring("tasks", "задачи.csv", table); got != "same 3, bad 6" {
		t.Errorf("the same again: %s", got)
	}
	next := s.addTask(s.directive, s.uz, s.now())
	if task, _, err := s.Store.Task(ctx, me, next); err != nil || task.Ref() != "2026-1.8" {
		t.Errorf("the next number is %s, %v", task.Ref(), err)
	}
	// The counts on the tabs are those of the tasks.
	s.countsHold()
	// What the overdue review gives out comes in as it is.
	if got := staff.bring("tasks", "overdue.xlsx", staff.get("/overdue?format=xlsx").body); strings.Contains(got, "bad") || strings.Contains(got, "new") {
		t.Errorf("the overdue review comes back as %s", got)
	}
}

// Why a row can't come in stands beside its cell, in the reader's language.
func TestReasonsStandBesideTheCell(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	a := staff.upload("tasks", "t.csv", "number;task;lead;deadline\n2026-1.9;X;nobody at all;30.06.2026\n2026-1.11;X;uz-trade;31.02.2026\n")
	for lang, want := range map[string]string{"en": "No agency, or more than one, is called so.", "ru": "Такого ведомства нет", "uz": "Bunday idora", "kk": "Мұндай мекеме", "de": "Keine oder mehrere Stellen"} {
		page := staff.get(a.location + "?fate=bad&lang=" + lang)
		if at := regexp.MustCompile(`(?s)class="full bad">nobody at all<p class="msg">.*?</td>`).FindString(page.body); !strings.Contains(at, want) {
			t.Errorf("%s: %q", lang, at)
		}
	}
}

// Columns that are not recognised are asked for; missing and doubled ones are
// named.
func TestColumnsAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	a := staff.upload("tasks", "t.csv", "№;Was;Wer;Wann;Wann\n2026-1.9;Aufgabe;uz-trade;30.06.2026;x\n")
	page := staff.get(a.location)
	if page.status != 200 || !strings.Contains(words(page.body), "No column is “Task”") || !strings.Contains(page.body, "<details class=\"more mb\" open") {
		t.Fatalf("%d %s", page.status, words(page.body))
	}
	for name, c := range map[string]struct {
		columns []string
		want    string
	}{
		"missing": {[]string{"number", "task", "", "", ""}, "No column is “Lead executor”"},
		"doubled": {[]string{"number", "task", "lead", "deadline", "deadline"}, "Two columns are “Deadline”"},
	} {
		if again := staff.post(a.location+"/columns", url.Values{"column": c.columns}); again.status != 422 || !strings.Contains(words(again.body), c.want) {
			t.Errorf("%s: %d %s", name, again.status, words(again.body))
		}
	}
	if bad := staff.post(a.location+"/columns", url.Values{"column": {"number"}}); bad.status != 400 {
		t.Errorf("too few columns: %d", bad.status)
	}
	if good := staff.post(a.location+"/columns", url.Values{"column": {"number", "task", "lead", "deadline", ""}}); good.status != 303 {
		t.Fatalf("%d %s", good.status, words(good.body))
	}
	if page = staff.get(a.location); fates(page) != "new 1" {
		t.Errorf("%s: %s", fates(page), words(page.body))
	}
	if w := staff.post(a.location+"/write", url.Values{}); w.status != 303 {
		t.Errorf("%d", w.status)
	}
	if w := staff.post(a.location+"/write", url.Values{}); w.status != 409 {
		t.Errorf("written twice: %d", w.status)
	}
}

// Whatever is wrong with a file, the answer is a message beside the field, and
// what was pasted stays.
func TestBadTablesAreToldApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	book := excelize.NewFile()
	defer book.Close()
	var locked bytes.Buffer
	if err := book.Write(&locked, excelize.Options{Password: "x"}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ raw, want string }{
		"nothing": {"", "Choose a file or paste a table."}, "header only": {"a;b\n", "holds no rows"}, "pdf": {"%PDF-1.7 x", "no .xlsx and no table"},
		"broken": {"PK\x03\x04 broken", "damaged"}, "locked": {locked.String(), "locked with a password"}, "old xls": {"\xd0\xcf\x11\xe0 x", "locked with a password"},
		"open quote": {"a;b\n\"x;1\n2;3\n", "Line"}, "wide": {strings.Repeat("a;", 300) + "\n1\n", "more than 100,000 rows"}, "encoding": {"n\xe4me;w\xfcrde\ngr\xfc\xdfe;\xe4\xf6\xfc\n", "signs that cannot be read"},
		"large": {strings.Repeat("a;b;c;d\n", 4<<20), "up to 25 MB"},
	} {
		a := staff.upload("tasks", "t.csv", c.raw)
		if at := regexp.MustCompile(`(?s)id="e-file">.*?</p>`).FindString(a.body); a.status != 422 || !strings.Contains(words(at), c.want) {
			t.Errorf("%s: %d, %q", name, a.status, words(at))
		}
	}
	if a := staff.post("/imports", url.Values{"kind": {"tasks"}, "text": {"what was pasted"}}); a.status != 422 || !strings.Contains(a.body, ">what was pasted</textarea>") {
		t.Errorf("what was pasted is lost: %d", a.status)
	}
	if a := staff.upload("agencies", "t.csv", "code;side\n1;2\n"); a.status != 422 {
		t.Errorf("a kind that is not his: %d", a.status)
	}
	if a := s.as("focal").upload("tasks", "t.csv", "a;b\n1;2\n"); a.status != 404 {
		t.Errorf("who may not bring in: %d", a.status)
	}
}

// A pasted table works as a file does, and belongs to who brought it.
func TestAPastedTableIsOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	a := staff.post("/imports", url.Values{"kind": {"tasks"}, "text": {"number\ttask\tlead\tdeadline\r\n2026-1.9\t=HYPERLINK(\"x\")\tuz-trade\t46387\r\n"}, "form_key": {"once"}})
	if a.status != 303 {
		t.Fatalf("%d %s", a.status, words(a.body))
	}
	if page := staff.get(a.location); fates(page) != "new 1" {
		t.Errorf("%s", words(page.body))
	}
	again := staff.post("/imports", url.Values{"kind": {"tasks"}, "text": {"number\ttask\tlead\tdeadline\r\n2026-1.9\tx\tuz-trade\t46387\r\n"}, "form_key": {"once"}})
	if again.location != a.location {
		t.Errorf("sent twice: %s, %s", a.location, again.location)
	}
	for _, path := range []string{"", "/write", "/columns", "/remove"} {
		method := "POST"
		if path == "" {
			method = "GET"
		}
		if other := s.as("stranger.staff").do(method, a.location+path, "application/x-www-form-urlencoded", "", "Sec-Fetch-Site", "same-origin"); other.status != 404 {
			t.Errorf("%s: another gets %d", path, other.status)
		}
	}
	if gone := staff.post(a.location+"/remove", url.Values{}); gone.status != 303 || staff.get(a.location).status != 404 {
		t.Errorf("taken away: %d", gone.status)
	}
}

// A long table is left to the jobs; one that a crash broke off goes on where it
// was, and nothing is written twice.
func TestALongTableGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	var table strings.Builder
	table.WriteString("number;task;lead;deadline\n")
	for n := range 1234 {
		fmt.Fprintf(&table, "2026-1.%d;Task %d;uz-trade;30.06.2026\n", n+2, n)
	}
	a := staff.upload("tasks", "t.csv", table.String())
	if page := staff.get(a.location); !strings.Contains(page.body, "500 of 1,234 rows checked") {
		t.Fatalf("%d %s", page.status, words(page.body))
	}
	if w := staff.post(a.location+"/write", url.Values{}); w.status != 409 {
		t.Errorf("written before it was checked: %d", w.status)
	}
	if err := s.RunImports(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if page := staff.get(a.location); fates(page) != "new 1,234" {
		t.Fatalf("%s: %s", fates(page), words(page.body))
	}
	if w := staff.post(a.location+"/write", url.Values{}); w.status != 303 {
		t.Fatalf("%d", w.status)
	}
	dead, err := s.Store.ClaimImport(t.Context(), 0, "dead", s.now())
	if err != nil || dead == nil {
		t.Fatal(err)
	}
	if err := s.RunImports(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	if page := staff.get(a.location); !strings.Contains(page.body, "500 of 1,234 rows written") {
		t.Errorf("another went on while the first still held it: %s", words(page.body))
	}
	s.later(3 * time.Minute)
	if err := s.RunImports(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	if page := staff.get(a.location); !strings.Contains(page.body, ">written<") {
		t.Errorf("not done: %s", words(page.body))
	}
	tasks, err := s.Store.OpenItems(t.Context(), s.people["staff"], s.meeting)
	if err != nil || len(tasks) != 1235 {
		t.Errorf("%d tasks, %v", len(tasks), err)
	}
	s.countsHold()
}

// countsHold compares the kept counts with the tasks.
func (s *site) countsHold() {
	s.t.Helper()
	s.query(`do $$ begin if (select coalesce(sum(n), 0) from open_count where scope = 'all') <>
		(select count(*) from task where status in ('assigned', 'in_progress', 'returned', 'submitted')) then raise exception 'the kept counts are wrong'; end if; end $$`)
}
