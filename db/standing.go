package db

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"amal/rules"
)

// dueState is what statistics take from a task as it stands or stood, or from a
// closed cycle of a periodic one; cycle.state keeps it.
type dueState struct {
	LeadID      int64
	CoExecutors []int64
	Sides       string `json:"-"` // as sidesWord writes them
	TaskState
}

// dueState is the task's own.
func (t *Task) dueState() dueState {
	return dueState{LeadID: deref(t.LeadID), CoExecutors: t.CoExecutors, Sides: sidesWord(t.Sides), TaskState: t.TaskState}
}

// sidesWord writes the sides of a directive in the order of rules.Sides.
func sidesWord(sides []string) string {
	var words []string
	for _, side := range rules.Sides {
		if slices.Contains(sides, string(side)) {
			words = append(words, string(side))
		}
	}
	return strings.Join(words, ",")
}

// sidesWords are all words of sidesWord that hold one of the sides.
func sidesWords(sides []rules.Side) []string {
	words := []string{}
	for set := 1; set < 1<<len(rules.Sides); set++ {
		var members []string
		shared := false
		for i, side := range rules.Sides {
			if set&(1<<i) != 0 {
				members = append(members, string(side))
				shared = shared || slices.Contains(sides, side)
			}
		}
		if shared {
			words = append(words, strings.Join(members, ","))
		}
	}
	return words
}

// The kinds of due_count. Rows of asOrigin are what those of asLead lack, and
// have too much, by original deadlines: most tasks need none.
const (
	asLead   = "lead"
	asOrigin = "origin"
	asShared = "shared"
)

// dueKey is a row of due_count of the grain 'day'. overdueAt is in seconds of
// Unix time.
type dueKey struct {
	kind      string
	starts    time.Time
	agencyID  int64
	sides     string
	overdueAt int64
}

// delayKey is a row of delay_count of the grain 'day', doneKey one of done_count.
type (
	delayKey struct {
		agencyID int64
		starts   time.Time
		sides    string
		days     int
	}
	doneKey struct {
		week    time.Time
		dueYear int // 0: no deadline
		sides   string
	}
)

// standing is where tasks stand in the statistics, by day; or a change of it.
type standing struct {
	due    map[dueKey]rules.Figures
	delays map[delayKey]int
	done   map[doneKey]int
}

func newStanding() *standing {
	return &standing{map[dueKey]rules.Figures{}, map[delayKey]int{}, map[doneKey]int{}}
}

// add counts a task n times: 1 for as it stands, -1 for as it stood.
func (st *standing) add(d dueState, n int) {
	if d.Status == rules.Accepted && d.SubmittedAt != nil {
		key := doneKey{week: rules.WeekOf(*d.SubmittedAt), sides: d.Sides}
		if d.Deadline != nil {
			key.dueYear = d.Deadline.Year()
		}
		st.done[key] += n
	}
	if d.Deadline == nil || d.OverdueAt == nil || d.LeadID == 0 {
		return
	}
	st.count(asLead, d, d.LeadID, *d.Deadline, *d.OverdueAt, n)
	for _, id := range d.CoExecutors {
		st.count(asShared, d, id, *d.Deadline, *d.OverdueAt, n)
	}
	if origin := d.OriginalDeadline; origin != nil && !origin.Equal(*d.Deadline) {
		// It passed as many days earlier, at the same hour.
		st.count(asOrigin, d, d.LeadID, *origin, d.OverdueAt.Add(origin.Sub(*d.Deadline)), n)
		st.count(asOrigin, d, d.LeadID, *d.Deadline, *d.OverdueAt, -n)
	}
	late := d.Status == rules.Accepted && d.SubmittedAt != nil && !d.SubmittedAt.Before(*d.OverdueAt)
	if late && d.Delay > 0 {
		for _, id := range []int64{0, d.LeadID} {
			st.delays[delayKey{id, rules.Date(*d.Deadline), d.Sides, rules.DelayStep(d.Delay)}] += n
		}
	}
}

func (st *standing) count(kind string, d dueState, agencyID int64, day, overdueAt time.Time, n int) {
	one := rules.DueTask{Status: d.Status, SubmittedAt: d.SubmittedAt, DecidedAt: d.DecidedAt, Moves: d.Moves, Submissions: d.Submissions, Returns: d.Returns}
	if d.Period != rules.Once { // they are not counted anew with each cycle
		one.Submissions, one.Returns = 0, 0
	}
	f := rules.CountDue(one, overdueAt)
	if f == (rules.Figures{}) {
		return
	}
	key := dueKey{kind, rules.Date(day), agencyID, d.Sides, overdueAt.Unix()}
	st.due[key] = st.due[key].Plus(f, n)
}

// addCycle counts a closed cycle of a task n times, by the state it closed in.
func (st *standing) addCycle(state json.RawMessage, sides string, n int) error {
	if len(state) == 0 || string(state) == "null" {
		return nil
	}
	d := dueState{Sides: sides}
	if err := json.Unmarshal(state, &d); err != nil {
		return err
	}
	st.add(d, n)
	return nil
}

// dueRow is a row of due_count to write; those of months have no overdueAt.
type dueRow struct {
	grain string
	dueKey
	figures rules.Figures
}

// rows are what changes in due_count, in one order, so that writers don't
// deadlock.
func (st *standing) rows() []dueRow {
	months := map[dueKey]rules.Figures{}
	rows := make([]dueRow, 0, 2*len(st.due))
	for key, f := range st.due {
		if f == (rules.Figures{}) {
			continue
		}
		rows = append(rows, dueRow{"day", key, f})
		key.starts, key.overdueAt = rules.MonthOf(key.starts), 0
		months[key] = months[key].Plus(f, 1)
	}
	for key, f := range months {
		if f != (rules.Figures{}) {
			rows = append(rows, dueRow{"month", key, f})
		}
	}
	slices.SortFunc(rows, func(a, b dueRow) int {
		return cmp.Or(cmp.Compare(a.grain, b.grain), cmp.Compare(a.kind, b.kind), a.starts.Compare(b.starts),
			cmp.Compare(a.agencyID, b.agencyID), cmp.Compare(a.sides, b.sides), cmp.Compare(a.overdueAt, b.overdueAt))
	})
	return rows
}

// delayRows are what changes in delay_count, by grain and key, in one order.
func (st *standing) delayRows() []delayRow {
	sums := map[delayRow]int{}
	for key, n := range st.delays {
		sums[delayRow{grain: "day", delayKey: key}] += n
		key.starts = rules.MonthOf(key.starts)
		sums[delayRow{grain: "month", delayKey: key}] += n
	}
	rows := make([]delayRow, 0, len(sums))
	for row, n := range sums {
		if row.n = n; n != 0 {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b delayRow) int {
		return cmp.Or(cmp.Compare(a.grain, b.grain), cmp.Compare(a.agencyID, b.agencyID), a.starts.Compare(b.starts),
			cmp.Compare(a.sides, b.sides), cmp.Compare(a.days, b.days))
	})
	return rows
}

type delayRow struct {
	grain string
	delayKey
	n int
}

// doneKeys are the rows of done_count that change, in one order.
func (st *standing) doneKeys() []doneKey {
	return slices.SortedFunc(maps.Keys(st.done), func(a, b doneKey) int {
		return cmp.Or(a.week.Compare(b.week), cmp.Compare(a.dueYear, b.dueYear), cmp.Compare(a.sides, b.sides))
	})
}
