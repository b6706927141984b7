package jobs

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// letterList is a periodic list in a mail.
type letterList struct {
	Title, Why   string
	Sections     []letterSection
	Href, Button string // where the whole of it stands
}

// letterSection is a part of a list: the first of its tasks, and where the
// others are.
type letterSection struct {
	Title      string
	Total      int // of which Rows are the first
	Rows       []letterRow
	More, Href string
}

// within is the list with so many rows in each part, and a line that says how
// many more there are; without rows it is told as briefly as it can be.
func (l letterList) within(p *i18n.Printer, rows int) letterList {
	if rows == 0 {
		l.Why, l.Button = "", ""
		if l.Href != "" {
			l.Sections = nil
		}
	}
	l.Sections = slices.Clone(l.Sections)
	for i := range l.Sections {
		s := &l.Sections[i]
		s.Rows = s.Rows[:min(len(s.Rows), rows)]
		if rest := s.Total - len(s.Rows); rest > 0 && len(s.Rows) > 0 {
			s.More = p.N("mail.list.more", rest)
		}
	}
	return l
}

// letterRow is a task in a list, on two lines.
type letterRow struct {
	Ref, Title, Href, Agency, Due, Delay string
	Urgent                               bool
}

// listPages are where the parts of lists stand in full.
var listPages = map[string]string{"late": "/overdue", "week": "/reports/due", "decide": "/review", "ahead": "/tasks", "still_late": "/tasks"}

// lists are the periodic lists of a letter in words.
func (j *Jobs) lists(p *i18n.Printer, l *db.Letter, agencies map[int64]*db.Agency, now time.Time) []letterList {
	lists := make([]letterList, 0, len(l.Lists))
	for i := range l.Lists {
		list := &l.Lists[i]
		v := letterList{Title: listTitle(p, list), Why: p.T("rule." + list.Rule + ".why")}
		if list.Event != nil {
			v.Href, v.Button = j.link(fmt.Sprintf("/events/%d/pack", list.Event.ID)), p.T("mail.list.event_pack")
		}
		if list.Table != nil {
			v.Sections = append(v.Sections, agencySection(p, list.Table, agencies))
			v.Href, v.Button = j.link("/stocktake"), p.T("mail.list.stocktake")
		}
		for _, s := range list.Sections {
			v.Sections = append(v.Sections, j.section(p, s, cmp.Or(l.To.Zone(), time.UTC), agencies, now))
		}
		lists = append(lists, v)
	}
	return lists
}

// listTitle names a list, a pack by its event and date.
func listTitle(p *i18n.Printer, list *db.LetterList) string {
	if e := list.Event; e != nil {
		return p.T("mail.list.event", "Title", short(e.Title), "Date", p.LongDate(*e.StartsOn))
	}
	return p.T("rule." + list.Rule)
}

func (j *Jobs) section(p *i18n.Printer, s db.ListSection, zone *time.Location, agencies map[int64]*db.Agency, now time.Time) letterSection {
	v := letterSection{Title: p.N("mail.list."+s.Key, s.Total, "All", counted(p, s)), Total: s.Total}
	if page := listPages[s.Key]; page != "" {
		v.Href = j.link(page)
	}
	if s.Key == "week" { // counts what its page shows, also what the mail tells of by itself
		v.Title = p.N("mail.list.week", s.Total+s.Told)
		v.Href += "?until=" + rules.WeekUntil(rules.Today(now, zone)).Format(time.DateOnly)
	}
	for i := range s.Tasks {
		t := &s.Tasks[i]
		row := letterRow{Ref: t.Ref(), Title: short(t.Title), Href: j.link(fmt.Sprintf("/tasks/%d", t.ID)), Urgent: t.Overdue(now)}
		if t.Official {
			row.Title = p.T("official.title")
		}
		if t.LeadID != nil && agencies[*t.LeadID] != nil {
			row.Agency = agencies[*t.LeadID].Name(string(p.Lang()))
		}
		if t.Deadline != nil {
			row.Due, row.Delay = p.LongDate(*t.Deadline), delay(p, rules.DaysLate(*t.Deadline, rules.Today(now, zone)))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// counted writes how many a section tells of, with a plus where there are more.
func counted(p *i18n.Printer, s db.ListSection) string {
	if s.More {
		return p.Number(s.Total) + "+"
	}
	return p.Number(s.Total)
}

// agenciesShown is how many agencies the table of a mail shows.
const agenciesShown = 15

// agencySection is the agencies' table: on time of those due, overdue, and what
// changed in a month.
func agencySection(p *i18n.Printer, t *db.AgencyTable, agencies map[int64]*db.Agency) letterSection {
	v := letterSection{Title: figuresLine(p, &t.Total), Total: len(t.Rows)}
	for i := range t.Rows[:min(len(t.Rows), agenciesShown)] {
		row := letterRow{Due: figuresLine(p, &t.Rows[i]), Delay: changeSince(p, &t.Rows[i])}
		if agency := agencies[t.Rows[i].AgencyID]; agency != nil {
			row.Title = agency.Name(string(p.Lang()))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// figuresLine says how many of the tasks due were done on time, and how many
// are overdue.
func figuresLine(p *i18n.Printer, f *db.AgencyFigures) string {
	d := f.Lead.Discipline()
	return p.N("mail.list.month", f.Lead.Overdue(), "Part", d.Part, "Of", d.Of)
}

// changeSince says how the overdue tasks changed in a month, "" where they did
// not or nothing is known.
func changeSince(p *i18n.Printer, f *db.AgencyFigures) string {
	if f.Before == nil {
		return ""
	}
	switch change := f.Lead.Overdue() - f.Before.Overdue(); {
	case change > 0:
		return p.N("mail.list.month.more", change)
	case change < 0:
		return p.N("mail.list.month.fewer", -change)
	}
	return ""
}

// listCount is how many tasks a letter's lists tell of.
func listCount(l *db.Letter) int {
	n := 0
	for _, list := range l.Lists {
		for _, s := range list.Sections {
			n += s.Total
		}
	}
	return n
}

// lateListed is how many overdue tasks a letter's lists tell of.
func lateListed(l *db.Letter) int {
	n := 0
	for _, list := range l.Lists {
		for _, s := range list.Sections {
			if s.Key == "late" || s.Key == "still_late" {
				n += s.Total
			}
		}
	}
	return n
}
