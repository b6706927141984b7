package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// deadlineForm is how a deadline is typed or picked, for directives and tasks.
type deadlineForm struct {
	Deadline  string `form:"deadline"`      // typed
	Rule      string `form:"deadline_rule"` // picked; used where nothing is typed
	Wording   string `form:"deadline_wording"`
	NoReason  string `form:"no_deadline_reason"`
	PastTwice bool   `form:"past"` // asked once and sent again
}

// deadlineView is the deadline part of a form.
type deadlineView struct {
	deadlineForm
	Rules []templates.Choice
	Ask   bool   // the date has passed: asked once
	Hint  string // weekday, day off, or the date that a rule gives
}

// Deadline is a form's deadline as it is understood.
type deadline struct {
	Day  *time.Time
	Rule string
}

// read understands a typed or picked deadline: a rule counts from the
// document's date. A date by rule that is a day off moves to the working day
// before; a typed one stays. Problems: no date, or one that has passed and was
// not yet confirmed.
func (f *deadlineForm) read(source, today time.Time, calendar rules.Calendar) (deadline, error) {
	d := deadline{Rule: f.Rule}
	switch {
	case f.Deadline != "":
		day, err := rules.ParseDate(f.Deadline)
		if err != nil {
			return d, rules.Problems{{Field: "deadline", Key: "form.error.not_a_date"}}
		}
		d.Day = &day
		if byRule, ok := rules.RuleDate(f.Rule, source, today); !ok || !sameOrShifted(byRule, day, calendar) {
			d.Rule = ""
		}
	case f.Rule != "" && !vague(f.Rule):
		day, ok := rules.RuleDate(f.Rule, source, today)
		if !ok {
			return d, rules.Problems{{Field: "deadline_rule", Key: "form.error.choose"}}
		}
		day, _ = rules.Shifted(day, calendar, rules.ShiftBefore)
		d.Day = &day
	}
	if d.Day != nil && d.Day.Before(today) && !f.PastTwice {
		return d, rules.Problems{{Field: "deadline", Key: "form.error.past_date"}}
	}
	return d, nil
}

func sameOrShifted(byRule, day time.Time, c rules.Calendar) bool {
	shifted, _ := rules.Shifted(byRule, c, rules.ShiftBefore)
	return day.Equal(byRule) || day.Equal(shifted)
}

func vague(key string) bool {
	for _, r := range rules.DeadlineRules {
		if r.Key == key {
			return r.Vague
		}
	}
	return false
}

// view shows a deadline's part of a form: the rules with the dates they give,
// and what is to know of the date typed.
func (f *deadlineForm) view(c echo.Context, source, today time.Time, calendar rules.Calendar, failed map[string]string) deadlineView {
	p := say(c)
	v := deadlineView{deadlineForm: *f, Ask: failed["deadline"] == p.T("form.error.past_date")}
	v.Rules = []templates.Choice{{Label: p.T("deadline.rule.typed"), Chosen: f.Rule == ""}}
	for _, r := range rules.DeadlineRules {
		day, _ := rules.RuleDate(r.Key, source, today)
		v.Rules = append(v.Rules, templates.Choice{Value: r.Key, Label: p.T("deadline.rule."+r.Key) + ruleDate(p, r.Vague, day, calendar), Chosen: r.Key == f.Rule})
	}
	if day, err := rules.ParseDate(f.Deadline); err == nil {
		v.Hint = p.LongDate(day)
		if !calendar.Works(day) {
			v.Hint = p.T("deadline.day_off", "Day", p.LongDate(day), "Before", p.LongDate(calendar.OnOrBefore(day)))
		}
	}
	return v
}

// ruleDate says which date a rule gives, and where it moves off a day off.
func ruleDate(p *i18n.Printer, vague bool, day time.Time, c rules.Calendar) string {
	if vague {
		return " · " + p.T("deadline.offered", "Day", p.NumericDate(day))
	}
	text := " · " + p.NumericDate(day)
	if shifted, moved := rules.Shifted(day, c, rules.ShiftBefore); moved {
		text += " → " + p.NumericDate(shifted)
	}
	return text
}
