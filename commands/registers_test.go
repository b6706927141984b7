package commands

import (
	"strings"
	"testing"
	"time"

	"amal/rules"
)

// The working days of a year are the totals that the labour ministries publish
// for a five-day week.
func TestWorkingDaysOfTheYears(t *testing.T) {
	t.Parallel()
	for country, totals := range map[string]map[int]int{
		"UZ": {2025: 251, 2026: 248, 2027: 252},
		"KZ": {2025: 246, 2026: 247, 2027: 247},
	} {
		rows, err := readTable("registers/holidays-"+strings.ToLower(country)+".csv", holidayColumns, "date", "kind", "name_en")
		if err != nil {
			t.Fatal(err)
		}
		days, err := holidayRows(country, rows)
		if err != nil {
			t.Fatal(err)
		}
		var off []rules.DayOff
		for _, d := range days {
			off = append(off, rules.DayOff{Day: d.Day, Work: d.Kind == "work"})
		}
		calendar := rules.NewCalendar(country, off)
		for year, want := range totals {
			got := 0
			for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
				if calendar.Works(day) {
					got++
				}
			}
			if got != want {
				t.Errorf("%s %d: %d working days, want %d", country, year, got, want)
			}
		}
	}
}

// The register of ministries and regions is whole: five languages, no code twice.
func TestTheRegisterOfAgencies(t *testing.T) {
	t.Parallel()
	rows, err := readTable("registers/agencies.csv", agencyColumns, "code", "side", "name_en")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 50 {
		t.Fatalf("%d agencies", len(rows))
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.Get("code")] {
			t.Errorf("%s twice", r.Get("code"))
		}
		seen[r.Get("code")] = true
		for _, column := range []string{"name_en", "name_ru", "name_uz", "name_kk"} {
			if r.Get(column) == "" {
				t.Errorf("%s has no %s", r.Get("code"), column)
			}
		}
	}
}
