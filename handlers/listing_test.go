package handlers

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

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
		_, body, _ := strings.Cut(a.body, "<tbody")
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
// once, and the one way is the other turned round.
func (s *site) everyPageOnce(b *browser, path string, l *listing, row *regexp.Regexp, want int) {
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
		}
		slices.Reverse(ways["desc"])
		if !slices.Equal(ways["asc"], ways["desc"]) {
			s.t.Errorf("%s by %s: one way is not the other turned round", path, col.key)
		}
	}
}

func TestPeopleAndAgenciesComeInEachOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 120 {
		agency := s.agency(fmt.Sprintf("a-%03d", (i*37)%120), []string{"UZ", "KZ"}[i%2])
		if i%3 == 0 { // many are called alike
			_, err := s.Store.SavePerson(t.Context(), rules.Actor{}, db.PersonInput{Email: fmt.Sprintf("p%d@example.org", i), Name: fmt.Sprintf("Person %d", i%5),
				Locale: []string{"", "ru", "de"}[i%3], Roles: map[int64]rules.Role{agency: rules.Focal}, Now: s.now()})
			must(s, 0, err)
		}
	}
	s.query(`update person set visited_at = '2026-01-01'::timestamptz + (id % 7) * interval '1 day' where id % 3 = 0; update person set disabled_at = '2026-01-01' where name like 'Person%' and id % 4 = 1`)
	admin := s.as("admin")
	s.everyPageOnce(admin, "/people", &peopleList, regexp.MustCompile(`class="t" href="/people/(\d+)"`), len(s.people)+40)
	s.everyPageOnce(admin, "/agencies", &agencyList, regexp.MustCompile(`class="t" href="/agencies/(\d+)"`), 125)
	s.everyPageOnce(admin, "/people?find=Person", &peopleList, regexp.MustCompile(`class="t" href="/people/(\d+)"`), 40)
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
		{"", `aria-sort="ascending"><a class="sort" href="/people?sort=name&amp;way=desc">Name`},
		{"?sort=name&way=desc", `aria-sort="descending"><a class="sort" href="/people">Name`},
		{"?sort=seen", `aria-sort="descending"><a class="sort" href="/people?sort=seen&amp;way=asc">Last visit`},
		{"?find=a&cols=seen", `<a class="sort" href="/people?cols=seen&amp;find=a&amp;sort=seen&amp;way=desc">Last visit`},
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
