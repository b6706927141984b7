package commands

import (
	"fmt"
	"time"

	"amal/db"
	"amal/rules"
)

// demoRoundAgo is how many days ago the demonstration's review was held.
const demoRoundAgo = 8

// demoOutcomes are the decisions of that review, by the task's title.
var demoOutcomes = []struct {
	task     string
	decision rules.Decision
	text     string
}{
	{"Power line feasibility: choose the route", rules.DecideNote, "The agency reports on the road every Monday; the choice is due ten days after the survey."},
	{"Joint list of priority transport projects", rules.DecideRemind, "Send the list as it stands; the two rail projects can follow."},
	{"Timetable for modernising three border crossings", rules.DecideRemind, "Nobody has received the task yet: please name a focal point and send the dates that are known."},
}

// loadRound has the manager hold a review, a good week ago, and close it: its
// minutes say how it stood then.
func (l *loader) loadRound() error {
	manager := l.people["manager"]
	l.at(l.ago(demoRoundAgo).Add(5*time.Hour), func(at time.Time) error {
		round, err := l.BeginRound(l.ctx, manager, db.RoundInput{Title: "Weekly review of overdue tasks", Since: l.ago(demoRoundAgo + 7), Now: at})
		if err != nil {
			return err
		}
		for i, o := range demoOutcomes {
			in := db.OutcomeInput{RoundID: round, TaskID: l.tasks[o.task], Ruling: db.Ruling{Decision: o.decision, Text: o.text, Now: at.Add(time.Duration(i) * time.Minute)}}
			if _, err := l.Minute(l.ctx, manager, in); err != nil {
				return fmt.Errorf("review of %q: %w", o.task, err)
			}
		}
		return l.CloseRound(l.ctx, manager, round, at.Add(time.Hour))
	})
	return nil
}
