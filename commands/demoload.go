package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"amal/communique"
	"amal/db"
	"amal/handlers"
	"amal/rules"

	_ "embed"
)

//go:embed registers/holidays-uz.csv
var holidaysUZ []byte

//go:embed registers/holidays-kz.csv
var holidaysKZ []byte

// loader fills an empty database with the demonstration, as if the last weeks
// had really happened: every act goes through the store at its own moment, and
// the planner and sender run through the last fortnight.
type loader struct {
	*db.Store
	ctx        context.Context
	call       *call
	today      time.Time // date
	now        time.Time
	agencies   map[string]int64
	people     map[string]rules.Actor
	directives map[string]int64 // by key
	named      map[string]int64 // events of the communiqué
	texts      map[string]int64 // the communiqué by language
	tasks      map[string]int64 // by title
	leads      map[string]string
	points     map[string]int
	events     []moment
}

// moment is something that happens at a time.
type moment struct {
	at time.Time
	do func(at time.Time) error
}

// demoPast is how long ago the planner began to run.
const demoPast = 14

func loadDemo(ctx context.Context, c *call, store *db.Store, now time.Time) error {
	l := &loader{Store: store, ctx: ctx, call: c, now: now, today: rules.Date(now.UTC().Add(5 * time.Hour)), agencies: map[string]int64{},
		people: map[string]rules.Actor{}, directives: map[string]int64{}, named: map[string]int64{}, texts: map[string]int64{}, tasks: map[string]int64{}, leads: map[string]string{}, points: map[string]int{}}
	for _, step := range []func() error{l.loadHolidays, l.loadAgencies, l.loadPeople, l.loadMeeting, l.loadTwins, l.loadEvents, l.loadUnread, l.loadRound, l.loadEarlier, l.live} {
		if err := step(); err != nil {
			return err
		}
	}
	return store.SetSetting(ctx, "demo", "true")
}

func (l *loader) loadHolidays() error {
	days, err := knownHolidays()
	if err == nil {
		_, err = l.SaveHolidays(l.ctx, rules.Actor{}, days, l.now)
	}
	return err
}

func (l *loader) loadAgencies() error {
	for _, a := range demoAgencies {
		id, err := l.SaveAgency(l.ctx, rules.Actor{}, db.AgencyInput{Code: a.code, Side: a.side, Kind: a.kind, Email: a.code + "@demo.example",
			Names:  map[string]string{"en": a.en, "ru": a.ru, "uz": a.uz, "kk": a.kk, "de": a.de},
			Locale: a.locale, TimeZone: a.zone, Country: a.calendar, Now: l.ago(100)})
		if err != nil {
			return err
		}
		l.agencies[a.code] = id
	}
	return nil
}

func (l *loader) loadPeople() error {
	hash, err := handlers.HashPassword(demoPassword)
	if err != nil {
		return err
	}
	for _, p := range demoPeople {
		roles := map[int64]rules.Role{}
		for code, role := range p.roles {
			roles[l.agencies[code]] = role
		}
		id, err := l.SavePerson(l.ctx, rules.Actor{}, db.PersonInput{Email: p.account + "@demo.example", Name: p.name, Roles: roles, Now: l.ago(100)})
		if err != nil {
			return err
		}
		person, err := l.Person(l.ctx, id)
		if err != nil {
			return err
		}
		l.people[p.account] = person.Actor()
		if err := l.SetPassword(l.ctx, person.Actor(), hash, 0, l.ago(100)); err != nil {
			return err
		}
	}
	return nil
}

// ago is nine in the morning in Tashkent, days ago.
func (l *loader) ago(days int) time.Time {
	return l.today.AddDate(0, 0, -days).Add(4 * time.Hour)
}

func (l *loader) loadMeeting() error {
	staff := l.people["staff"]
	meeting, err := l.SaveMeeting(l.ctx, staff, db.MeetingInput{Title: "Informal meeting of the Presidents of Uzbekistan and Kazakhstan", HeldOn: demoDay,
		Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ", "KZ"}, Now: l.ago(98)})
	if err != nil {
		return err
	}
	for _, d := range []struct{ language, title, text string }{
		{"de", "Kommuniqué (sample wording, German)", demoGerman}, {"en", "Communiqué (sample wording, English)", demoEnglish}, {"ru", "Коммюнике (образец, русский)", demoRussian}} {
		id, err := l.addText(meeting, "communique", d.language, d.title, d.text, demoDay)
		if err != nil {
			return err
		}
		l.texts[d.language] = id
	}
	if err := l.loadFacts(meeting); err != nil {
		return err
	}
	for _, d := range demoDirectives {
		id, err := l.loadDirective(l.texts["de"], d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.key, err)
		}
		l.directives[d.key] = id
		if d.key == "centre" {
			if err := l.loadStatements(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) loadDirective(document int64, d demoDirective) (int64, error) {
	at := strings.Index(demoGerman, d.words)
	if at < 0 {
		return 0, fmt.Errorf("words are not in the text: %q", d.words)
	}
	starts := len([]rune(demoGerman[:at]))
	in := db.DirectiveInput{DocumentID: document, Starts: starts, Ends: starts + len([]rune(d.words)), Strength: d.strength, Title: d.title, Points: d.points,
		Sides: []string{"UZ", "KZ"}, DeadlineWording: d.wording, NoDeadlineReason: d.noDate, ControllerID: l.people["controller"].PersonID,
		Likeness: communique.Likeness(d.title, d.words), Now: l.ago(96)}
	if d.due != "" {
		due, err := rules.ParseDate(d.due)
		if err != nil {
			return 0, err
		}
		in.Deadline, in.DeadlineRule = &due, "this_year"
	}
	id, err := l.AddDirective(l.ctx, l.people["staff"], in)
	if err != nil {
		return 0, err
	}
	for _, t := range d.tasks {
		if err := l.loadTask(id, t); err != nil {
			return 0, fmt.Errorf("%s: %w", t.title, err)
		}
	}
	return id, nil
}

func (l *loader) loadTask(directive int64, t demoTask) error {
	due := l.today.AddDate(0, 0, t.due)
	in := db.TaskInput{DirectiveID: directive, ParentID: l.tasks[t.parent], Milestone: t.milestone, Title: t.title, Points: t.points, LeadID: l.agencies[t.lead], Deadline: &due, Now: l.ago(95)}
	for _, code := range t.others {
		in.CoExecutors = append(in.CoExecutors, l.agencies[code])
	}
	id, err := l.AddTask(l.ctx, l.people["staff"], in)
	if err != nil {
		return err
	}
	l.tasks[t.title], l.leads[t.title], l.points[t.title] = id, t.lead, len(t.points)
	if t.given == 0 {
		return nil
	}
	l.at(l.ago(t.given), func(at time.Time) error {
		return l.Assign(l.ctx, l.people["staff"], db.ActInput{TaskID: id, Now: at})
	})
	for _, step := range t.steps {
		l.at(l.ago(step.ago).Add(2*time.Hour), func(at time.Time) error { return l.step(id, t, step, at) })
	}
	return nil
}
