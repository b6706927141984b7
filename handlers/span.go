package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// spanView is the form that chooses a period of deadlines and the day that the
// figures are of.
type spanView struct {
	Keep     []templates.Rest // of how the list below is shown
	Action   string
	Choices  []templates.Choice
	From, To string
	On       string
	Past     bool // it asks for an earlier day too
	Error    map[string]string
	Name     string // the period in words
}

// spanAsk is what somebody asked for.
type spanAsk struct {
	span rules.Span
	asOf time.Time
	view spanView
}

// askedSpan reads the period: a word, or two typed days, which come first; and
// the day. What is wrong becomes rules.Problems, with this year's beside it.
func (a *App) askedSpan(c echo.Context, past bool) (ask spanAsk, err error) {
	p, today := say(c), a.today(c)
	ask = spanAsk{span: rules.YearOf(today), asOf: a.Now()}
	ask.view = spanView{Action: c.Request().URL.Path, From: c.QueryParam("from"), To: c.QueryParam("to"), On: c.QueryParam("on"), Past: past, Error: map[string]string{}}
	var wrong rules.Problems
	word := c.QueryParam("period")
	if span, ok := rules.SpanOf(word); ok {
		ask.span = span
	} else if word != "" {
		wrong.Add("period", "form.error.choose")
	}
	if ask.view.From != "" || ask.view.To != "" {
		if span, days := typedSpan(ask.view.From, ask.view.To); days == nil {
			ask.span = span
		} else {
			wrong = append(wrong, days...)
		}
	}
	if past && ask.view.On != "" {
		day := pastDay(&wrong, "on", ask.view.On, today)
		if end := rules.At(day.AddDate(0, 0, 1), 0, 0, a.zone(c)).Add(-time.Second); !day.IsZero() && end.Before(ask.asOf) {
			ask.asOf = end
		}
	}
	ask.view.Choices, ask.view.Name = spanChoices(p, ask.span, today), spanName(p, ask.span)
	return ask, wrong.OrNil()
}

// typedSpan is the period of two typed days, or what is wrong with them.
func typedSpan(from, to string) (span rules.Span, wrong rules.Problems) {
	span = rules.Span{From: typedDay(&wrong, "from", from), To: typedDay(&wrong, "to", to)}
	if len(wrong) == 0 {
		errors.As(rules.CheckSpan(span), &wrong)
	}
	return span, wrong
}

func typedDay(p *rules.Problems, field, text string) time.Time {
	day, err := rules.ParseDate(text)
	if err != nil || day.IsZero() {
		p.Add(field, "form.error.not_a_date")
		return time.Time{}
	}
	return day
}

// pastDay is a typed day that is not to come.
func pastDay(p *rules.Problems, field, text string, today time.Time) time.Time {
	day := typedDay(p, field, text)
	if day.After(today) {
		p.Add(field, "changes.earlier_day")
	}
	return day
}

// spanName is a period in words.
func spanName(p *i18n.Printer, s rules.Span) string {
	word := s.Word()
	switch len(word) {
	case len("2026"):
		return p.T("span.year", "Year", word)
	case len("2026-09"):
		if word[5] == 'Q' {
			return p.T("span.quarter", "Quarter", word[6:], "Year", word[:4])
		}
		return p.Month(s.From)
	}
	return p.Date(s.From) + " – " + p.Date(s.To)
}

// spanChoices are this year and the last, their quarters and the last months;
// the chosen span first where it is none of them.
func spanChoices(p *i18n.Printer, chosen rules.Span, today time.Time) []templates.Choice {
	words := []string{strconv.Itoa(today.Year()), strconv.Itoa(today.Year() - 1)}
	for i := range 5 {
		month := rules.MonthOf(today).AddDate(0, -3*i, 0)
		words = append(words, fmt.Sprintf("%d-Q%d", month.Year(), (int(month.Month())+2)/3))
	}
	for i := range 13 {
		words = append(words, rules.MonthOf(today).AddDate(0, -i, 0).Format("2006-01"))
	}
	var list []templates.Choice
	found := false
	for _, word := range words {
		span, _ := rules.SpanOf(word)
		found = found || span == chosen
		list = append(list, templates.Choice{Value: word, Label: spanName(p, span), Chosen: span == chosen})
	}
	if !found {
		list = append([]templates.Choice{{Value: chosen.Word(), Label: spanName(p, chosen), Chosen: true}}, list...)
	}
	return list
}

// asOf says of which moment figures are, with its zone.
func (a *App) asOf(c echo.Context, at time.Time) string {
	p, zone := say(c), a.zone(c)
	return p.T("figures.as_of", "When", p.Date(at.In(zone))+", "+p.Clock(at, zone), "Zone", at.In(zone).Format("UTC-07:00"))
}

// at writes a moment short, with its zone.
func (a *App) at(c echo.Context, at time.Time) string {
	return say(c).T("figures.at", "When", a.moment(c, at), "Zone", at.In(a.zone(c)).Format("UTC-07:00"))
}
