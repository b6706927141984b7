package handlers

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// nextPage and rowLink are what a list's page says of its next one and its rows.
var nextPage = regexp.MustCompile(`class="btn push" href="([^"]*)" rel="next"`)

// walkPages follows a list through its pages by their links and returns what each
// row matches, in order.
func (b *browser) walkPages(path string, row *regexp.Regexp) (rows []string) {
	b.s.t.Helper()
	for pages := 0; path != "" && pages < 50; pages++ {
		a := b.get(path)
		if a.status != 200 {
			b.s.t.Fatalf("%s: %d", path, a.status)
		}
		_, body, _ := strings.Cut(a.body, "<main")
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			rows = append(rows, m[1])
		}
		path = ""
		if m := nextPage.FindStringSubmatch(a.body); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	return rows
}

// everyPageOnce walks a list in each of its orders, both ways: each row is there
// once, the one way is the other turned round, and the file has the same order.
// row finds what the file's column cell (-1: there is none) says of a row. Pages that put their rows
// into groups have to be asked for one group.
func (s *site) everyPageOnce(b *browser, path string, l *listing, row *regexp.Regexp, cell, want int) {
	s.t.Helper()
	for _, col := range l.columns {
		if !col.sorts {
			continue
		}
		ways := map[string][]string{}
		for _, way := range []string{"asc", "desc"} {
			u, _ := url.Parse(path)
			q := u.Query()
			q.Set("sort", col.key)
			q.Set("way", way)
			u.RawQuery = q.Encode()
			got := b.walkPages(u.String(), row)
			ways[way] = got
			once := map[string]bool{}
			for _, r := range got {
				once[r] = true
			}
			if len(got) != want || len(once) != want {
				s.t.Errorf("%s by %s %s: %d rows, %d different, want %d", path, col.key, way, len(got), len(once), want)
			}
			q.Set("format", "csv")
			u.RawQuery = q.Encode()
			if cell < 0 {
				continue
			}
			if file := b.cells(u.String(), cell); !slices.Equal(file, got) {
				s.t.Errorf("%s: the file has another order than the pages: %v, %v", u.String(), file, got)
			}
		}
		slices.Reverse(ways["desc"])
		if !slices.Equal(ways["asc"], ways["desc"]) {
			s.t.Errorf("%s by %s: one way is not the other turned round", path, col.key)
		}
	}
}

// cells are those of a column of a list's file.
func (b *browser) cells(path string, cell int) (cells []string) {
	b.s.t.Helper()
	r := csv.NewReader(strings.NewReader(b.get(path).body))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		b.s.t.Fatal(err)
	}
	for _, row := range rows[1:] {
		cells = append(cells, row[cell])
	}
	return cells
}

func TestPeopleAndAgenciesComeInEachOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 120 {
		agency := s.agency(fmt.Sprintf("a-%03d", (i*37)%120), []string{"UZ", "KZ"}[i%2])
		if i%3 == 0 { // many are called alike
			_, err := s.Store.SavePerson(t.Context(), rules.Actor{}, db.PersonInput{Email: fmt.Sprintf("p%d@example.org", i), Name: fmt.Sprintf("Person %d", i%40),
				Locale: []string{"", "ru", "de"}[i%3], Roles: map[int64]rules.Role{agency: rules.Focal}, Now: s.now()})
			must(s, 0, err)
		}
	}
	s.query(`update person set visited_at = '2026-01-01'::timestamptz + (id % 7) * interval '1 day' where id % 3 = 0; update person set disabled_at = '2026-01-01' where name like 'Person%' and id % 4 = 1`)
	admin := s.as("admin")
	person := regexp.MustCompile(`class="t" href="/people/\d+">([^<]*)<`)
	s.everyPageOnce(admin, "/people", &peopleList, person, 0, len(s.people)+40)
	s.everyPageOnce(admin, "/agencies", &agencyList, regexp.MustCompile(`<span class="ref">([^<]*)<`), 0, 125)
	s.everyPageOnce(admin, "/people?find=Person", &peopleList, person, 0, 40)
}

// What an address says that a list does not know does nothing.
func TestAListUnderstandsItsAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as("admin")
	plain := admin.get("/people").body
	for _, odd := range []string{"sort=nothing", "sort=password_hash&way=desc", "sort=name&way=sideways", "cols=nothing", "col=", "after=x&id=7&sort=seen", "after=1&after=2&after=3&id=x", "id=99999999999999999999"} {
		if a := admin.get("/people?" + odd); a.status != 200 || strings.Count(a.body, "pick-row") != strings.Count(plain, "pick-row") || strings.Count(a.body, "<th scope=\"col\"") != 6 {
			t.Errorf("%s: %d", odd, a.status)
		}
	}
	for _, sorted := range []struct{ query, want string }{
		{"", `aria-sort="ascending"><a class="sort" href="/people?sort=name&amp;way=desc"><span class="nw">Name<svg`},
		{"?sort=name&way=desc", `aria-sort="descending"><a class="sort" href="/people"><span class="nw">Name<svg`},
		{"?sort=seen", `aria-sort="descending"><a class="sort" href="/people?sort=seen&amp;way=asc">Last <span class="nw">visit<svg`},
		{"?find=a&cols=seen", `<a class="sort" href="/people?cols=seen&amp;find=a&amp;sort=seen&amp;way=desc">Last <span class="nw">visit<svg`},
	} {
		if body := admin.get("/people" + sorted.query).body; !strings.Contains(body, sorted.want) {
			t.Errorf("%q lacks %s", sorted.query, sorted.want)
		}
	}
	for _, q := range []string{"cols=seen,email", "col=seen&col=email", "cols=seen,email,nothing"} {
		body := admin.get("/people?" + q).body
		if strings.Count(body, `<th scope="col"`) != 3 || strings.Contains(body, "Roles<svg") || !strings.Contains(body, `value="seen" checked`) || strings.Contains(body, `value="roles" checked`) {
			t.Errorf("%s does not choose the columns", q)
		}
		if csv := admin.get("/people?format=csv&" + q); !strings.HasPrefix(csv.body, "\uFEFFName;E-mail;Last visit\r\n") {
			t.Errorf("%s: the file begins %.80q", q, csv.body)
		}
	}
}

// manyTasks assigns tasks that are late, due and without a deadline, many of them
// alike in all that a list is sorted by.
func (s *site) manyTasks(n int) {
	s.t.Helper()
	second := s.register([]string{"UZ", "KZ"}, s.people["controller"], s.uz).directive
	for i := range n {
		s.addTask([]int64{s.directive, second}[i%2], []int64{s.uz, s.kz}[i%3/2], time.Date(2026, 2, 10+i%5, 0, 0, 0, 0, time.UTC))
	}
	s.query(`update task set heard_at = '2026-02-01'::timestamptz + (id % 4) * interval '1 day' where id % 3 <> 0`)
}

func TestTasksComeInEachOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.manyTasks(105)
	task := regexp.MustCompile(`<span class="ref">([^<]*)<`)
	manager := s.as("manager")
	s.everyPageOnce(manager, "/overdue?group=side&side=UZ", &overdueList, task, 0, 72)
	s.everyPageOnce(manager, fmt.Sprintf("/overdue?agency=%d", s.kz), &overdueList, task, 0, 36)
	s.everyPageOnce(s.as("stranger.manager"), fmt.Sprintf("/overdue?why=none&group=directive&directive=%d", s.directive), &overdueList, task, 0, 54)
	if all := manager.walkPages("/overdue?sort=heard", task); len(all) != 108 {
		t.Errorf("in groups %d rows, want 108", len(all))
	}
}

func TestOtherListsComeInEachOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.manyTasks(75)
	staff, ctx := s.people["staff"], t.Context()
	for i := range 60 {
		held := time.Date(2026, 1, 1+i%9, 0, 0, 0, 0, time.UTC)
		meeting, err := s.Store.SaveMeeting(ctx, staff, db.MeetingInput{Title: fmt.Sprintf("Talks %d", i), HeldOn: held, Place: "Almaty", Level: "ministers", Sides: []string{"UZ", "KZ"}[:1+i%2], Now: s.now()})
		must(s, 0, err)
		on := []*time.Time{nil, new(held.AddDate(1, 0, 0))}[i%4/3]
		_, err = s.Store.AddEvent(ctx, staff, db.Event{MeetingID: meeting, Title: fmt.Sprintf("Summit %d", i), StartsOn: on, Wording: "soon", Place: []string{"", "Osh"}[i%2]}, "", s.now())
		must(s, 0, err)
		target := []*float64{nil, new(4.5)}[i%2]
		_, err = s.Store.AddIndicator(ctx, staff, db.Indicator{MeetingID: meeting, Title: fmt.Sprintf("Trade %d", i), Value: "+14 %", Target: target}, "", s.now())
		must(s, 0, err)
	}
	if _, err := s.Store.PlanReminders(ctx, s.now()); err != nil {
		t.Fatal(err)
	}
	s.query(`update reminder set planned_for = planned_for + (id % 5) * interval '1 hour'; update meeting set title = title || ' no. ' || id;
		update event set title = title || ' no. ' || id; update indicator set title = title || ' no. ' || id`)
	ref, b := regexp.MustCompile(`<span class="ref">([^<]*)<`), s.as("staff")
	titled := func(path string) *regexp.Regexp {
		return regexp.MustCompile(`class="t" href="` + path + `/\d+">([^<]*)<`)
	}
	s.everyPageOnce(b, "/meetings", &meetingList, titled("/meetings"), 1, 63)
	s.everyPageOnce(b, "/events", &eventList, titled("/events"), 0, 63)
	s.everyPageOnce(b, "/indicators", &indicatorList, titled("/indicators"), 0, 63)
	s.everyPageOnce(s.as("focal.kz"), "/tasks", &myTasksList, ref, 0, 26)
	s.everyPageOnce(b, "/reports/overdue", &registerList, ref, 0, 78)
	s.everyPageOnce(s.as("auditor"), "/reminders", &ledgerList, ref, 2, 78)
	if rows := s.as("auditor").walkPages("/reminders", ref); len(rows) != 78 {
		t.Errorf("the ledger in its own order has %d rows", len(rows))
	}
	s.query(`update task set status = 'submitted', submitted_at = '2026-02-01'::timestamptz + (id % 6) * interval '1 hour' where number is not null`)
	s.everyPageOnce(s.as("manager"), "/review", &reviewList, ref, 1, 78)
}

func TestTablesBroughtInAndAgenciesFiguresComeInEachOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff := s.as("staff")
	for i := range 60 {
		rows := make([]db.ImportRow, 1+i%3)
		if i == 0 {
			rows = make([]db.ImportRow, 120)
		}
		for k := range rows {
			rows[k] = db.ImportRow{Line: k + 2, Cells: []string{"x"}}
		}
		_, err := s.Store.AddImport(t.Context(), s.people["staff"], db.Import{Kind: rules.ImportTasks, Name: fmt.Sprintf("Table %d", i), Header: []string{"A"}, Columns: []string{""}, CreatedAt: s.now()}, rows, "")
		must(s, 0, err)
	}
	s.query(`update import_row set fate = (array['new', 'same', 'bad'])[line % 3 + 1]; update import set state = 'checked' where id % 2 = 0`)
	s.everyPageOnce(staff, "/imports", &importsList, regexp.MustCompile(`class="t" href="/imports/\d+">([^<]*)<`), -1, 60)
	s.everyPageOnce(staff, "/imports/1", &importRows, regexp.MustCompile(`<th scope="row" role="rowheader" class="n" data-l="[^"]*">(\d+)<`), -1, 120)
	s.everyPageOnce(s.as("head"), "/stocktake/agencies", &agencyTableList, regexp.MustCompile(`</span> (Agency [^<]*)</th>`), -1, 2)
	csv := s.as("head").get("/stocktake/agencies?format=csv&cols=late&sort=name&way=desc").body
	if a, b := strings.Index(csv, "uz-trade"), strings.Index(csv, "kz-trade"); a < 0 || b < a || strings.Contains(csv, "Sent back") || !strings.Contains(csv, "Done late") {
		t.Errorf("the file: %s", csv)
	}
}

// Order and columns of the overdue list are of its address: older ones, saved
// views and files mean the same.
func TestTheOverdueListKeepsItsOrderAndColumns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.manyTasks(9)
	b, ref := s.as("manager"), regexp.MustCompile(`<span class="ref">([^<]*)<`)
	for old, now := range map[string]string{"order=newest": "sort=delay&way=asc", "order=longest": "", "sort=reminders": "", "sort=deadline": "sort=delay&way=desc", "order=newest&sort=heard": "sort=heard&way=asc"} {
		if a, c := b.walkPages("/overdue?"+old, ref), b.walkPages("/overdue?"+now, ref); len(a) != 12 || !slices.Equal(a, c) {
			t.Errorf("%q is %v, %q is %v", old, a, now, c)
		}
	}
	a := b.post("/views", url.Values{"path": {"/overdue"}, "query": {"sort=heard&way=desc&cols=delay,heard&side=UZ"}, "name": {"Silent"}})
	page := b.get(a.location).body
	if strings.Count(page, `<th scope="col"`) != 3 || !strings.Contains(page, "The latest report comes first.") || strings.Contains(page, `data-l="Reminders"`) || !strings.Contains(page, `colspan="4"`) ||
		!strings.Contains(page, `<input type="hidden" name="sort" value="heard">`) {
		t.Errorf("the saved view at %s has other columns or another order", a.location)
	}
	if csv := b.get(a.location + "&format=csv").body; !strings.HasPrefix(csv, "\uFEFFNumber;Task;Directive;Side;Lead executor;Status;Days late;For official use;Last report\r\n") {
		t.Errorf("its file begins %.120q", csv)
	}
	round := b.post("/rounds", url.Values{"query": {"sort=number&way=desc"}, "form_key": {"r"}})
	if first := b.get(round.location); !strings.Contains(first.body, b.walkPages("/overdue?group=side&sort=number&way=desc", ref)[0]) {
		t.Error("a review does not follow the list's order")
	}
}
