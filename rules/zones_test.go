package rules

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"
)

// zoneNames are all zones of the machine's tzdata, or the few that matter most
// where it has none.
func zoneNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, root := range []string{"/usr/share/zoneinfo", "/usr/lib/go/lib/time"} {
		_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			name := strings.TrimPrefix(path, root+"/")
			if strings.HasPrefix(name, "right/") || strings.HasPrefix(name, "posix/") || name[0] < 'A' || name[0] > 'Z' {
				return nil
			}
			if _, err := time.LoadLocation(name); err == nil {
				names = append(names, name)
			}
			return nil
		})
	}
	names = append(names, "Asia/Tashkent", "Asia/Almaty", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Pacific/Chatham", "Africa/Casablanca", "Antarctica/Troll", "America/New_York", "Europe/Berlin", "America/Nuuk")
	sort.Strings(names)
	return names
}

// testDays is a span with a 29 February, two summers and both changes of clocks.
const testDays = 400

// clocks are the zones whose offsets differ within the span, one of each kind.
func clocks(t *testing.T, from time.Time) map[string]*time.Location {
	t.Helper()
	kinds, zones := map[string]string{}, map[string]*time.Location{}
	for _, name := range zoneNames(t) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var kind strings.Builder
		for h := range (testDays + 2) * 8 {
			_, offset := from.Add(time.Duration(h) * 3 * time.Hour).In(zone).Zone()
			kind.WriteString(time.Duration(offset * int(time.Second)).String())
		}
		if _, ok := kinds[kind.String()]; !ok {
			kinds[kind.String()], zones[name] = name, zone
		}
	}
	return zones
}

// Every clock on earth, every quarter of an hour, 400 days: each local day has
// exactly one moment of its daily mail, it is on that day, and the moments
// follow one another.
func TestOneMomentOfEachDay(t *testing.T) {
	t.Parallel()
	from := time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)
	zones := clocks(t, from)
	if len(zones) < 10 {
		t.Fatalf("only %d clocks", len(zones))
	}
	for name, zone := range zones {
		for minute := 0; minute < 24*60; minute += SlotEvery {
			before := time.Time{}
			for d := range testDays {
				day := from.AddDate(0, 0, d)
				at := At(day, minute/60, minute%60, zone)
				if !Today(at, zone).Equal(day) {
					t.Fatalf("%s %02d:%02d on %s is %s", name, minute/60, minute%60, day.Format(time.DateOnly), at.In(zone))
				}
				if !at.After(before) {
					t.Fatalf("%s %02d:%02d: %s does not come after %s", name, minute/60, minute%60, at, before)
				}
				before = at
			}
		}
	}
	t.Logf("%d different clocks of %d zones", len(zones), len(zoneNames(t)))
}
