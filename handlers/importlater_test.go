package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// halfway brings a table in as far as its first rows are written; go on writes
// the rest, which waits for what stands further down.
func (b *browser) halfway(kind, table string) (path string, goOn func()) {
	b.s.t.Helper()
	ctx := b.s.t.Context()
	path = b.upload(kind, kind+".csv", table).location
	var id int64
	if _, err := fmt.Sscanf(path, "/imports/%d", &id); err != nil {
		b.s.t.Fatal(err)
	}
	must(b.s, 0, b.s.Store.WriteImport(ctx, b.s.people["staff"], id))
	im, err := b.s.Store.ClaimImport(ctx, id, "halfway", b.s.now())
	if must(b.s, im, err); im == nil {
		b.s.t.Fatal("nothing is to be written")
	}
	more, err := b.s.stepImport(ctx, im, "halfway")
	must(b.s, more, err)
	return path, func() {
		b.s.t.Helper()
		for more := true; more; {
			more, err = b.s.stepImport(ctx, im, "halfway")
			must(b.s, more, err)
		}
		if page := b.get(path); !strings.Contains(page.body, ">written<") {
			b.s.t.Errorf("%s is not written: %s", path, words(page.body))
		}
	}
}

// What somebody changes by hand after a row was written stays when its ties are
// added, in whatever it differs from the table, and the row says so.
func TestChangesByHandOutliveTheTiesOfATable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, ctx, staff := s.as("staff"), t.Context(), s.people["staff"]
	table := "number;meeting_date;meeting;meeting_place;directive;wording;points;no_deadline_reason;controller;restates;part_of\n" +
		"2025-9;01.09.2025;Second;Almaty;Said again;;One point;none;controller@example.org;2025-7;\n" +
		";01.09.2025;Second;Almaty;Without a number;;One point;none;controller@example.org;;2025-7\n" +
		"2025-8;01.09.2025;Second;Almaty;Left alone;;One point;none;controller@example.org;2025-7;\n" +
		"2025-7;01.02.2025;First;Almaty;Said first;;One point;none;controller@example.org;;\n"
	path, goOn := b.halfway("directives", table)
	for was, now := range map[string]string{"Said again": "Said again, as the minutes have it", "Without a number": "Another name"} {
		var id int64
		s.ask(fmt.Sprintf("select id from directive where title = '%s'", was), &id)
		in, err := s.Store.DirectiveForm(ctx, staff, id)
		must(s, in, err)
		in.Title, in.Points, in.Now = now, []string{"By hand"}, s.now()
		must(s, 0, s.Store.ChangeDirective(ctx, staff, *in))
	}
	goOn()
	var titles, points, ties string
	s.ask(`select string_agg(title, '; ' order by title) from directive where created_at > '2020-01-01' and meeting_id in (select id from meeting where title in ('First', 'Second'))`, &titles)
	if titles != "Another name; Left alone; Said again, as the minutes have it; Said first" {
		t.Errorf("the titles are %s", titles)
	}
	s.ask(`select string_agg(text, '; ' order by d.title) from directive_point p join directive d on d.id = p.directive_id where d.title <> 'Draw up a programme'`, &points)
	if points != "By hand; One point; By hand; One point" {
		t.Errorf("the points are %s", points)
	}
	s.ask(`select string_agg(d.title || ' ' || l.kind || ' ' || e.title, '; ' order by d.title) from lineage l join directive d on d.id = l.directive_id join directive e on e.id = l.earlier_id`, &ties)
	if ties != "Another name part_of Said first; Left alone restates Said first; Said again, as the minutes have it restates Said first" {
		t.Errorf("the ties are %s", ties)
	}
	page := b.get(path + "?lang=en")
	if got := fates(page); got != "new 2, bad 2" {
		t.Errorf("the rows say %s", got)
	}
	for lang, said := range map[string]string{"en": "changed this by hand", "ru": "изменил это вручную", "uz": "qoʻlda oʻzgartirdi", "kk": "қолмен өзгертті", "de": "von Hand geändert"} {
		if bad := b.get(path + "?fate=bad&lang=" + lang); strings.Count(bad.body, said) != 2 {
			t.Errorf("%s: %s", lang, words(bad.body))
		}
	}
	if text := words(b.get(path + "?fate=bad&lang=en").body); strings.Count(text, " partly ") != 2 {
		t.Errorf("the rows with what was changed by hand: %s", text)
	}
	if again := b.bring("directives", "again.csv", strings.Split(table, "\n")[0]+"\n"+strings.Split(table, "\n")[3]+"\n"); again != "same 1" {
		t.Errorf("what nobody touched comes again as %s", again)
	}
}
