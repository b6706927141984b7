package commands

import (
	"fmt"
	"strings"
	"time"

	"amal/communique"
	"amal/db"
	"amal/rules"
)

// loadFacts notes what the leaders named: coming dates without a day, and two
// figures with the values that the text gives. Later values are invented, and
// say so.
func (l *loader) loadFacts(meeting int64) error {
	staff := l.people["staff"]
	for _, e := range []struct {
		key string
		db.Event
	}{
		{"summits", db.Event{Title: "Central Asian summits", Kind: rules.Summit, Wording: "in den kommenden Monaten", Place: "Uzbekistan"}},
		{"", db.Event{Title: "Bilateral and multilateral events: the joint calendar", Wording: "Kalender der zwei- und mehrseitigen Termine"}},
	} {
		e.MeetingID = meeting
		id, err := l.AddEvent(l.ctx, staff, e.Event, "", l.ago(97))
		if err != nil {
			return err
		}
		l.named[e.key] = id
	}
	for _, i := range demoIndicators {
		if err := l.loadIndicator(meeting, i); err != nil {
			return fmt.Errorf("%s: %w", i.title, err)
		}
	}
	return nil
}

// demoIndicator is a figure that the communiqué names, with its true value and
// invented ones of the quarters after it.
type demoIndicator struct {
	title, value, unit string
	first              string // number of the text
	later              []string
}

var demoIndicators = []demoIndicator{
	{"Mutual trade since the start of the year", "+14 %", "%", "14", []string{"11.5", "9", "12.4", "13.1", "10.8", "12.9"}},
	{"Joint investment projects", "> 4 bn US$", "bn US$", "4", []string{"4.2", "4.5", "4.4", "4.9", "5.3", "5.6"}},
}

func (l *loader) loadIndicator(meeting int64, i demoIndicator) error {
	id, err := l.AddIndicator(l.ctx, l.people["staff"], db.Indicator{MeetingID: meeting, Title: i.title, Value: i.value, Unit: i.unit}, "", l.ago(97))
	if err != nil {
		return err
	}
	if err := l.loadValue(id, demoDay, i.first, "Communiqué of 29 March 2025", rules.OfDay); err != nil {
		return err
	}
	for k, number := range i.later {
		ends := rules.PeriodEnd(rules.OfQuarter, time.Date(2025, time.Month(6+3*k), 1, 0, 0, 0, 0, time.UTC))
		if ends.After(l.today) {
			break
		}
		if err := l.loadValue(id, ends, number, "Invented for the demonstration", rules.OfQuarter); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) loadValue(indicator int64, day time.Time, number, source string, period rules.ValuePeriod) error {
	return l.SaveValue(l.ctx, l.people["staff"], db.ValueInput{IndicatorID: indicator, Now: l.ago(90),
		ValueDraft: rules.ValueDraft{Period: period, Day: day, Number: number, Source: source, Today: l.today}})
}

// loadEvents adds invented events around the day of loading, and what is due for
// them and for the summits that the leaders named.
func (l *loader) loadEvents() error {
	ten, one := 600, 780
	for _, e := range []struct {
		key        string
		in, lasts  int // days
		from, to   *int
		kind       rules.EventKind
		title      string
		place      string
		calledOff  string
		directives []string
		tasks      []string
	}{
		{key: "commission", in: 21, from: &ten, to: &one, kind: rules.Commission, title: "Intergovernmental commission (invented sample)", place: "Tashkent", directives: []string{"centre"},
			tasks: []string{"Export list of the joint trading company"}},
		{key: "visit", in: 40, lasts: 1, kind: rules.Visit, title: "Working visit (invented sample)", place: "Astana"},
		{key: "fair", in: 9, kind: rules.OtherEvent, title: "Industrial fair (invented sample)", place: "Shymkent", calledOff: "The organisers moved it to next year."},
		{key: "council", in: -20, kind: rules.OtherEvent, title: "Business council (invented sample)", place: "Tashkent"},
	} {
		id, err := l.loadEvent(e.title, e.place, e.kind, e.in, e.lasts, e.from, e.to)
		if err != nil {
			return err
		}
		if e.calledOff != "" {
			err = l.CallOff(l.ctx, l.people["staff"], id, 1, false, e.calledOff, l.ago(3))
		}
		if err == nil {
			err = l.tie(id, e.directives, e.tasks)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.key, err)
		}
	}
	return l.tie(l.named["summits"], []string{"programme"}, nil)
}

func (l *loader) loadEvent(title, place string, kind rules.EventKind, in, lasts int, from, to *int) (int64, error) {
	on := l.today.AddDate(0, 0, in)
	e := db.Event{Title: title, Place: place, Kind: kind, StartsOn: &on, FromMinute: from, ToMinute: to, Sides: []string{"UZ", "KZ"}}
	if lasts > 0 {
		ends := on.AddDate(0, 0, lasts)
		e.EndsOn = &ends
	}
	return l.AddEvent(l.ctx, l.people["staff"], e, "", l.ago(60))
}

// tie makes directives, by key, and tasks, by title, due for an event.
func (l *loader) tie(event int64, directives, tasks []string) error {
	var due []db.TieInput
	for _, key := range directives {
		due = append(due, db.TieInput{DirectiveID: l.directives[key]})
	}
	for _, title := range tasks {
		due = append(due, db.TieInput{TaskID: l.tasks[title]})
	}
	for _, in := range due {
		in.EventID, in.Now = event, l.ago(59)
		if err := l.Tie(l.ctx, l.people["staff"], in); err != nil {
			return err
		}
	}
	return nil
}

// demoTwins are the words of directives in the communiqué's other languages.
var demoTwins = []struct{ key, en, ru string }{
	{"programme", "draw up a long-term programme of industrial cooperation", "разработать долгосрочную программу промышленной кооперации"},
	{"infrastructure", "carry out infrastructure projects of regional importance faster", "быстрее осуществлять инфраструктурные проекты регионального значения"},
	{"company", "the joint foreign trade company is to widen its activities", "совместная внешнеторговая компания – расширить свою деятельность"},
}

// loadTwins lets directives rest on the same words in English and Russian too.
func (l *loader) loadTwins() error {
	for _, t := range demoTwins {
		for _, in := range []struct{ language, text, words string }{{"en", demoEnglish, t.en}, {"ru", demoRussian, t.ru}} {
			at := strings.Index(in.text, in.words)
			if at < 0 {
				return fmt.Errorf("words are not in the text: %q", in.words)
			}
			starts := len([]rune(in.text[:at]))
			err := l.Decide(l.ctx, l.people["staff"], db.ProposalInput{DocumentID: l.texts[in.language], Starts: starts, Ends: starts + len([]rune(in.words)), Kind: "instruction",
				RuleSet: communique.RuleSet, Decision: rules.Linked, LinkTo: l.directives[t.key], Now: l.ago(94)})
			if err != nil {
				return fmt.Errorf("%s in %s: %w", t.key, in.language, err)
			}
		}
	}
	return nil
}
