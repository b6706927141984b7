package handlers

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
)

// meetingTitles reads the titles of the meetings that the list speaks of.
func (a *App) meetingTitles(c echo.Context, me rules.Actor, rows []db.ListedTask, f lateQuery) (map[int64]string, error) {
	var ids []int64
	if f.group == db.ByMeeting {
		for i := range rows {
			ids = append(ids, rows[i].MeetingID)
		}
	}
	titles, err := a.Store.MeetingTitles(c.Request().Context(), me, append(ids, f.MeetingID))
	if err == nil && f.MeetingID != 0 && titles[f.MeetingID] == "" {
		err = db.ErrNotFound
	}
	return titles, err
}

// groupLate puts the rows into their groups, the group with the most urgent row
// first, each with the number of all its tasks in the list.
func (a *App) groupLate(c echo.Context, me rules.Actor, v *overdueView, rows []db.ListedTask, f lateQuery, titles map[int64]string, form *bulkForm) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	picked := form.versions()
	at, longest, keys := map[string]int{}, 1, []string{}
	for i := range rows {
		row := a.lateRow(c, n, me, &rows[i])
		_, row.Picked = picked[row.ID]
		row.ShowLead = f.group != db.ByAgency
		longest = max(longest, row.Late)
		key := rows[i].KeyIn(f.group)
		if _, ok := at[key]; !ok {
			at[key] = len(v.Groups)
			keys = append(keys, key)
			v.Groups = append(v.Groups, headOf(c, n, &rows[i], f.group, key, titles))
		}
		g := &v.Groups[at[key]]
		g.Tasks = append(g.Tasks, row)
	}
	counts, err := a.Store.OverdueGroups(c.Request().Context(), me, f.OverdueFilter, f.group, keys, a.Now())
	if err != nil {
		return err
	}
	p := say(c)
	for i := range v.Groups {
		g := &v.Groups[i]
		worst := 0
		for j := range g.Tasks {
			worst = max(worst, g.Tasks[j].Late)
			g.Tasks[j].Bar = fmt.Sprintf("%d%%", max(4, g.Tasks[j].Late*100/longest))
		}
		all := counts[g.Key]
		g.About = p.N("overdue.group", len(g.Tasks), "Longest", p.N("due.days", worst))
		if all.N > len(g.Tasks) {
			g.About = p.N("overdue.group_all", all.N, "All", countWord(p, all), "Here", p.Number(len(g.Tasks)), "Longest", p.N("due.days", worst))
		}
	}
	return nil
}

// lateRow is a late task as the list shows it.
func (a *App) lateRow(c echo.Context, n names, me rules.Actor, t *db.ListedTask) lateRow {
	p := say(c)
	row := lateRow{taskRow: a.listedRow(c, n, me, t)}
	row.Delay = p.N("due.days", row.Late)
	if level := rules.Raised(t.Raised); level > 0 {
		row.Raised = p.T(fmt.Sprintf("overdue.raised.%d", level))
	}
	if rules.SightOf(me, t.Scope()) == rules.SeesAll {
		if row.Untold = !t.Explained(); !row.Untold {
			row.Reason, row.Plan = t.LateReason, t.LatePlan
		}
	}
	return row
}

// headOf is the head of the group that a task belongs to; its name leads to the
// group alone.
func headOf(c echo.Context, n names, t *db.ListedTask, by db.Grouping, key string, titles map[int64]string) lateGroup {
	g := lateGroup{Key: key, Href: withQuery(c, string(by), key)}
	switch by {
	case db.BySide:
		g.Side = sideView(n.say, key)
		g.Name = g.Side.Name
		if key == string(rules.Joint) { // no filter has it
			g.Href = ""
		}
	case db.ByDirective:
		g.Name = t.DirectiveTitle
	case db.ByMeeting:
		g.Name = titles[t.MeetingID]
	default:
		g.Name, g.Side = n.of(deref(t.LeadID)), n.side(deref(t.LeadID))
	}
	return g
}

// chips name the filters that no field of the form shows.
func (a *App) chips(c echo.Context, n names, v *overdueView, rows []db.ListedTask, f lateQuery, titles map[int64]string) {
	if name := n.of(f.AgencyID); name != "" {
		v.Chips = append(v.Chips, chip{name, withQuery(c, "agency", "")})
	}
	if f.MeetingID != 0 {
		v.Chips = append(v.Chips, chip{titles[f.MeetingID], withQuery(c, "meeting", "")})
	}
	if f.DirectiveID != 0 && len(rows) > 0 {
		v.Chips = append(v.Chips, chip{rows[0].DirectiveTitle, withQuery(c, "directive", "")})
	}
}
