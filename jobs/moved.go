package jobs

import (
	"slices"
	"strings"
	"time"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// lateness says why a mail comes late: after an outage, after a pause of its
// reader's, or both.
func lateness(l *db.Letter) (late, paused bool) {
	say := func(step time.Time, isLate bool) {
		rested := l.To.Pause().Covers(step)
		paused, late = paused || isLate && rested, late || isLate && !rested
	}
	for i := range l.Lines {
		say(l.Lines[i].StepOn, l.Lines[i].Late)
	}
	for i := range l.Lists {
		say(l.Lists[i].StepOn, l.Lists[i].Late)
	}
	return late, paused
}

// latest leaves of several steps towards one deadline, gathered in one mail, the
// last one: one word, not three.
func latest(lines []db.LetterLine) []db.LetterLine {
	var left []db.LetterLine
	for _, line := range lines {
		at := slices.IndexFunc(left, func(b db.LetterLine) bool {
			return b.ID == line.ID && deadlineStep(b.Rule) && deadlineStep(line.Rule)
		})
		switch {
		case at < 0:
			left = append(left, line)
		case !line.StepOn.Before(left[at].StepOn):
			left[at] = line
		}
	}
	return left
}

func deadlineStep(rule string) bool {
	return strings.HasPrefix(rule, "due_") || strings.HasPrefix(rule, "late_")
}

// moved returns the text key for a step before the deadline that is told on
// another day than its own, so that its usual words would be untrue; "" for
// others.
func moved(l *db.Letter, line *db.LetterLine) string {
	if !strings.HasPrefix(line.Rule, "due_") || line.Deadline == nil {
		return ""
	}
	late := rules.DaysLate(*line.Deadline, l.LocalDay)
	switch {
	case late > 0:
		return "mail.passed"
	case line.Rule == "due_0" && late < 0, line.Rule != "due_0" && !line.StepOn.Equal(l.LocalDay):
		return "mail.moved"
	}
	return ""
}

// heading is what a mail about one thing calls it.
func heading(p *i18n.Printer, l *db.Letter, line *db.LetterLine) string {
	if key := moved(l, line); key != "" {
		return p.T(key)
	}
	return p.T("rule." + line.Rule)
}
