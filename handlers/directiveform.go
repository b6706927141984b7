package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/communique"
	"amal/db"
	"amal/rules"
	"amal/templates"
)

type directiveForm struct {
	ID         int64     `form:"-"`
	Version    int       `form:"version"`
	MeetingID  int64     `form:"meeting"`
	DocumentID int64     `form:"document"`
	Sentence   int       `form:"sentence"`
	Words      string    `form:"words"`
	OralBy     string    `form:"oral_by"`
	Strength   string    `form:"strength"`
	Title      string    `form:"title"`
	Points     string    `form:"points"`
	Sides      []string  `form:"sides"`
	Typed      string    `form:"deadline"`
	Rule       string    `form:"deadline_rule"`
	Wording    string    `form:"deadline_wording"`
	NoReason   string    `form:"no_deadline_reason"`
	Past       bool      `form:"past"`
	Controller int64     `form:"controller"`
	Official   bool      `form:"official"`
	FormKey    string    `form:"form_key"`
	Starts     int       `form:"-"`
	Ends       int       `form:"-"`
	Source     time.Time `form:"-"` // date the rules count from
}

func (f *directiveForm) deadline() *deadlineForm {
	return &deadlineForm{Deadline: f.Typed, Rule: f.Rule, Wording: f.Wording, NoReason: f.NoReason, PastTwice: f.Past}
}

// directiveFormView is the form of a directive, new or old.
type directiveFormView struct {
	templates.Layout
	Form                          directiveForm
	Action                        string
	Crumbs                        []templates.Crumb
	Words                         *templates.Words
	Strengths, Sides, Controllers []templates.Choice
	Deadline                      deadlineView
}

var directiveFormPage = templates.New[directiveFormView]("directive_form.html")

// newDirective opens the form on a sentence or a part of it, or on a meeting
// for an oral directive.
func (a *App) newDirective(c echo.Context, me rules.Actor) error {
	form := &directiveForm{Strength: string(rules.Instructed), Words: c.QueryParam("words"), Title: c.QueryParam("title"), Wording: c.QueryParam("wording")}
	if s := c.QueryParam("strength"); slices.Contains(rules.Strengths, rules.Strength(s)) {
		form.Strength = s
	}
	var wrong error
	if form.Typed = c.QueryParam("deadline"); form.Typed != "" {
		if day, err := rules.ParseDate(form.Typed); err == nil {
			form.Typed = dayWord(&day)
		} else {
			wrong = rules.Problems{{Field: "deadline", Key: "form.error.not_a_date"}}
		}
	}
	form.MeetingID, _ = strconv.ParseInt(c.QueryParam("meeting"), 10, 64)
	form.DocumentID, _ = strconv.ParseInt(c.QueryParam("document"), 10, 64)
	form.Sentence, _ = strconv.Atoi(c.QueryParam("sentence"))
	words, err := a.locate(c, me, form)
	if err != nil {
		return err
	}
	if form.DocumentID != 0 && words == nil { // the words are not in the text: back to it
		c.SetParamNames("id")
		c.SetParamValues(strconv.FormatInt(form.DocumentID, 10))
		return a.showDocument(c, me, documentState{sentence: form.Sentence, words: form.Words}, rules.Problems{{Field: "words", Key: "form.error.words"}})
	}
	if words != nil && form.Title == "" {
		form.Title = cutTitle(words.Words)
	}
	return a.showDirectiveForm(c, me, form, words, wrong)
}

// cutTitle proposes the words themselves as a title, up to 120 letters.
func cutTitle(words string) string {
	title := strings.Trim(strings.Join(strings.Fields(words), " "), " .,;:")
	if r := []rune(title); len(r) > 120 {
		title = string(r[:120])
		if i := strings.LastIndex(title, " "); i > 60 {
			title = title[:i]
		}
		title += "…"
	}
	return title
}

// locate finds the typed words in the chosen sentence, or in the whole text,
// and returns them in their surroundings; nil where they are not there.
func (a *App) locate(c echo.Context, me rules.Actor, f *directiveForm) (*templates.Words, error) {
	if f.DocumentID == 0 {
		m, err := a.Store.Meeting(c.Request().Context(), me, f.MeetingID)
		if err != nil {
			return nil, err
		}
		f.Source, f.Sides = m.HeldOn, orElse(f.Sides, m.Sides)
		return nil, nil
	}
	d, err := a.Store.Document(c.Request().Context(), me, f.DocumentID)
	if err != nil {
		return nil, err
	}
	f.MeetingID, f.Source, f.Sides = d.MeetingID, d.DatedOn, orElse(f.Sides, d.Meeting.Sides)
	runes := []rune(d.Text)
	for _, s := range communique.Sentences(d.Text) {
		if f.Sentence != 0 && s.Number != f.Sentence {
			continue
		}
		sentence := string(runes[s.Start:s.End])
		words := strings.TrimSpace(f.Words)
		if words == "" && f.Sentence != 0 {
			words = sentence
		}
		if i := strings.Index(sentence, words); i >= 0 && words != "" {
			f.Starts = s.Start + len([]rune(sentence[:i]))
			f.Ends = f.Starts + len([]rune(words))
			f.Sentence, f.Words = s.Number, words
			return &templates.Words{Before: sentence[:i], Words: words, After: sentence[i+len(words):], Lang: d.Language,
				Href: fmt.Sprintf("/documents/%d", d.ID), Source: d.Title}, nil
		}
	}
	return nil, nil
}

func orElse(chosen, preset []string) []string {
	if len(chosen) == 0 {
		return preset
	}
	return chosen
}

func (a *App) showDirectiveForm(c echo.Context, me rules.Actor, form *directiveForm, words *templates.Words, failed error) error {
	p := say(c)
	title, action := p.T("directive.new"), "/directives"
	crumbs := []templates.Crumb{{Href: fmt.Sprintf("/meetings/%d", form.MeetingID), Label: p.T("meeting.one")}, {Label: title}}
	if form.ID != 0 {
		title, action = p.T("directive.edit"), fmt.Sprintf("/directives/%d", form.ID)
	}
	view := directiveFormView{Layout: a.layout(c, title), Form: *form, Action: action, Crumbs: crumbs, Words: words,
		Strengths: choices(p, "strength.", rules.Strengths, form.Strength), Sides: choices(p, "side.", rules.Sides, form.Sides...)}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	calendar, err := a.calendar(c, form.Sides)
	if err != nil {
		return err
	}
	view.Deadline = form.deadline().view(c, form.Source, a.today(c), calendar, view.Error)
	people, err := a.Store.Controllers(c.Request().Context(), me, form.Sides)
	if err != nil {
		return err
	}
	n, err := a.names(c)
	if err != nil {
		return err
	}
	for _, person := range people {
		view.Controllers = append(view.Controllers, templates.Choice{Value: fmt.Sprint(person.ID), Label: person.Name + ", " + n.of(person.AgencyID), Chosen: person.ID == form.Controller})
	}
	return render(c, status, directiveFormPage, view)
}

// calendar is the working calendar that a directive's dates by rule are moved
// on: that of its first side.
func (a *App) calendar(c echo.Context, sides []string) (rules.Calendar, error) {
	all, err := a.Store.Calendars(c.Request().Context(), a.Now())
	if err != nil || len(sides) == 0 {
		return rules.Calendar{}, err
	}
	return all[sides[0]], nil
}

func (a *App) addDirective(c echo.Context, me rules.Actor) error {
	return a.saveDirective(c, me, 0)
}

func (a *App) changeDirective(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	return a.saveDirective(c, me, id)
}

// saveDirective takes the form of a new (id 0) or changed directive.
func (a *App) saveDirective(c echo.Context, me rules.Actor, id int64) error {
	form, err := bind[directiveForm](c)
	if form == nil {
		return err
	}
	form.ID = id
	words, locateErr := a.directiveSource(c, me, form)
	if locateErr != nil {
		return locateErr
	}
	if err == nil {
		id, err = a.storeDirective(c, me, form)
	}
	if err != nil {
		if form.ID != 0 {
			if d, readErr := a.Store.Directive(c.Request().Context(), me, form.ID); readErr == nil {
				err = staleAgainst(err, map[string]string{"title": d.Title, "oral_by": d.OralBy, "deadline": dayWord(d.Deadline), "deadline_wording": d.DeadlineWording})
			}
		}
		return a.showDirectiveForm(c, me, form, words, err)
	}
	return a.seeOther(c, fmt.Sprintf("/directives/%d", id), "saved")
}

func dayWord(d *time.Time) string {
	if d == nil {
		return ""
	}
	return d.Format("02.01.2006")
}

// directiveSource finds what a form's directive rests on.
func (a *App) directiveSource(c echo.Context, me rules.Actor, form *directiveForm) (*templates.Words, error) {
	if form.ID == 0 {
		return a.locate(c, me, form)
	}
	page, err := a.Store.DirectivePage(c.Request().Context(), me, form.ID)
	if err != nil {
		return nil, err
	}
	form.MeetingID, form.Source = page.MeetingID, page.HeldOn
	if page.Passage != nil {
		form.Words = page.Passage.Words
	}
	return passageWords(c, page.Passage), nil
}

func (a *App) storeDirective(c echo.Context, me rules.Actor, f *directiveForm) (int64, error) {
	calendar, err := a.calendar(c, f.Sides)
	if err != nil {
		return 0, err
	}
	due, err := f.deadline().read(f.Source, a.today(c), calendar)
	if err != nil {
		return 0, err
	}
	in := db.DirectiveInput{ID: f.ID, Version: f.Version, MeetingID: f.MeetingID, DocumentID: f.DocumentID, Starts: f.Starts, Ends: f.Ends, OralBy: f.OralBy,
		Strength: rules.Strength(f.Strength), Title: f.Title, Points: lines(f.Points), Sides: f.Sides, Deadline: due.Day, DeadlineRule: due.Rule,
		DeadlineWording: f.Wording, NoDeadlineReason: f.NoReason, ControllerID: f.Controller, Official: f.Official, Likeness: communique.Likeness(f.Title, f.Words), FormKey: f.FormKey, Now: a.Now()}
	if f.ID != 0 {
		return f.ID, a.Store.ChangeDirective(c.Request().Context(), me, in)
	}
	return a.Store.AddDirective(c.Request().Context(), me, in)
}

func (a *App) editDirective(c echo.Context, me rules.Actor) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	d, err := a.Store.DirectivePage(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	form := &directiveForm{ID: d.ID, Version: d.Version, MeetingID: d.MeetingID, OralBy: d.OralBy, Strength: d.Strength, Title: d.Title,
		Points: strings.Join(d.Points, "\n"), Sides: d.Sides, Typed: dayWord(d.Deadline), Rule: d.DeadlineRule, Wording: d.DeadlineWording,
		NoReason: d.NoDeadlineReason, Source: d.HeldOn, Past: true, Official: d.Official}
	if d.ControllerID != nil {
		form.Controller = *d.ControllerID
	}
	return a.showDirectiveForm(c, me, form, passageWords(c, d.Passage), nil)
}
