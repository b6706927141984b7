package rules

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// Every move that the table does not name is refused, and nobody who leads a
// task decides on it.
func TestOnlyTheTablesMoves(t *testing.T) {
	t.Parallel()
	hats := []Hat{HatStaff, HatLead, HatCoExecutor, HatController, HatManager}
	for _, from := range Statuses {
		for _, act := range []Act{ActAssign, ActReceive, ActReport, ActSubmit, ActWithdraw, ActReturn, ActAccept, ActCancel, ActReopen} {
			for _, hat := range hats {
				to, err := Move(from, act, Hats{hat})
				if err == nil && !slices.Contains(Statuses, to) {
					t.Errorf("%s %s by %d leads to %q", from, act, hat, to)
				}
				if err == nil && hat == HatLead && slices.Contains([]Act{ActAccept, ActReturn, ActCancel, ActReopen}, act) {
					t.Errorf("the lead may %s its own task", act)
				}
				if err == nil && !May(from, act, Hats{hat}) {
					t.Errorf("%s %s: Move and May differ", from, act)
				}
			}
		}
	}
}

// A controller who is also of the lead agency's focal points decides nothing on
// its tasks.
func TestNobodyClosesHisOwnTask(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		me := Actor{PersonID: 1}
		for range rapid.IntRange(1, 5).Draw(r, "roles") {
			me.Members = append(me.Members, Member{AgencyID: rapid.Int64Range(1, 3).Draw(r, "agency"), Side: rapid.SampledFrom([]Side{UZ, KZ, Joint}).Draw(r, "side"),
				Role: rapid.SampledFrom(Roles).Draw(r, "role")})
		}
		task := TaskScope{Sides: []Side{UZ, KZ}, LeadSide: UZ, LeadID: 1, ControllerID: 1}
		hats := HatsFor(me, task)
		if hats.Has(HatLead) && May(Submitted, ActAccept, hats) {
			r.Fatalf("%+v leads the task and may accept it", me)
		}
		if SightOf(me, task) == SeesNothing && len(hats) > 0 {
			r.Fatalf("%+v acts on what it does not see", me)
		}
	})
}

func TestDatesPeopleType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"30.6.2025": "2025-06-30", "2025-06-30": "2025-06-30", " 1.01.2026 ": "2026-01-01", "29.2.2028": "2028-02-29",
		"29.2.2027": "", "31.4.2026": "", "0.1.2026": "", "1.13.2026": "", "2026-02-30": "", "tomorrow": "", "": "", "30.6.25": "2025-06-30", "30.6.20255": "",
	} {
		got, err := ParseDate(text)
		if (err == nil) != (want != "") || err == nil && got.Format(time.DateOnly) != want {
			t.Errorf("%q: %v, %v, want %q", text, got, err, want)
		}
	}
}

func anyDay(r *rapid.T, name string) time.Time {
	return date("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 1500).Draw(r, name))
}

func anyCalendar(r *rapid.T) Calendar {
	var days []DayOff
	for range rapid.IntRange(0, 30).Draw(r, "days off") {
		days = append(days, DayOff{Day: anyDay(r, "day off"), Work: rapid.Bool().Draw(r, "works")})
	}
	return NewCalendar("UZ", days)
}

// Steps before the deadline never come after it, all fall on working days, and
// none of one occasion comes twice.
func TestStepsOfTheLadder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		c := anyCalendar(r)
		assigned := anyDay(r, "assigned")
		due := assigned.AddDate(0, 0, rapid.IntRange(0, 200).Draw(r, "term"))
		f := TaskFacts{Status: InProgress, Deadline: &due, DeadlineVersion: 1, DeadlineSetOn: assigned, AssignedOn: assigned, LastHeardOn: assigned}
		seen := map[string]bool{}
		for _, s := range Steps(f, c, due.AddDate(0, 0, 90)) {
			key := s.Rule + s.Occasion
			if seen[key] {
				r.Fatalf("%s twice", key)
			}
			seen[key] = true
			if !c.Works(s.Day) {
				r.Fatalf("%s on %s, a day off", s.Rule, s.Day.Format(time.DateOnly))
			}
			if s.Anchor == FromDeadline && s.Days <= 0 && s.Day.After(due) {
				r.Fatalf("%s on %s, after the deadline %s", s.Rule, s.Day.Format(time.DateOnly), due.Format(time.DateOnly))
			}
			if !s.Day.After(assigned) {
				r.Fatalf("%s on %s, not after the assignment", s.Rule, s.Day.Format(time.DateOnly))
			}
			if next, ok := NextStepOn(f, []Mornings{{Calendar: c}}, s.Day.AddDate(0, 0, -1)); !ok || next.After(s.Day) {
				r.Fatalf("the next step before %s is said to be %v", s.Day.Format(time.DateOnly), next)
			}
		}
	})
}

// lead is what concerns the lead.
func lead(r Rung) bool { return slices.Contains(r.To, Lead) }

// Looking each day or after any gap tells each rung at most once, and a gap
// ends in one word for the deadline.
func TestDueAfterGaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		assigned := date("2026-01-05")
		due := assigned.AddDate(0, 0, rapid.IntRange(10, 90).Draw(r, "term"))
		f := TaskFacts{Status: InProgress, Deadline: &due, DeadlineVersion: 1, DeadlineSetOn: assigned, AssignedOn: assigned, LastHeardOn: assigned}
		told := map[string]int{}
		for look := assigned; look.Before(due.AddDate(0, 0, 20)); {
			next := look.AddDate(0, 0, rapid.IntRange(1, 6).Draw(r, "gap"))
			perAnchor := map[Anchor]int{}
			for _, s := range Due(f, Mornings{}, look, next, lead) {
				told[s.Rule+s.Occasion]++
				perAnchor[s.Anchor]++
			}
			if perAnchor[FromDeadline] > 1 && next.Equal(look.AddDate(0, 0, 1)) == false {
				days := map[string]bool{}
				for _, s := range Due(f, Mornings{}, look, next, lead) {
					days[s.Day.Format(time.DateOnly)] = true
				}
				if len(days) > 1 {
					r.Fatalf("a gap ends in %d words", perAnchor[FromDeadline])
				}
			}
			look = next
		}
		for key, n := range told {
			if n != 1 {
				r.Fatalf("%s told %d times", key, n)
			}
		}
		if told[fmt.Sprintf("late_1wd%d", f.DeadlineVersion)] != 1 {
			r.Fatal("nobody was told that it is late")
		}
	})
}

func TestStillRight(t *testing.T) {
	t.Parallel()
	due := date("2026-03-27")
	heard := date("2026-02-01")
	open := TaskFacts{Status: InProgress, Deadline: &due, DeadlineVersion: 2, LastHeardOn: heard}
	done, cleared := open, open
	done.Status, cleared.Deadline = Accepted, nil
	for _, c := range []struct {
		name, rule, occasion string
		facts                TaskFacts
		reason               string
	}{
		{"as it was", "due_0", "d2", open, ""},
		{"deadline moved", "due_0", "d1", open, SkippedMoved},
		{"deadline cleared", "due_0", "d2", cleared, SkippedMoved},
		{"accepted", "due_0", "d2", done, SkippedDone},
		{"still silent", "silent", "s2026-02-01+30", open, ""},
		{"heard meanwhile", "silent", "s2026-01-01+30", open, SkippedHeard},
		{"assigned", "assigned", "v1", open, ""},
		{"assigned and taken back", "assigned", "v1", TaskFacts{Status: Draft}, SkippedDone},
		{"by hand on a closed task", "by_hand", "x", done, SkippedDone},
	} {
		if ok, reason := StillRight(c.rule, c.occasion, c.facts); ok != (c.reason == "") || reason != c.reason {
			t.Errorf("%s: %t %q, want %q", c.name, ok, reason, c.reason)
		}
	}
}

// Kazakhstan moved to one zone, UTC+5, on 2024-03-01 (government decree 1059
// of 2023).
func TestAlmatysClock(t *testing.T) {
	t.Parallel()
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	for moment, want := range map[string]string{"2024-02-29T17:59:00Z": "2024-02-29", "2024-02-29T18:00:00Z": "2024-02-29", "2024-02-29T19:00:00Z": "2024-03-01", "2026-01-01T18:59:00Z": "2026-01-01", "2026-01-01T19:00:00Z": "2026-01-02"} {
		m, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := Today(m, almaty).Format(time.DateOnly); got != want {
			t.Errorf("%s is %s in Almaty, want %s", moment, got, want)
		}
	}
}
