package commands

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"amal/db"
	"amal/jobs"
	"amal/mail"
	"amal/rules"
)

func (l *loader) at(at time.Time, do func(at time.Time) error) {
	l.events = append(l.events, moment{at, do})
}

// focal is the account that answers for an agency.
func (l *loader) focal(agency string) rules.Actor {
	for _, p := range demoPeople {
		if p.roles[agency] == rules.Focal {
			return l.people[p.account]
		}
	}
	return rules.Actor{}
}

// step does what happened to a task at a moment.
func (l *loader) step(id int64, t demoTask, s demoStep, at time.Time) error {
	me, controller := l.focal(t.lead), l.people["controller"]
	in := db.ActInput{TaskID: id, Note: s.text, Now: at}
	report := db.ReportInput{TaskID: id, Signal: rules.UnderWay, Done: s.text, Next: s.next, Now: at}
	switch s.do {
	case "receive":
		return l.Receive(l.ctx, me, in)
	case "help":
		report.Signal = rules.NeedsHelp
	case "same":
		return l.SayNoChange(l.ctx, me, in)
	case "finish":
		report.Signal, report.Links = rules.Finished, []string{"https://example.org/evidence"}
		for range l.points[t.title] {
			report.Answers = append(report.Answers, s.text)
		}
	case "return":
		return l.Return(l.ctx, controller, in)
	case "accept":
		return l.Accept(l.ctx, controller, in)
	case "cancel":
		in.Ground = "replaced"
		return l.Cancel(l.ctx, controller, in)
	case "ask":
		return l.AddNote(l.ctx, controller, db.NoteInput{TaskID: id, Text: s.text, Now: at})
	case "answer":
		return l.AddNote(l.ctx, me, db.NoteInput{TaskID: id, Text: s.text, Now: at})
	case "input":
		return l.Contribute(l.ctx, l.focal(t.others[0]), db.ContributionInput{TaskID: id, Text: s.text, Now: at})
	case "file":
		return l.addFile(me, id, s, at)
	case "why":
		return l.Explain(l.ctx, me, db.ExplainInput{TaskID: id, Reason: s.text, Plan: s.next, Now: at})
	case "more", "grant":
		return l.moreTime(me, id, t, s, at)
	}
	return l.Report(l.ctx, me, report)
}

// addFile keeps a table as evidence, its name in s.text and its rows in s.next.
func (l *loader) addFile(me rules.Actor, id int64, s demoStep, at time.Time) error {
	return l.AddFile(l.ctx, me, db.FileInput{
		TaskID: id, Name: s.text, Kind: "data", Visibility: rules.BothSides, Type: "text/plain; charset=utf-8",
		Size: int64(len(s.next)), Body: strings.NewReader(s.next), Now: at,
	})
}

// moreTime asks for three weeks more, or grants what was asked last.
func (l *loader) moreTime(me rules.Actor, id int64, t demoTask, s demoStep, at time.Time) error {
	if s.do == "more" {
		return l.Ask(l.ctx, me, db.RequestInput{TaskID: id, Kind: rules.Extension, Wanted: l.today.AddDate(0, 0, t.due+21), Reason: s.text, Now: at})
	}
	controller := l.people["controller"]
	page, err := l.TaskPage(l.ctx, controller, id, at)
	if err != nil {
		return err
	}
	return l.Judge(l.ctx, controller, db.VerdictInput{TaskID: id, RequestID: page.Requests[0].ID, Grant: true, Note: s.text, Now: at})
}

// live runs what happened and the clock's ticks in the order of time. Before
// the last fortnight nobody planned: what was due then is passed over.
func (l *loader) live() error {
	sender := jobs.Catcher{Store: l.Store}
	j := &jobs.Jobs{Store: l.Store, BaseURL: l.call.settings.BaseURL, From: l.call.settings.MailFrom, Server: "demo", Log: l.call.settings.Log}
	tick := func(at time.Time) error {
		j.Now = func() time.Time { return at }
		sender.Now = j.Now
		j.Senders = func() mail.Sender { return sender }
		if err := j.Plan(l.ctx, at); err != nil {
			return err
		}
		_, err := j.SendAll(l.ctx)
		return err
	}
	for day := demoPast; day >= 0; day-- {
		for _, clock := range []time.Duration{2*time.Hour + 31*time.Minute, 3*time.Hour + 31*time.Minute, 7 * time.Hour, 13 * time.Hour} {
			if at := l.today.AddDate(0, 0, -day).Add(clock); at.Before(l.now) {
				l.at(at, tick)
			}
		}
	}
	sort.SliceStable(l.events, func(i, k int) bool { return l.events[i].at.Before(l.events[k].at) })
	for _, e := range l.events {
		if e.at.After(l.now) {
			e.at = l.now.Add(-time.Minute)
		}
		if err := e.do(e.at); err != nil {
			return fmt.Errorf("at %s: %w", e.at.Format(time.RFC3339), err)
		}
	}
	return tick(l.now)
}
