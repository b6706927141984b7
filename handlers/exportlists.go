package handlers

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
)

// filterNote says by what a list is filtered; "" where by nothing.
func filterNote(c echo.Context, key, value string) string {
	if value == "" {
		return ""
	}
	p := say(c)
	return p.T("export.filter", "Name", p.T(key), "Value", value)
}

// agenciesGrid is the directory as a file, in the form that an import takes.
func (a *App) agenciesGrid(c echo.Context, _ rules.Actor) (files.Grid, error) {
	p, ask := say(c), agencyList.asked(c)
	n, err := a.names(c)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, "agencies", p.T("nav.agencies"), filterNote(c, "action.find", c.QueryParam("find")))
	for _, column := range agencyColumns {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T("column." + column.key), Width: column.width})
	}
	grid.Rows = rowsOf(foundAgencies(c, n, ask.Sort), func(row **db.Agency) []any {
		g := *row
		parent := ""
		if g.ParentID != nil && n.all[*g.ParentID] != nil {
			parent = n.all[*g.ParentID].Code
		}
		return []any{g.Code, p.T("side." + g.Side), p.T("agency.kind." + g.Kind), parent, g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe,
			g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk, strings.Join(g.Aliases, " | "), g.Email, g.Locale, g.TimeZone}
	})
	return ask.file(grid, "", "side", "kind", "", "", "", "", "", "", "", "", "", "", "", "mailbox"), nil
}

// agencyColumns are the columns of the directory as a file.
var agencyColumns = []struct {
	key   string
	width float64
}{{"code", 16}, {"side", 12}, {"kind", 14}, {"parent", 14}, {"name_en", 32}, {"name_ru", 32}, {"name_uz", 32}, {"name_kk", 32}, {"name_de", 32},
	{"short_en", 14}, {"short_ru", 14}, {"short_uz", 14}, {"short_kk", 14}, {"aliases", 24}, {"email", 24}, {"locale", 8}, {"time_zone", 16}}

// peopleGrid lists everybody with his roles.
func (a *App) peopleGrid(c echo.Context, _ rules.Actor) (files.Grid, error) {
	p, find, ask := say(c), c.QueryParam("find"), peopleList.asked(c)
	n, err := a.names(c)
	if err != nil {
		return files.Grid{}, err
	}
	grid := a.grid(c, "people", p.T("nav.people"), filterNote(c, "action.find", find))
	grid.Columns = []files.Column{{Title: p.T("field.name"), Width: 30}, {Title: p.T("column.email"), Width: 30}, {Title: p.T("account.roles"), Width: 50},
		{Title: p.T("column.locale"), Width: 8}, {Title: p.T("person.seen"), Width: 16, Kind: files.Moment}, {Title: p.T("column.state"), Width: 18}}
	grid.Rows = eachSorted(c.Request().Context(), a.Store, ask.Sort, func(s *db.Store, by db.Sort) ([]db.ListedPerson, error) {
		return s.People(c.Request().Context(), find, by)
	}, func(person *db.ListedPerson) []any {
		var roles, state []string
		locale := ""
		if person.Locale != nil {
			locale = *person.Locale
		}
		for _, m := range person.Members {
			roles = append(roles, p.T("role."+m.Role)+", "+n.of(m.AgencyID))
		}
		if person.DisabledAt != nil {
			state = append(state, p.T("person.disabled"))
		}
		if person.EmailRefusedAt != nil {
			state = append(state, p.T("address.refused"))
		}
		return []any{person.Name, person.Email, strings.Join(roles, "\n"), locale, momentCell(person.VisitedAt), strings.Join(state, ", ")}
	})
	return ask.file(grid, "", "email", "roles", "locale", "seen", "state"), nil
}

// meetingsGrid lists the meetings with what came of them.
func (a *App) meetingsGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p, now := say(c), a.Now()
	grid := a.grid(c, "meetings", p.T("nav.meetings"))
	grid.Columns = []files.Column{{Title: p.T("field.held_on"), Width: 12, Kind: files.Date}, {Title: p.T("meeting.one"), Width: 60}, {Title: p.T("field.place"), Width: 18},
		{Title: p.T("field.level"), Width: 20}, {Title: p.T("field.sides"), Width: 22}, {Title: p.T("meeting.directives"), Width: 10, Kind: files.Number},
		{Title: p.T("meeting.tasks"), Width: 10, Kind: files.Number}, {Title: p.T("column.done"), Width: 10, Kind: files.Number}, {Title: p.T("column.overdue"), Width: 10, Kind: files.Number}}
	ask := meetingList.asked(c)
	grid.Rows = eachSorted(c.Request().Context(), a.Store, ask.Sort, func(s *db.Store, by db.Sort) ([]db.ListedMeeting, error) {
		return s.Meetings(c.Request().Context(), me, by, now)
	}, func(m *db.ListedMeeting) []any {
		return []any{m.HeldOn, files.Link{Text: m.Title, Href: a.addressOf(fmt.Sprintf("/meetings/%d", m.ID))}, m.Place, p.T("level." + m.Level), sideWords(p, m.Sides),
			m.Directives, m.Tasks, m.Done, m.Overdue}
	})
	return ask.file(grid, "held", "", "", "", "sides", "directives", "tasks", "state", "state"), nil
}

// sideWords names sides in a cell.
func sideWords(p *i18n.Printer, sides []string) string {
	var words []string
	for _, side := range sides {
		words = append(words, p.T("side."+side))
	}
	return strings.Join(words, ", ")
}

// chainGrid is a directive's slip chain: each statement of the commitment with
// its date, and by how many days that moved.
func (a *App) chainGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	id, err := id(c, "id")
	if err != nil {
		return files.Grid{}, err
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, id)
	if err != nil {
		return files.Grid{}, err
	}
	p := say(c)
	_, sum := a.statements(c, d)
	grid := a.grid(c, fmt.Sprintf("statements-%d", d.ID), p.T("chain.heading")+": "+d.Title, sum)
	if d.Official {
		grid.Notes = append(grid.Notes, p.T("column.official"))
	}
	grid.Columns = []files.Column{{Title: p.T("chain.said"), Width: 12, Kind: files.Date}, {Title: p.T("field.place"), Width: 16}, {Title: p.T("column.number"), Width: 10},
		{Title: p.T("directive.one"), Width: 40}, {Title: p.T("field.words"), Width: 60}, {Title: p.T("field.deadline"), Width: 12, Kind: files.Date},
		{Title: p.T("field.deadline_wording"), Width: 22}, {Title: p.T("column.moved_days"), Width: 10, Kind: files.Number}}
	var before *time.Time
	grid.Rows = rowsOf(d.Chain, func(s *db.Statement) []any {
		row := []any{s.HeldOn, s.MeetingPlace, files.Link{Text: s.Ref(), Href: a.addressOf(fmt.Sprintf("/directives/%d", s.ID))}, s.Title, s.Words, dayCell(s.Deadline), s.DeadlineWording, nil}
		if s.Deadline != nil {
			if before != nil {
				row[7] = int(s.Deadline.Sub(*before).Hours() / 24) // both are dates
			}
			before = s.Deadline
		}
		return row
	})
	return grid, nil
}

// ledgerGrid is the ledger of reminders as a file, under the same filter.
func (a *App) ledgerGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p, f, ask := say(c), ledgerFilter(c), ledgerList.asked(c)
	n, err := a.names(c)
	if err != nil {
		return files.Grid{}, err
	}
	state := ""
	if f.State != "" {
		state = p.T("ledger.state." + f.State)
	}
	grid := a.grid(c, "reminders", p.T("nav.reminders"), filterNote(c, "field.status", state), filterNote(c, "agency.one", n.of(f.AgencyID)))
	grid.Columns = []files.Column{{Title: p.T("ledger.planned"), Width: 16, Kind: files.Moment}, {Title: p.T("ledger.why"), Width: 24}, {Title: p.T("column.number"), Width: 11},
		{Title: p.T("column.task"), Width: 40}, {Title: p.T("column.lead"), Width: 26}, {Title: p.T("ledger.to"), Width: 26}, {Title: p.T("column.email"), Width: 24},
		{Title: p.T("ledger.outcome"), Width: 14}, {Title: p.T("column.sent_at"), Width: 16, Kind: files.Moment}, {Title: p.T("column.answer"), Width: 30}, {Title: p.T("column.official"), Width: 11}}
	grid.Rows = eachSorted(c.Request().Context(), a.Store, ask.Sort, func(s *db.Store, by db.Sort) ([]db.LedgerLine, error) {
		f.Sort = by
		return s.Ledger(c.Request().Context(), me, f)
	}, func(l *db.LedgerLine) []any {
		row, task := a.ledgerRow(c, n, me, l), files.Link{}
		if l.TaskID != 0 {
			task = files.Link{Text: row.Ref, Href: a.addressOf(taskPath(l.TaskID))}
		}
		return []any{l.PlannedFor, row.Rule, task, row.Title, row.Lead, row.Who + ", " + row.Audience, row.Address,
			row.State.Word, momentCell(l.SentAt), orWord(row.Reason, row.Answer), officialCell(p, l.Official)}
	})
	return ask.file(grid, "planned", "", "task", "task", "lead", "to", "to", "outcome", "outcome", "outcome"), nil
}

// searchGrid is all that a question found, of one kind or of every.
func (a *App) searchGrid(c echo.Context, me rules.Actor) (files.Grid, error) {
	p, question, only := say(c), c.QueryParam("q"), c.QueryParam("kind")
	words := rules.SearchWords(question)
	grid := a.grid(c, "search", p.T("search.title")+": "+question)
	grid.Columns = []files.Column{{Title: p.T("field.kind"), Width: 14}, {Title: p.T("column.number"), Width: 12}, {Title: p.T("field.title"), Width: 70}, {Title: p.T("column.belongs"), Width: 60}, {Title: p.T("column.official"), Width: 11}}
	grid.Rows = func(yield func([]any, error) bool) {
		for _, kind := range db.SearchKinds {
			if only != "" && only != kind {
				continue
			}
			for row, err := range a.foundRows(c, me, kind, words) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
	return grid, nil
}

// foundRows are the rows of one kind.
func (a *App) foundRows(c echo.Context, me rules.Actor, kind string, words []string) iter.Seq2[[]any, error] {
	p := say(c)
	return eachPage(c.Request().Context(), a.Store, func(s *db.Store, last *db.Found) ([]db.Found, error) {
		before := int64(0)
		if last != nil {
			before = last.ID
		}
		return s.SearchOn(c.Request().Context(), me, kind, words, before)
	}, func(f *db.Found) []any {
		row := a.foundRow(c, kind, f)
		return []any{p.T("search." + kind), files.Link{Text: row.Ref, Href: a.addressOf(row.Href)}, row.Title, row.Beside, officialCell(p, f.Official)}
	})
}

func momentCell(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}
