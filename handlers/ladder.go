package handlers

import (
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// setLadder chooses the reminder ladder of a directive.
func (a *App) setLadder(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	form, err := bind[struct {
		Ladder string `form:"ladder"`
	}](c)
	if err != nil {
		return err
	}
	if err := a.Store.SetLadder(c.Request().Context(), me, id, rules.LadderName(form.Ladder), a.Now()); err != nil {
		return a.showDirective(c, me, directiveTyped{}, err)
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", id), "ladder.saved")
}

// ladder shows which reminders a directive's tasks get.
func (v *directiveView) ladder(c echo.Context, me rules.Actor, d *db.DirectivePage) {
	p := say(c)
	v.Ladder = p.T("ladder." + string(d.Ladder))
	if !rules.MaySetLadder(me, d.Scope()) {
		return
	}
	for _, name := range rules.LadderNames {
		v.Ladders = append(v.Ladders, templates.Choice{Value: string(name), Label: p.T("ladder." + string(name)), Chosen: name == d.Ladder})
	}
}

// audiences names whom a step tells.
func audiences(p *i18n.Printer, to []rules.Audience) string {
	words := make([]string, len(to))
	for i, a := range to {
		words[i] = p.T("audience." + string(a))
	}
	return strings.Join(words, ", ")
}
