package handlers

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"amal/communique"
	"amal/db"
	"amal/rules"
)

// planDirective knows a directive by its number, else by its meeting and words.
func (b *bringer) planDirective(ctx context.Context, s *db.Store, r *row) (plan, error) {
	held, title := r.date("meeting_date"), r.values["directive"]
	for _, field := range []string{"meeting_date", "meeting", "directive"} {
		if r.values[field] == "" {
			r.wrong(field, "form.error.required")
		}
	}
	year, number := r.directiveNumber(held)
	if held == nil || len(r.problems) > 0 {
		return plan{}, nil
	}
	p := plan{identity: identityOf(held.Format(time.DateOnly), r.values["meeting"], orWord(r.values["wording"], title)), fate: fateNew}
	if number != 0 {
		p.identity = rules.DirectiveRef(year, number)
	}
	meeting, err := b.meeting(ctx, s, r, *held)
	if err != nil {
		return p, err
	}
	id, err := b.knownDirective(ctx, s, r, meeting, year, number)
	if err != nil || len(r.problems) > 0 {
		return p, err
	}
	ties, err := b.ties(ctx, s, r, id)
	if err != nil {
		return p, err
	}
	if id != 0 {
		p.identity = fmt.Sprintf("#%d", id)
		return b.changedDirective(ctx, s, r, p, id, ties)
	}
	p.write = func(ctx context.Context, s *db.Store) error {
		return b.addDirective(ctx, s, r, meeting[0], year, number, ties)
	}
	return p, nil
}

// directiveNumber reads the number that a directive has already, zero for none.
func (r *row) directiveNumber(held *time.Time) (year, number int) {
	typed, ok := r.values["number"]
	if !ok {
		return 0, 0
	}
	year, number, ok = rules.ParseDirectiveRef(typed)
	switch {
	case !ok:
		r.wrong("number", "import.error.number")
	case number > rules.MaxImportNumber:
		r.wrong("number", "import.error.number_large")
	case held != nil && held.Year() != year:
		r.wrong("number", "import.error.number_year")
	}
	return year, number
}

// meeting finds the meetings of a day that a row may mean; one without an id is
// to be registered.
func (b *bringer) meeting(ctx context.Context, s *db.Store, r *row, held time.Time) ([]db.Meeting, error) {
	found, err := s.MeetingsNamed(ctx, b.me, held, r.values["meeting"])
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return found, nil
	}
	m := db.Meeting{Title: r.values["meeting"], HeldOn: held, Place: r.values["meeting_place"], Level: r.word("meeting_level", "level.", "working"), Sides: b.sides(r, nil)}
	if m.Place == "" {
		r.wrong("meeting_place", "import.error.new_meeting")
	}
	return []db.Meeting{m}, nil
}

// sides reads the sides of a row; preset where the cell is empty.
func (b *bringer) sides(r *row, preset []string) []string {
	typed, ok := r.values["sides"]
	if !ok {
		if preset == nil {
			return asWords(b.me.RegisterSides())
		}
		return preset
	}
	var sides []string
	for _, word := range strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(",;/|+&\n", c) }) {
		side, known := values()["side."][headerWord(word)]
		switch {
		case side == string(rules.Joint):
			sides = asWords(rules.Sides)
		case !known:
			r.wrong("sides", "import.error.word")
		case !slices.Contains(sides, side):
			sides = append(sides, side)
		}
	}
	return sides
}

// knownDirective is the id of the directive that a row stands for, 0 where it is
// new.
func (b *bringer) knownDirective(ctx context.Context, s *db.Store, r *row, meetings []db.Meeting, year, number int) (int64, error) {
	if number != 0 {
		id, err := s.DirectiveByRef(ctx, b.me, year, number)
		if err == nil || !errors.Is(err, db.ErrNotFound) {
			return id, err
		}
		taken, err := s.NumberTaken(ctx, year, number)
		if taken {
			r.wrong("number", "import.error.number_taken")
		}
		if err != nil || taken {
			return 0, err
		}
	}
	for i := range meetings {
		if meetings[i].ID == 0 {
			continue
		}
		id, err := s.DirectiveNamed(ctx, b.me, meetings[i].ID, r.values["directive"], r.values["wording"])
		if err == nil || !errors.Is(err, db.ErrNotFound) {
			return id, err
		}
	}
	return 0, nil
}

// changedDirective compares a row with the directive that is there.
func (b *bringer) changedDirective(ctx context.Context, s *db.Store, r *row, p plan, id int64, ties []tie) (plan, error) {
	was, err := s.DirectiveForm(ctx, b.me, id)
	if err != nil {
		return p, err
	}
	in := *was
	if err := b.fillDirective(ctx, s, r, &in, in.Sides); err != nil {
		return p, err
	}
	p.fate = fateSame
	differs := !reflect.DeepEqual(*was, in)
	if differs || len(ties) > 0 {
		p.fate = fateChanged
	}
	in.Now, in.Likeness = b.now, communique.Likeness(in.Title)
	p.write = func(ctx context.Context, s *db.Store) error {
		if differs {
			if err := s.ChangeDirective(ctx, b.me, in); err != nil {
				return err
			}
		}
		return b.relate(ctx, s, r, id, ties)
	}
	return p, nil
}

// fillDirective puts a row's values over what stands there.
func (b *bringer) fillDirective(ctx context.Context, s *db.Store, r *row, in *db.DirectiveInput, sides []string) error {
	in.Title = r.values["directive"]
	in.Strength = rules.Strength(r.word("strength", "strength.", string(in.Strength)))
	in.Sides = b.sides(r, sides)
	if points := r.points(in.Points); len(points) > 0 {
		in.Points = points
	}
	in.Official = in.Official || r.word("official", "official.", "") != ""
	if day := r.date("deadline"); day != nil && (in.Deadline == nil || !day.Equal(*in.Deadline)) {
		in.Deadline, in.DeadlineRule, in.NoDeadlineReason = day, "", ""
	}
	for field, to := range map[string]*string{"deadline_wording": &in.DeadlineWording, "no_deadline_reason": &in.NoDeadlineReason} {
		if v, ok := r.values[field]; ok {
			*to = v
		}
	}
	if typed, ok := r.values["controller"]; ok {
		return b.controller(ctx, s, r, in, typed)
	}
	return nil
}

// controller finds who is typed as the controller; who is it already stays it,
// also where he could not become it any more or another one has his name.
func (b *bringer) controller(ctx context.Context, s *db.Store, r *row, in *db.DirectiveInput, typed string) error {
	if in.ControllerID != 0 {
		if is, err := s.IsCalled(ctx, in.ControllerID, typed); err != nil || is {
			return err
		}
	}
	id, err := s.ControllerNamed(ctx, typed, in.Sides)
	if errors.Is(err, db.ErrNotFound) {
		r.wrong("controller", "import.error.controller")
		return nil
	}
	if err == nil {
		in.ControllerID = id
	}
	return err
}

// addDirective records a new directive, with its meeting where that is new as
// well. Where its words stand in a document of the meeting it rests on them.
func (b *bringer) addDirective(ctx context.Context, s *db.Store, r *row, m db.Meeting, year, number int, ties []tie) error {
	meetingID, err := b.registered(ctx, s, m)
	if err != nil {
		return err
	}
	in := db.DirectiveInput{MeetingID: meetingID, Strength: rules.Instructed, Points: []string{r.values["directive"]}, OralBy: orWord(r.values["said_by"], b.im.Name), Now: b.now}
	if err := b.fillDirective(ctx, s, r, &in, m.Sides); err != nil {
		return err
	}
	if len(r.problems) > 0 {
		return rules.Problems(nil)
	}
	words := r.values["wording"]
	if words != "" {
		document, starts, err := s.PassageNamed(ctx, meetingID, words)
		if err != nil {
			return err
		}
		if document != 0 {
			in.DocumentID, in.Starts, in.Ends, in.OralBy = document, starts, starts+utf8.RuneCountInString(words), r.values["said_by"]
		}
	}
	in.Likeness = communique.Likeness(in.Title + " " + words)
	id, err := s.ImportDirective(ctx, b.me, in, year, number, b.im.Name)
	if err != nil {
		return err
	}
	return b.relate(ctx, s, r, id, ties)
}

// registered is the id of a meeting; a new one is registered, once for all rows
// of the table.
func (b *bringer) registered(ctx context.Context, s *db.Store, m db.Meeting) (int64, error) {
	if m.ID != 0 {
		return m.ID, nil
	}
	found, err := s.MeetingsNamed(ctx, b.me, m.HeldOn, m.Title)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 {
		return found[0].ID, nil
	}
	return s.SaveMeeting(ctx, b.me, db.MeetingInput{Title: m.Title, HeldOn: m.HeldOn, Place: m.Place, Level: m.Level, Sides: m.Sides, Now: b.now})
}
