package jobs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/mail"
	"amal/templates"
)

// form is what every mail to a person or a mailbox has in common, whatever it
// tells: sender, recipient, the list it belongs to, and an id made from its key.
func (j *Jobs) form(l *db.Letter, lang i18n.Lang, now time.Time) mail.Message {
	m := mail.Message{From: j.From, ToName: l.To.Name, To: l.To.Email, MessageID: l.HeaderID,
		ListID: "reminders." + j.host(), Lang: string(lang), Date: now}
	if l.PersonID != nil {
		m.Help = j.link("/account")
	}
	return m
}

// write fills a message's twins from a mail's templates.
func write[V any](m mail.Message, t *templates.Mail[V], lang i18n.Lang, v V) (mail.Message, error) {
	var err error
	m.Text, m.HTML, err = t.Write(lang, v)
	return m, err
}

// thread is what mails about one task to one recipient have in common; "" for a
// mail about several, which stands alone.
func (j *Jobs) thread(l *db.Letter) string {
	line := theOne(l)
	if line == nil || len(l.Lists) > 0 {
		return ""
	}
	return fmt.Sprintf("task-%d-%s@%s", line.ID, l.To.Key(), j.host())
}

// theOne is a line of the only task that a mail is about, nil where it is about
// several.
func theOne(l *db.Letter) *db.LetterLine {
	if len(l.Lines) == 0 || slices.ContainsFunc(l.Lines, func(line db.LetterLine) bool { return line.ID != l.Lines[0].ID }) {
		return nil
	}
	return &l.Lines[0]
}

// dates is the due date of the one task that a mail is about, for the
// recipient's calendar, where the mail tells when it is due.
func (j *Jobs) dates(p *i18n.Printer, l *db.Letter, agencies map[int64]*db.Agency) []mail.File {
	line := theOne(l)
	if line == nil || line.Deadline == nil || !line.Status.Open() || !slices.ContainsFunc(l.Lines, tellsDate) {
		return nil
	}
	text := p.T("official.title")
	if !line.Official {
		text = p.T("field.status") + ": " + p.T("status."+string(line.Status))
		if line.LeadID != nil && agencies[*line.LeadID] != nil {
			text += "\n" + p.T("field.lead") + ": " + agencies[*line.LeadID].Name(string(p.Lang()))
		}
	}
	cal := files.Calendar{Method: "PUBLISH", Name: "Amal", Days: []files.CalendarDay{{UID: files.DayUID("task", line.ID, j.host()), Day: *line.Deadline,
		Title: files.DayTitle(p, line.Ref(), line.Title, line.Official, false), Text: text, URL: j.link(fmt.Sprintf("/tasks/%d", line.ID)),
		Changed: line.ChangedAt, Revision: line.Version}}}
	return []mail.File{{Name: "amal.ics", Type: "text/calendar; charset=utf-8; method=PUBLISH", Bytes: cal.Bytes()}}
}

// tellsDate reports whether a line is there to say when something is due: a new
// task, one nobody took, a step before the day, a decision on more time.
func tellsDate(line db.LetterLine) bool {
	return strings.HasPrefix(line.Rule, "due_") || slices.Contains([]string{"assigned", "unaccepted", "answered"}, line.Rule)
}

// previewed is how many tasks a mail names beside its subject.
const previewed = 3

// preview is what lists of mails show beside the subject: the first tasks, else
// the first parts of its lists.
func preview(v letterView) string {
	var names []string
	for _, g := range v.Groups {
		for _, t := range g.Tasks {
			names = append(names, strings.TrimSpace(t.Ref+" "+short(t.Title)))
		}
	}
	for _, l := range v.Lists {
		if len(l.Sections) == 0 {
			names = append(names, l.Title)
		}
		for i, s := range l.Sections {
			if i == 0 {
				names = append(names, l.Title+": "+s.Title)
			} else {
				names = append(names, s.Title)
			}
		}
	}
	return strings.Join(names[:min(previewed, len(names))], " · ")
}

// largest is how many bytes a mail may take. A signature and the mail servers'
// own lines come on top; 20 KB are reached nowhere.
const largest = 18_800

// detail is how much a mail says of each task, and of how many so much; the
// others get a line each. fully 0: of all. Each part of a list has so many rows.
type detail struct{ title, words, note, points, point, fully, rows int }

// details are tried one after the other until a mail is short enough; the last
// one only where fewer tasks did not help.
var details = []detail{
	{title: 500, words: 1000, note: 2000, points: 50, point: 2000, rows: 15},
	{title: 300, words: 400, note: 600, points: 5, point: 200, rows: 15},
	{title: 150, note: 150, rows: 6},
	{title: 110, note: 110, fully: 3, rows: 3},
	{title: 90, note: 90, fully: 1, rows: 1},
	{title: 90, note: 90, fully: 1},
}

// fit writes a mail so that it stays below the largest size: first with less of
// each task, then with fewer of them and a line that says how many more there
// are, then without the rows of lists.
func fit(m mail.Message, lang i18n.Lang, v letterView) (mail.Message, error) {
	n := 0
	for _, g := range v.Groups {
		n += len(g.Tasks)
	}
	level := v.firstLevel(n)
	for all := n; ; {
		var err error
		if m, err = write(m, letterMail, lang, v.within(i18n.For(lang), level, n, all-n)); err != nil {
			return m, err
		}
		size, err := m.Size()
		switch {
		case err != nil || size <= largest:
			return m, err
		case level < len(details)-2:
			level++
		case n > 1:
			n = max(1, min(n-1, n*largest/size))
		case level < len(details)-1:
			level++
		default:
			return m, nil
		}
	}
}

// What a task takes in a mail at the least, beside its own words: in full, and
// in a line.
const (
	fullBytes = 1200
	bareBytes = 300
)

// firstLevel is the first level of details at which the mail has a chance to be
// short enough, by the lengths of its words alone: those before it are not worth
// writing. Each word stands in both twins.
func (v letterView) firstLevel(n int) int {
	level := 0
	for ; level < len(details)-2; level++ {
		d, bytes := details[level], 0
		for _, g := range v.Groups {
			for _, t := range g.Tasks {
				t = t.within(d)
				bytes += 2*(len(t.Title)+len(t.Words)+len(t.Note)+len(t.Agency)+len(t.Why)) + fullBytes
				for _, point := range t.Points {
					bytes += 2 * len(point)
				}
			}
		}
		if d.fully > 0 && n > d.fully {
			bytes -= (n - d.fully) * (fullBytes - bareBytes)
		}
		if bytes <= largest {
			break
		}
	}
	return level
}

// within is the view with its first n tasks, told in as much detail as a level
// of details has.
func (v letterView) within(p *i18n.Printer, level, n, rest int) letterView {
	groups, told := v.Groups, 0
	v.Lists = slices.Clone(v.Lists)
	for i := range v.Lists {
		v.Lists[i] = v.Lists[i].within(p, details[level].rows)
	}
	v.Groups = nil
	for _, g := range groups {
		g.Tasks = slices.Clone(g.Tasks[:min(n-told, len(g.Tasks))])
		for i := range g.Tasks {
			g.Tasks[i] = g.Tasks[i].within(details[level])
			g.Tasks[i].Bare = details[level].fully > 0 && told >= details[level].fully
			told++
		}
		if len(g.Tasks) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	if rest > 0 {
		v.More = p.N("mail.more", rest)
	}
	return v
}

func (t letterTask) within(d detail) letterTask {
	t.Title, t.Words, t.Note = cut(t.Title, d.title), cut(t.Words, d.words), cut(t.Note, d.note)
	points := t.Points
	t.Points = nil
	for _, point := range points[:min(d.points, len(points))] {
		t.Points = append(t.Points, cut(point, d.point))
	}
	return t
}

// cut shortens words to n letters; none are left where there is no room.
func cut(words string, n int) string {
	letters := []rune(words)
	switch {
	case n == 0:
		return ""
	case len(letters) <= n:
		return words
	}
	return string(letters[:n-1]) + "…"
}
