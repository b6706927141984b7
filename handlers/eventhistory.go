package handlers

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/templates"
)

// eventHistory is an event's history, with the directives and tasks that it
// names under their numbers and titles, as far as its reader may see them.
func (a *App) eventHistory(c echo.Context, e *db.EventPage) []templates.Line {
	lines, p := a.history(c, e.History), say(c)
	for i, h := range e.History {
		var changes map[string][2]any
		if json.Unmarshal(h.Changes, &changes) != nil {
			continue
		}
		for _, subject := range []string{"directive", "task"} {
			word, ok := changes[subject][1].(string)
			if !ok {
				continue
			}
			delete(changes, subject)
			to := templates.Crumb{Label: word}
			if name, seen := e.Tied[subject][word]; seen {
				to = templates.Crumb{Href: fmt.Sprintf("/%ss/%d", subject, name.ID), Label: strings.TrimSpace(name.Ref + " " + name.Title)}
			} else if strings.HasPrefix(word, "#") {
				to.Label = p.T("history.unseen")
			}
			lines[i].Links = append(lines[i].Links, templates.Labelled{Label: p.T("history." + subject), To: to})
		}
		n, _ := a.names(c)
		lines[i].Details = changeWords(n, changes)
	}
	return lines
}
