package handlers

import (
	"cmp"
	"slices"

	"amal/db"
	"amal/rules"
)

// sortedAgencies are the rows of the table in an order; those of co-executors by
// name where they don't have the column.
func (a *App) sortedAgencies(n names, t *db.AgencyTable, ranked bool, by db.Sort) (leads, shared []agencyLine) {
	leads, shared = a.agencyLines(n, t, ranked)
	sortAgencies(leads, by)
	if slices.Contains(sharedColumns, by.By) {
		sortAgencies(shared, by)
	}
	return leads, shared
}

func sortAgencies(list []agencyLine, by db.Sort) {
	slices.SortFunc(list, func(a, b agencyLine) int {
		if by.Desc {
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(a.figure(by.By), b.figure(by.By)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// figure is what a column sorts a row by; what has none comes below all others.
func (l *agencyLine) figure(column string) int {
	switch column {
	case "discipline":
		return shareOrNone(l.D)
	case "discipline0":
		return shareOrNone(l.D0)
	case "extended":
		return shareOrNone(l.Extended)
	case "back":
		return shareOrNone(l.Back)
	case "delay":
		return orNone(l.Delay)
	case "change":
		return orNone(l.Change)
	case "late_change":
		return orNone(l.LateChange)
	}
	return map[string]int{"rank": unranked(l.Rank), "late": l.Late, "overdue": l.Overdue, "waiting": l.Waiting}[column]
}

const none = -1 << 30

func shareOrNone(s rules.Share) int {
	if n, ok := s.Percent(); ok {
		return n
	}
	return none
}

func orNone(n *int) int {
	if n == nil {
		return none
	}
	return *n
}
