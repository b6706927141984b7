package jobs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/mail"
	"amal/rules"
)

var formNow = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// wordsIn are long words in the letters of a language.
var wordsIn = map[i18n.Lang]string{
	i18n.En: "Draw up a joint list of priority projects & border crossings ", i18n.Ru: "Подготовить совместный перечень приоритетных проектов ",
	i18n.Uz: "Ustuvor loyihalarning qoʻshma roʻyxatini tayyorlash ", i18n.Kk: "Басым жобалардың бірлескен тізбесін әзірлеу қажет ", i18n.De: "Gemeinsame Übersicht vorrangiger Vorhaben erstellen ",
}

func wordy(lang i18n.Lang, letters int) string {
	return string([]rune(strings.Repeat(wordsIn[lang], letters/20))[:letters])
}

// letterTo is a letter about n tasks, each with words of so many letters.
func letterTo(lang i18n.Lang, rule string, n, letters int) *db.Letter {
	person, lead, year, no := int64(12), int64(7), 2026, 3
	l := &db.Letter{PersonID: &person, HeaderID: "p12-2026-03-02@amal.example", Answers: map[int64]string{},
		To: db.Recipient{PersonID: &person, Name: "Focal point", Email: "focal@example.org", Locale: string(lang)}}
	for i := range n {
		due, number := formNow.AddDate(0, 0, i%40-20).Truncate(24*time.Hour), i+1
		late := due.AddDate(0, 0, 1)
		line := db.LetterLine{Rule: rule, Audience: "lead", Place: "Almaty", HeldOn: formNow.AddDate(0, -1, 0), Words: wordy(lang, min(letters, 1000)), Note: wordy(lang, letters),
			Task: db.Task{ID: int64(i + 1), Title: wordy(lang, min(max(letters, 40), 500)), LeadID: &lead, LeadZone: "Asia/Tashkent", TaskState: db.TaskState{Status: rules.InProgress, Deadline: &due, OverdueAt: &late},
				NumberYear: &year, DirectiveNo: &no, Number: &number, Version: 4, ChangedAt: formNow.AddDate(0, 0, -1)}}
		for range letters / 200 {
			line.Points = append(line.Points, wordy(lang, letters))
		}
		l.Lines = append(l.Lines, line)
		l.Answers[line.ID] = strings.Repeat("A", 26)
	}
	return l
}

func composed(t *testing.T, l *db.Letter) mail.Message {
	t.Helper()
	j := &Jobs{BaseURL: "https://amal.example", From: "Amal <amal@example.org>"}
	names := map[string]string{"en": "Ministry of Transport of the Republic of Kazakhstan"}
	m, err := j.compose(l, map[int64]*db.Agency{7: {ID: 7, NameEn: names["en"]}}, formNow)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A mail is below 20 KB whatever it lists; what it has no room for it counts.
func TestAMailStaysSmallAndSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`\d+`)
	for _, lang := range i18n.Langs {
		for _, tc := range []struct{ n, letters int }{{1, 2000}, {3, 2000}, {5, 300}, {12, 40}, {90, 2000}, {300, 60}} {
			m := composed(t, letterTo(lang, "due_7", tc.n, tc.letters))
			size, err := m.Size()
			if err != nil || size > 20_000-1200 {
				t.Errorf("%s, %d tasks: %d bytes, %v", lang, tc.n, size, err)
			}
			listed := strings.Count(m.HTML, "/tasks/")
			if listed != strings.Count(m.Text, "/tasks/") || listed == 0 {
				t.Errorf("%s: the twins list %d and %d tasks", lang, listed, strings.Count(m.Text, "/tasks/"))
			}
			left := 0
			if listed < tc.n {
				more := i18n.For(lang).N("mail.more", tc.n-listed)
				left = tc.n - listed
				if !strings.Contains(m.Text, more) || !strings.Contains(m.HTML, more) || !slices.Contains(number.FindAllString(more, -1), fmt.Sprint(left)) {
					t.Errorf("%s: %d of %d listed, and no %q", lang, listed, tc.n, more)
				}
			}
			if tc.n <= 5 && listed != tc.n || tc.n == 12 && listed < 9 {
				t.Errorf("%s: only %d of %d tasks", lang, listed, tc.n)
			}
			if !strings.Contains(m.Subject, fmt.Sprint(tc.n)) && tc.n > 1 {
				t.Errorf("%s: the subject %q does not say %d", lang, m.Subject, tc.n)
			}
		}
	}
}

// What mail programs can't do or won't do, a mail does without.
func TestAMailIsMadeForMailPrograms(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs {
		for _, n := range []int{1, 5} {
			m := composed(t, letterTo(lang, "due_7", n, 300))
			keepShot(t, fmt.Sprintf("%s-%d", lang, n), m)
			checkForm(t, m)
			if buttons := strings.Count(m.HTML, `bgcolor="#0b5a83"`); buttons == 0 || buttons > n {
				t.Errorf("%s: %d buttons for %d tasks", lang, buttons, n)
			}
		}
	}
}

// shots is a folder to keep mails in, for looking at them; "" keeps none.
var shots = flag.String("shots", "", "folder for the HTML of mails")

func keepShot(t *testing.T, name string, m mail.Message) {
	t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".html"), []byte(m.HTML), 0o600); err != nil {
		t.Fatal(err)
	}
}

var tooWide = regexp.MustCompile(`(?:^|[^-])width:\s*(\d+)px`)

// checkForm holds a mail's HTML to what mail programs show alike.
func checkForm(t *testing.T, m mail.Message) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(m.HTML))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		seen[n.Data]++
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> runs %s", n.Data, a.Key)
			}
		}
		style := strings.ToLower(at["style"])
		for _, never := range []string{"flex", "grid", "position", "float", "url(", "@import", "var(", "calc("} {
			if strings.Contains(style, never) {
				t.Errorf("<%s> has %s", n.Data, never)
			}
		}
		for _, found := range tooWide.FindAllStringSubmatch(style, -1) {
			if len(found[1]) > 3 || found[1] > "600" {
				t.Errorf("<%s> is %s px wide", n.Data, found[1])
			}
		}
		switch n.Data {
		case "style", "link", "script", "iframe", "form", "svg", "video", "object":
			t.Errorf("a <%s>, which mail programs drop or load", n.Data)
		case "table":
			if at["role"] != "presentation" || at["width"] > "600" && len(at["width"]) == 3 {
				t.Errorf("a table of role %q, %s wide", at["role"], at["width"])
			}
		case "img":
			if _, ok := at["alt"]; !ok || !strings.HasPrefix(at["src"], "cid:") {
				t.Error("a picture without words, or from outside")
			}
		case "a":
			if !strings.HasPrefix(at["href"], "https://amal.example") {
				t.Errorf("a link to %s", at["href"])
			}
		case "html":
			if at["lang"] != m.Lang || at["dir"] != "ltr" {
				t.Errorf("language %q, direction %q", at["lang"], at["dir"])
			}
		}
	}
	if seen["h1"] != 1 || seen["title"] != 1 || !strings.Contains(m.HTML, `name="color-scheme" content="light"`) {
		t.Errorf("%v: one heading, a title, a light scheme", seen)
	}
	if !strings.Contains(m.HTML, "display:none;max-height:0") || strings.Contains(m.HTML+m.Text, "⟦") {
		t.Error("no preview, or a text is missing")
	}
	if strings.Contains(m.HTML, "src=") || strings.Contains(m.HTML, "http://") {
		t.Error("something from outside")
	}
}

// Mails about one task to one recipient stay together, whatever they say; a mail
// about several stands alone.
func TestMailsAboutOneTaskShareAThread(t *testing.T) {
	t.Parallel()
	first, second := composed(t, letterTo(i18n.En, "assigned", 1, 40)), letterTo(i18n.Ru, "due_7", 1, 40)
	second.Lines = append(second.Lines, second.Lines[0]) // told of it twice
	second.Lines[1].Rule = "question"
	if m := composed(t, second); m.Thread != "task-1-p12@amal.example" || m.Thread != first.Thread {
		t.Errorf("threads %q and %q", first.Thread, m.Thread)
	}
	if m := composed(t, letterTo(i18n.En, "due_7", 2, 40)); m.Thread != "" || m.MessageID != "p12-2026-03-02@amal.example" {
		t.Errorf("a digest in the thread %q", m.Thread)
	}
	box := letterTo(i18n.En, "assigned", 1, 40)
	agency := int64(7)
	box.PersonID, box.To.PersonID, box.AgencyID, box.To.AgencyID = nil, nil, &agency, &agency
	if m := composed(t, box); m.Thread != "task-1-a7@amal.example" || m.Help != "" {
		t.Errorf("the mailbox: thread %q, help %q", m.Thread, m.Help)
	}
	if first.Help != "https://amal.example/account" || first.ListID != "reminders.amal.example" {
		t.Errorf("help %q, list %q", first.Help, first.ListID)
	}
}

// A mail that says when one task is due brings the date along, as the feeds
// name it; of what is for official use the date only.
func TestADueDateComesAlong(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"assigned", "unaccepted", "due_30", "due_3w", "due_0", "answered"} {
		m := composed(t, letterTo(i18n.De, rule, 1, 40))
		if len(m.Files) != 1 || !strings.Contains(m.Text, "Kalender") || !strings.Contains(m.HTML, "Kalender") {
			t.Fatalf("%s: %d files", rule, len(m.Files))
		}
		ics := string(m.Files[0].Bytes)
		for _, want := range []string{"METHOD:PUBLISH\r\n", "UID:" + files.DayUID("task", 1, "amal.example") + "\r\n", "SEQUENCE:4\r\n", "DTSTART;VALUE=DATE:20260210\r\n",
			"DTEND;VALUE=DATE:20260211\r\n", "DTSTAMP:20260301T040000Z\r\n", "SUMMARY:2026-3.1 Gemeinsame", "URL:https://amal.example/tasks/1\r\n"} {
			if !strings.Contains(ics, want) {
				t.Errorf("%s: no %q in\n%s", rule, want, ics)
			}
		}
		if strings.Contains(ics, "REFRESH") || m.Files[0].Type != "text/calendar; charset=utf-8; method=PUBLISH" {
			t.Errorf("%s of type %s", ics, m.Files[0].Type)
		}
	}
	official := letterTo(i18n.En, "assigned", 1, 300)
	official.Lines[0].Official = true
	m := composed(t, official)
	if whole := m.Text + m.HTML + string(m.Files[0].Bytes); strings.Contains(whole, "Draw up") || !strings.Contains(string(m.Files[0].Bytes), "Reserved (official use)") || !strings.Contains(string(m.Files[0].Bytes), "20260210") {
		t.Errorf("for official use: %s", m.Files[0].Bytes)
	}
	done, dateless := letterTo(i18n.En, "assigned", 1, 40), letterTo(i18n.En, "assigned", 1, 40)
	done.Lines[0].Status, dateless.Lines[0].Deadline = rules.Accepted, nil
	for what, l := range map[string]*db.Letter{"two tasks": letterTo(i18n.En, "due_7", 2, 40), "a report": letterTo(i18n.En, "submitted", 1, 40), "late": letterTo(i18n.En, "late_3w", 1, 40), "done": done, "no date": dateless} {
		if m := composed(t, l); len(m.Files) != 0 || strings.Contains(m.Text, "calendar") {
			t.Errorf("%s: %d files", what, len(m.Files))
		}
	}
}

// What is overdue counts in the subject, whether the mail tells of it by itself
// or in a list.
func TestASubjectCountsTheOverdueOfLists(t *testing.T) {
	t.Parallel()
	l := letterTo(i18n.En, "late_7", 1, 40)
	l.Lists = []db.LetterList{{Rule: "week", Sections: []db.ListSection{{Key: "late", Total: 5}, {Key: "week", Total: 4}}}}
	if m := composed(t, l); m.Subject != "6 overdue – 10 tasks for you" {
		t.Errorf("%q", m.Subject)
	}
}
