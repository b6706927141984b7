package jobs

import (
	"fmt"
	"strings"
	"time"

	"amal/db"
	"amal/i18n"
	"amal/mail"
	"amal/rules"
	"amal/templates"
)

// letterView is what a mail says.
type letterView struct {
	Subject, Greeting, Intro string
	Preview                  string // what lists of mails show beside the subject
	Late                     bool   // the mail itself comes late, after an outage
	Paused                   bool   // it gathers what came due while its reader paused his mails
	Groups                   []letterGroup
	Lists                    []letterList
	Footer                   string
	BaseURL                  string
	Own                      bool   // it carries links that answer in the recipient's name
	Dates                    bool   // its date goes along for a calendar
	More                     string // that there are more than it has room for, "" else
	Account                  string // where the recipient sets when mails come, "" for a mailbox
}

// letterGroup are the tasks that a mail names under one heading, worst first.
type letterGroup struct {
	Title string
	Tasks []letterTask
}

// letterTask is one task of a mail with the words it rests on.
type letterTask struct {
	Ref, Title, Due, Delay string
	Agency                 string
	Why, Next, Note        string
	Words, Meeting         string
	Points                 []string
	Href, Answer           string // the page; the link that answers without signing in, "" for none
	Button                 string // what leads to the page, "" where it is there to answer
	Urgent                 bool
	Bare                   bool // told in a line, where a mail has many
}

var letterMail = templates.NewMail[letterView]("letter")

// compose writes a claimed message in its recipient's language.
func (j *Jobs) compose(l *db.Letter, agencies map[int64]*db.Agency, now time.Time) (mail.Message, error) {
	if l.Alarm != nil {
		return j.composeAlarm(l, now)
	}
	lang, _ := i18n.Parse(l.To.Locale)
	v := j.view(i18n.For(lang), l, agencies, now)
	m := j.form(l, lang, now)
	m.Subject, m.Thread, m.Files = v.Subject, j.thread(l), j.dates(i18n.For(lang), l, agencies)
	v.Preview, v.Dates, v.Account = preview(v), len(m.Files) > 0, m.Help
	return fit(m, lang, v)
}

func (j *Jobs) view(p *i18n.Printer, l *db.Letter, agencies map[int64]*db.Agency, now time.Time) letterView {
	v := letterView{Greeting: p.T("mail.greeting"), BaseURL: j.BaseURL, Own: len(l.Answers) > 0}
	groups := map[string]*letterGroup{}
	late := 0
	v.Late, v.Paused = lateness(l)
	lines := latest(l.Lines)
	for i := range lines {
		line := &lines[i]
		key := groupOf(line, now)
		if key == "late" {
			late++
		}
		if groups[key] == nil {
			groups[key] = &letterGroup{Title: p.T("mail.group." + key)}
		}
		groups[key].Tasks = append(groups[key].Tasks, j.task(p, l, line, agencies, now))
	}
	for _, key := range []string{"late", "decide", "soon", "new", "other"} {
		if g := groups[key]; g != nil {
			v.Groups = append(v.Groups, *g)
		}
	}
	v.Lists = j.lists(p, l, agencies, now)
	v.Subject = subject(p, l, lines, late+lateListed(l))
	if len(lines) > 0 {
		v.Intro = p.N("mail.intro", len(lines))
	}
	v.Footer = p.T("mail.footer." + footerKey(l))
	return v
}

// groupOf sorts a line under late, to decide, due soon, new and the rest.
func groupOf(line *db.LetterLine, now time.Time) string {
	switch {
	case line.Rule == "submitted" || line.Rule == "needs_help" || line.Rule == "asked" || strings.HasPrefix(line.Rule, "review_"):
		return "decide"
	case line.Overdue(now):
		return "late"
	case line.Rule == "assigned" || line.Rule == "unaccepted":
		return "new"
	case strings.HasPrefix(line.Rule, "due_"):
		return "soon"
	}
	return "other"
}

func footerKey(l *db.Letter) string {
	if l.PersonID == nil {
		return "mailbox"
	}
	return "person"
}

// subject says the numbers; a mail about one thing says which.
func subject(p *i18n.Printer, l *db.Letter, lines []db.LetterLine, late int) string {
	if len(lines) == 0 && (len(l.Lists) == 1 || listCount(l) == 0) {
		return short(listTitle(p, &l.Lists[0]))
	}
	if len(lines) == 1 && len(l.Lists) == 0 {
		line := &lines[0]
		return heading(p, l, line) + ": " + line.Ref() + " " + short(titleOf(p, line))
	}
	all := p.N("mail.subject.all", len(lines)+listCount(l))
	if late > 0 {
		return p.N("mail.subject.late", late, "All", all)
	}
	return all
}

// titleOf is a line's title, of one for official use only that it is one.
func titleOf(p *i18n.Printer, line *db.LetterLine) string {
	if line.Rule == rules.RulePassedOn {
		return p.T("mail.passed_on.title")
	}
	if line.Official {
		return p.T("official.title")
	}
	return line.Title
}

func short(title string) string {
	r := []rune(title)
	if len(r) <= 70 {
		return title
	}
	return string(r[:69]) + "…"
}

// task is a line in words: why it came, what happens next, where to answer.
func (j *Jobs) task(p *i18n.Printer, l *db.Letter, line *db.LetterLine, agencies map[int64]*db.Agency, now time.Time) letterTask {
	t := letterTask{Ref: line.Ref(), Title: line.Title, Due: p.T("due.none"), Words: line.Words, Points: line.Points, Note: line.Note,
		Meeting: line.Place + ", " + p.Date(line.HeldOn), Href: j.link(fmt.Sprintf("/tasks/%d", line.ID)),
		Why: p.T("rule." + line.Rule + ".why"), Urgent: line.Overdue(now)}
	if line.Official { // its words stay on the page, behind the sign-in
		t.Title, t.Words, t.Points, t.Note = p.T("official.title"), "", nil, ""
	}
	if line.Rule == rules.RulePassedOn { // its page is not for him any more
		t.Title, t.Due, t.Href, t.Button = titleOf(p, line), "", j.link("/tasks"), p.T("mail.passed_on.button")
		return t
	}
	if token := l.Answers[line.ID]; token != "" {
		t.Answer = j.link("/a/" + token)
	}
	if line.LeadID != nil && agencies[*line.LeadID] != nil {
		t.Agency = agencies[*line.LeadID].Name(string(p.Lang()))
	}
	if line.Rule == "decision" {
		t.Why = p.T("mail.decision." + string(line.Status))
	}
	if key := moved(l, line); key != "" {
		t.Why = p.T(key+".why", "Day", p.LongDate(*line.Deadline))
	}
	if line.Deadline != nil {
		t.Due = p.LongDate(*line.Deadline)
		if zone, err := line.Zone(); err == nil && line.Status.Open() {
			t.Delay = delay(p, rules.DaysLate(*line.Deadline, rules.Today(now, zone)))
		}
	}
	t.Next = next(p, line)
	return t
}

// link is an address of this installation.
func (j *Jobs) link(path string) string { return strings.TrimSuffix(j.BaseURL, "/") + path }

func delay(p *i18n.Printer, late int) string {
	switch {
	case late > 0:
		return p.N("due.late", late)
	case late == 0:
		return p.T("due.today")
	}
	return p.N("due.in", -late)
}

// next says what happens when nobody answers.
func next(p *i18n.Printer, line *db.LetterLine) string {
	switch {
	case line.Rule == "submitted", line.Rule == "needs_help", line.Rule == "decision", !line.Status.Open(),
		line.Audience == string(rules.ByController), line.Audience == string(rules.Supervisor):
		return ""
	case line.Deadline == nil:
		return p.T("mail.next.none")
	}
	return p.T("mail.next." + nextRung(line.Rule))
}

// nextRung is the ladder's step after a rule.
func nextRung(rule string) string {
	after := map[string]string{"assigned": "due_7", "unaccepted": "due_7", "silent": "due_7", "due_30": "due_7", "due_14": "due_7", "due_7": "due_3w", "due_3w": "due_0", "due_1w": "due_0", "due_0": "late_1w",
		"late_1w": "late_3w", "late_3w": "late_7"}
	if step, ok := after[rule]; ok {
		return step
	}
	return "review"
}
