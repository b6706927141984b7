package commands

import (
	"fmt"
	"strings"
	"time"

	"amal/communique"
	"amal/db"
	"amal/rules"
)

// demoStatement is one of the public statements about the International Centre
// for Industrial Cooperation: its facts are known, its words are ours.
type demoStatement struct {
	day, place, level string
	language          string
	title, text       string
	words             string // of text, on which the directive rests
	strength          rules.Strength
	directive         string // its title
	due               string // date, "" for none
	wording           string // of the date
}

// demoStatements are seven statements of one commitment, but for that of
// demoDay, which the communiqué of Almaty makes. Places that no public text
// names are left to the sample.
var demoStatements = []demoStatement{
	{"2021-12-06", "Nur-Sultan", "heads_of_state", "en", "Statement of 6 December 2021 (sample wording)",
		"The Presidents agreed to establish an International Centre for Industrial Cooperation on the common border.\n",
		"establish an International Centre for Industrial Cooperation on the common border", rules.Agreed,
		"Establish the International Centre for Industrial Cooperation", "", ""},
	{"2022-09-27", "Public statement", "ministers", "ru", "Сообщение от 27 сентября 2022 года (образец)",
		"Стороны договорились приступить к созданию Международного центра промышленной кооперации в ближайшее время.\n",
		"приступить к созданию Международного центра промышленной кооперации в ближайшее время", rules.Agreed,
		"Begin to set up the International Centre for Industrial Cooperation", "", "в ближайшее время"},
	{"2024-02-18", "Public statement", "ministers", "de", "Mitteilung vom 18. Februar 2024 (Beispieltext)",
		"Beide Seiten vereinbarten, das Internationale Zentrum für industrielle Zusammenarbeit ab August 2024 zu bauen und es im Jahr 2027 zu eröffnen.\n",
		"das Internationale Zentrum für industrielle Zusammenarbeit ab August 2024 zu bauen und es im Jahr 2027 zu eröffnen", rules.Agreed,
		"Build the International Centre for Industrial Cooperation and open it", "2027-12-31", "im Jahr 2027"},
	{"2025-03-13", "Public statement", "ministers", "ru", "Сообщение от 13 марта 2025 года (образец)",
		"Сенат одобрил ратификацию соглашения о Международном центре промышленной кооперации.\n",
		"ратификацию соглашения о Международном центре промышленной кооперации", rules.Noted,
		"Ratify the agreement on the International Centre for Industrial Cooperation", "", ""},
	{"2025-11-15", "Public statement", "heads_of_state", "ru", "Сообщение от 15 ноября 2025 года (образец)",
		"На межгосударственном совете дан старт работе Международного центра промышленной кооперации.\n",
		"дан старт работе Международного центра промышленной кооперации", rules.Noted,
		"Launch the International Centre for Industrial Cooperation", "2025-11-15", "15.11.2025"},
	{"2025-11-25", "Public statement", "ministers", "en", "Statement of 25 November 2025 (sample wording)",
		"The first stage of the International Centre for Industrial Cooperation is to be completed by the end of the year.\n",
		"The first stage of the International Centre for Industrial Cooperation is to be completed by the end of the year", rules.Stressed,
		"Complete stage one of the International Centre for Industrial Cooperation", "2025-12-31", "by the end of the year"},
}

// loadStatements records the other statements of the commitment that the
// communiqué's directive is one of, and ties them to it.
func (l *loader) loadStatements(almaty int64) error {
	for _, s := range demoStatements {
		id, err := l.loadStatement(s)
		if err == nil {
			err = l.Relate(l.ctx, l.people["staff"], db.LineageInput{DirectiveID: almaty, OtherID: id, Kind: rules.Restates, Now: l.ago(96)})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	return nil
}

func (l *loader) loadStatement(s demoStatement) (int64, error) {
	staff := l.people["staff"]
	held, err := rules.ParseDate(s.day)
	if err != nil {
		return 0, err
	}
	meeting, err := l.SaveMeeting(l.ctx, staff, db.MeetingInput{Title: "On the International Centre for Industrial Cooperation", HeldOn: held,
		Place: s.place, Level: s.level, Sides: []string{"UZ", "KZ"}, Now: l.ago(98)})
	if err != nil {
		return 0, err
	}
	document, err := l.addText(meeting, "other", s.language, s.title, s.text, held)
	if err != nil {
		return 0, err
	}
	starts := len([]rune(s.text[:strings.Index(s.text, s.words)]))
	in := db.DirectiveInput{DocumentID: document, Starts: starts, Ends: starts + len([]rune(s.words)), Strength: s.strength, Title: s.directive,
		Points: []string{s.directive}, Sides: []string{"UZ", "KZ"}, DeadlineWording: s.wording, ControllerID: l.people["controller"].PersonID,
		Likeness: communique.Likeness(s.directive, s.words), Now: l.ago(96)}
	if s.due == "" {
		in.NoDeadlineReason = "The statement names no date."
	} else if due, err := rules.ParseDate(s.due); err == nil {
		in.Deadline = &due
	}
	return l.AddDirective(l.ctx, staff, in)
}

func (l *loader) addText(meeting int64, kind, language, title, text string, dated time.Time) (int64, error) {
	return l.AddDocument(l.ctx, l.people["staff"], db.DocumentInput{MeetingID: meeting, Kind: kind, Title: title, Language: language, DatedOn: dated,
		Origin: "Written for the demonstration", Original: []byte(text), Text: text, Now: l.ago(98)})
}

// loadUnread adds minutes that nobody has gone through yet, for trying the
// reader. They are made up, like the agencies they name.
func (l *loader) loadUnread() error {
	held := l.today.AddDate(0, 0, -6)
	meeting, err := l.SaveMeeting(l.ctx, l.people["staff"], db.MeetingInput{Title: "Joint working group on industrial cooperation (invented sample)", HeldOn: held,
		Place: "Tashkent", Level: "working", Sides: []string{"UZ", "KZ"}, Now: l.ago(5)})
	if err != nil {
		return err
	}
	text := strings.NewReplacer("{soon}", l.today.AddDate(0, 0, 25).Format("2 January 2006"), "{later}", l.today.AddDate(0, 2, 0).Format("2 January 2006")).Replace(demoMinutes)
	_, err = l.addText(meeting, "minutes", "en", "Minutes of the working group (invented sample)", text, held)
	return err
}
