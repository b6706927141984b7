package commands

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"amal/db"
	"amal/files"
	"amal/rules"
)

// agencyColumns are what an agency file may hold; code, side, kind and name_en
// must be there.
var agencyColumns = []string{"code", "side", "kind", "parent", "name_en", "name_ru", "name_uz", "name_kk", "name_de", "short_en", "short_ru", "short_uz",
	"short_kk", "aliases", "certainty", "email", "locale", "time_zone"}

func agencyImport(ctx context.Context, c *call) error {
	check := c.flags.Bool("check", false, "say what would happen, change nothing")
	if err := c.parse(1); err != nil {
		return err
	}
	rows, err := readTable(c.args[0], agencyColumns, "code", "side", "kind", "name_en")
	if err != nil {
		return err
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	result, err := importAgencies(ctx, d.Store, rows, *check, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, result.words("agencies", *check))
	return nil
}

// imported counts what an import did, or would do.
type imported struct{ added, changed, same int }

func (r imported) words(what string, check bool) string {
	if check {
		return fmt.Sprintf("%s: %d to add, %d to change, %d as they are; nothing was changed", what, r.added, r.changed, r.same)
	}
	return fmt.Sprintf("%s: %d added, %d changed, %d as they are", what, r.added, r.changed, r.same)
}

func readTable(path string, columns []string, needed ...string) ([]files.Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return files.Table(f, columns, needed...)
}

// importAgencies adds or changes agencies by their code, parents first. What an
// agency has already and the file does not say stays.
func importAgencies(ctx context.Context, store *db.Store, rows []files.Row, check bool, now time.Time) (imported, error) {
	all, err := store.Directory(ctx, now)
	if err != nil {
		return imported{}, err
	}
	known := map[string]*db.Agency{}
	for _, a := range all {
		known[a.Code] = a
	}
	var result imported
	for _, row := range parentsFirst(rows) {
		in := agencyInput(row, known[row.Get("code")], all)
		in.Now = now
		switch a := known[in.Code]; {
		case a == nil:
			result.added++
		case sameAgency(a.Form(parentCode(a, all)), in):
			result.same++
			continue
		default:
			result.changed++
		}
		if check {
			continue
		}
		if _, err := store.SaveAgency(ctx, rules.Actor{}, in); err != nil {
			return result, fmt.Errorf("line %d, %s: %w", row.Line, in.Code, err)
		}
	}
	return result, nil
}

func parentCode(a *db.Agency, all map[int64]*db.Agency) string {
	if a.ParentID == nil || all[*a.ParentID] == nil {
		return ""
	}
	return all[*a.ParentID].Code
}

// parentsFirst orders rows so that a parent comes before its children.
func parentsFirst(rows []files.Row) []files.Row {
	var ordered []files.Row
	placed := map[string]bool{}
	inFile := map[string]bool{}
	for _, r := range rows {
		inFile[r.Get("code")] = true
	}
	for len(ordered) < len(rows) {
		before := len(ordered)
		for _, r := range rows {
			parent := r.Get("parent")
			if !placed[r.Get("code")] && (parent == "" || placed[parent] || !inFile[parent]) {
				ordered, placed[r.Get("code")] = append(ordered, r), true
			}
		}
		if len(ordered) == before { // a circle, or a code twice: in the order of the file
			return rows
		}
	}
	return ordered
}

// agencyInput merges a row over what stands there.
func agencyInput(row files.Row, a *db.Agency, all map[int64]*db.Agency) db.AgencyInput {
	in := db.AgencyInput{Names: map[string]string{}, Shorts: map[string]string{}}
	if a != nil {
		in = a.Form(parentCode(a, all))
	}
	set := func(to *string, column string) {
		if v, ok := row.Has(column); ok {
			*to = v
		}
	}
	set(&in.Code, "code")
	set(&in.Side, "side")
	set(&in.Kind, "kind")
	set(&in.ParentCode, "parent")
	set(&in.Certainty, "certainty")
	set(&in.Email, "email")
	set(&in.Locale, "locale")
	set(&in.TimeZone, "time_zone")
	for _, lang := range rules.Locales {
		if v, ok := row.Has("name_" + lang); ok {
			in.Names[lang] = v
		}
		if v, ok := row.Has("short_" + lang); ok {
			in.Shorts[lang] = v
		}
	}
	if v, ok := row.Has("aliases"); ok {
		in.Aliases = files.Split(v)
	}
	return withDefaults(in)
}

// withDefaults gives a side's usual language, zone and calendar.
func withDefaults(in db.AgencyInput) db.AgencyInput {
	usual := map[string][3]string{"UZ": {"uz", "Asia/Tashkent", "UZ"}, "KZ": {"kk", "Asia/Almaty", "KZ"}}[in.Side]
	if usual[0] == "" {
		usual = [3]string{"ru", "Asia/Tashkent", "UZ"}
	}
	for i, field := range []*string{&in.Locale, &in.TimeZone, &in.Country} {
		if *field == "" {
			*field = usual[i]
		}
	}
	return in
}

func sameAgency(a, b db.AgencyInput) bool {
	same := a.Code == b.Code && a.Side == b.Side && a.Kind == b.Kind && a.ParentCode == b.ParentCode && a.Certainty == b.Certainty &&
		a.Email == b.Email && a.Locale == b.Locale && a.TimeZone == b.TimeZone && slices.Equal(a.Aliases, b.Aliases)
	for _, lang := range rules.Locales {
		same = same && a.Names[lang] == b.Names[lang] && a.Shorts[lang] == b.Shorts[lang]
	}
	return same
}

// holidayColumns are what a file of days off may hold.
var holidayColumns = []string{"date", "kind", "name_en", "name_local", "basis", "certainty"}

func holidaysImport(ctx context.Context, c *call) error {
	check := c.flags.Bool("check", false, "say what would happen, change nothing")
	if err := c.parse(2); err != nil {
		return err
	}
	rows, err := readTable(c.args[1], holidayColumns, "date", "kind", "name_en")
	if err != nil {
		return err
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	days, err := holidayRows(strings.ToUpper(c.args[0]), rows)
	if err != nil {
		return err
	}
	result, err := importHolidays(ctx, d.Store, days, *check, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, result.words("days", *check))
	return nil
}

func holidayRows(country string, rows []files.Row) ([]db.Holiday, error) {
	var days []db.Holiday
	for _, r := range rows {
		day, err := rules.ParseDate(r.Get("date"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", r.Line, r.Get("date"), err)
		}
		certainty := r.Get("certainty")
		if certainty == "" {
			certainty = "official"
		}
		days = append(days, db.Holiday{Country: country, Day: day, Kind: r.Get("kind"), NameEn: r.Get("name_en"), NameLocal: r.Get("name_local"),
			Basis: r.Get("basis"), Certainty: certainty})
	}
	return days, nil
}

func importHolidays(ctx context.Context, store *db.Store, days []db.Holiday, check bool, now time.Time) (imported, error) {
	var result imported
	known := map[string]db.Holiday{}
	for _, h := range days {
		if len(known) == 0 || known[h.Day.Format(time.DateOnly)].Country == "" {
			there, err := store.Holidays(ctx, h.Country, h.Day.Year())
			if err != nil {
				return result, err
			}
			for _, k := range there {
				known[k.Day.Format(time.DateOnly)] = k
			}
		}
		switch old, ok := known[h.Day.Format(time.DateOnly)]; {
		case !ok:
			result.added++
		case old == h:
			result.same++
		default:
			result.changed++
		}
	}
	if check {
		return result, nil
	}
	_, err := store.SaveHolidays(ctx, rules.Actor{}, days, now)
	return result, err
}
