package handlers

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// defaultZone is where most people of the register are: Tashkent, which shares
// its time with Almaty since 2024-03-01.
var defaultZone = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Asia/Tashkent")
	if err != nil {
		return time.UTC
	}
	return zone
})

// names are the agencies' names in one language.
type names struct {
	all  map[int64]*db.Agency
	lang string
	say  *i18n.Printer

	reader rules.Actor      // of a list as a file
	emails map[int64]string // of focal points, in lists as files only
	above  map[int64]int    // numbers of main tasks, there as well
}

// names returns the agencies' names in the request's language.
func (a *App) names(c echo.Context) (names, error) {
	all, err := a.Store.Directory(c.Request().Context(), a.Now())
	return names{all: all, lang: string(seen(c).lang), say: say(c)}, err
}

// of returns an agency's name, "" for none.
func (n names) of(id int64) string {
	if agency, ok := n.all[id]; ok {
		return agency.Name(n.lang)
	}
	return ""
}

// side returns an agency's side for its badge.
func (n names) side(id int64) templates.Side {
	if agency, ok := n.all[id]; ok {
		return sideView(n.say, agency.Side)
	}
	return templates.Side{}
}

func sideView(p *i18n.Printer, code string) templates.Side {
	shown := code
	if code == string(rules.Joint) {
		shown = "UZ KZ"
	}
	return templates.Side{Code: shown, Name: p.T("side." + code)}
}

func sideViews(p *i18n.Printer, codes []string) []templates.Side {
	var sides []templates.Side
	for _, code := range codes {
		sides = append(sides, sideView(p, code))
	}
	return sides
}

// zone is the asker's: his first agency's, else the default one.
func (a *App) zone(c echo.Context) *time.Location {
	v := seen(c)
	if len(v.me.Members) == 0 {
		return defaultZone()
	}
	n, err := a.names(c)
	if err != nil {
		return defaultZone()
	}
	if agency, ok := n.all[v.me.Members[0].AgencyID]; ok {
		if zone, err := agency.Zone(); err == nil {
			return zone
		}
	}
	return defaultZone()
}

// moment writes a moment in the asker's zone.
func (a *App) moment(c echo.Context, t time.Time) string {
	return say(c).Moment(t, a.zone(c), a.today(c))
}

// day writes a date, without its year where that is this one.
func (a *App) day(c echo.Context, d *time.Time) templates.Day {
	if d == nil {
		return templates.Day{Text: say(c).T("due.none")}
	}
	return templates.Day{ISO: d.Format(time.DateOnly), Text: say(c).ShortDate(*d, a.today(c))}
}

// dayOf writes the asker's date of a moment.
func (a *App) dayOf(c echo.Context, t *time.Time) templates.Day {
	if t == nil {
		return templates.Day{}
	}
	d := rules.Today(*t, a.zone(c))
	return a.day(c, &d)
}

// shapes are the status shapes by the sign of a task.
var shapes = map[rules.Mark]string{
	rules.MarkLate: "late", rules.MarkSoon: "soon", "draft": "new", "assigned": "new", "in_progress": "go",
	"submitted": "sent", "returned": "back", "accepted": "done", "cancelled": "stop",
}

// status is a task's sign in words: how late, due in how many days, or where it
// stands.
func (a *App) status(c echo.Context, t *db.Task) templates.Status { return a.statusIn(say(c), t) }

// statusIn is a task's sign in the words of a language.
func (a *App) statusIn(p *i18n.Printer, t *db.Task) templates.Status {
	mark := t.Mark(a.Now())
	s := templates.Status{Key: shapes[mark], Word: p.T("status." + string(mark))}
	if t.Deadline == nil || mark != rules.MarkLate && mark != rules.MarkSoon {
		return s
	}
	zone, err := t.Zone()
	if err != nil {
		return s
	}
	late := rules.DaysLate(*t.Deadline, rules.Today(a.Now(), zone))
	switch {
	case late > 0:
		s.Word = p.N("due.late", late)
	case late == 0:
		s.Word = p.T("due.today")
	default:
		s.Word = p.N("due.in", -late)
	}
	return s
}

// words shows a passage within its own sentence or line.
func passageWords(c echo.Context, w *db.Passage) *templates.Words {
	if w == nil {
		return nil
	}
	before, after := w.Before, w.After
	if i := strings.LastIndex(before, "\n"); i >= 0 {
		before = before[i+1:]
	}
	if i := strings.Index(after, "\n"); i >= 0 {
		after = after[:i]
	}
	before, after = ownSentence(before, w.Words, after)
	return &templates.Words{
		Before: before, Words: w.Words, After: after, Lang: w.Language,
		Href:   fmt.Sprintf("/documents/%d?from=%d&to=%d#passage", w.DocumentID, w.Starts, w.Ends),
		Source: say(c).T("document.kind."+w.DocumentKind) + ": " + w.DocumentTitle,
	}
}

// choices makes a list to choose from out of words with text keys.
func choices[T ~string](p *i18n.Printer, prefix string, values []T, chosen ...string) []templates.Choice {
	var list []templates.Choice
	for _, v := range values {
		choice := templates.Choice{Value: string(v), Label: p.T(prefix + string(v))}
		for _, w := range chosen {
			choice.Chosen = choice.Chosen || w == string(v)
		}
		list = append(list, choice)
	}
	return list
}

// agencyChoices lists the agencies that are not retired, by name; keep limits
// them to some.
func (a *App) agencyChoices(c echo.Context, keep func(*db.Agency) bool, chosen ...int64) ([]templates.Choice, error) {
	n, err := a.names(c)
	if err != nil {
		return nil, err
	}
	var list []templates.Choice
	for id, agency := range n.all {
		is := false
		for _, w := range chosen {
			is = is || w == id
		}
		if is || agency.RetiredAt == nil && keep(agency) {
			list = append(list, templates.Choice{Value: fmt.Sprint(id), Label: n.side(id).Code + " · " + agency.Name(n.lang), Chosen: is})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Label < list[j].Label })
	return list, nil
}

// history writes the lines of a thing's history in words.
func (a *App) history(c echo.Context, lines []db.HistoryLine) []templates.Line {
	n, _ := a.names(c)
	p := say(c)
	var out []templates.Line
	for _, h := range lines {
		line := templates.Line{When: a.moment(c, h.At), Who: h.PersonName, What: p.T("act." + h.Act), Note: h.Note, Undone: h.Undone}
		if h.Act == string(rules.ActUndo) {
			line.Note = p.T("act." + h.Note)
		}
		var changes map[string][2]any
		if json.Unmarshal(h.Changes, &changes) == nil {
			line.Details = changeWords(n, changes)
		}
		out = append(out, line)
	}
	return out
}

// changeWords writes what a change changed: field, from, to.
func changeWords(n names, changes map[string][2]any) []string {
	var details []string
	for field, values := range changes {
		label := n.say.T("history." + field)
		from, to := valueWord(n, field, values[0]), valueWord(n, field, values[1])
		if !n.say.Has("history."+field) || from == to {
			continue
		}
		if from == "" {
			details = append(details, label+": "+to)
		} else {
			details = append(details, label+": "+from+" → "+to)
		}
	}
	sort.Strings(details)
	return details
}

// wordsOf names the texts for fields whose values come from a fixed list.
var wordsOf = map[string]string{
	"status": "status.", "signal": "signal.", "level": "level.", "strength": "strength.",
	"cancel_ground": "ground.", "result": "result.", "lineage": "lineage.", "period": "period.", "side": "side.", "country": "side.", "visibility": "visibility.", "ladder": "ladder.", "decision": "decide.", "step": "rule.", "event": "event.kind.", "value_of": "indicator.period.",
}

func valueWord(n names, field string, v any) string {
	switch value := v.(type) {
	case nil:
		return ""
	case float64:
		if field == "lead" || field == "co_executor" {
			return n.of(int64(value))
		}
		return fmt.Sprint(int64(value))
	case bool:
		return n.say.T(fmt.Sprintf("history.%t", value))
	case []any:
		var parts []string
		for _, part := range value {
			parts = append(parts, valueWord(n, strings.TrimSuffix(field, "s"), part))
		}
		return strings.Join(parts, "; ")
	}
	word := fmt.Sprint(v)
	if prefix, named := wordsOf[field]; named && n.say.Has(prefix+word) {
		return n.say.T(prefix + word)
	}
	if d, err := time.Parse(time.DateOnly, word); err == nil {
		return n.say.Date(d)
	}
	return word
}
