package handlers

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var pressable = regexp.MustCompile(`name="do" value="((?:confirm|restates|link|decline|back) [^"]+)"`)

// source adds a text to a meeting and returns the address of its page.
func (s *site) source(b *browser, meeting int64, language, text string) string {
	s.t.Helper()
	a := b.post(fmt.Sprintf("/meetings/%d/documents", meeting), url.Values{"title": {"Minutes"}, "kind": {"minutes"}, "dated_on": {"1.3.2026"}, "language": {language}, "text": {text}})
	if a.status != http.StatusSeeOther {
		s.t.Fatalf("adding the text: %d", a.status)
	}
	return a.location
}

// buttons lists what can be pressed on a document's page, by verb.
func buttons(b *browser, page string) map[string][]string {
	found := map[string][]string{}
	for _, m := range pressable.FindAllStringSubmatch(b.get(page).body, -1) {
		verb, _, _ := strings.Cut(m[1], " ")
		found[verb] = append(found[verb], html.UnescapeString(m[1]))
	}
	return found
}

// press sends a document's proposals with one button pressed.
func (s *site) press(b *browser, page, do string, more ...string) answer {
	s.t.Helper()
	form := url.Values{"do": {do}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Add(more[i], more[i+1])
	}
	return b.post(page+"/proposals", form)
}

const ordered = "Minutes of the meeting\n\nThe governments were instructed to draw up a roadmap for border crossings by 1 December 2026. Views were exchanged on the region. The parties agreed to hold a forum on 5 May 2027."

// What is confirmed is recorded with its words, strength, deadline and
// controller, and can be taken back while it has no number.
func TestConfirmingAProposal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	before := buttons(b, page)
	if len(before["confirm"]) == 0 || !strings.Contains(b.get(page).body, `href="#p1"`) {
		t.Fatalf("nothing is proposed, or the text has no mark: %v", before)
	}
	if a := s.press(b, page, before["confirm"][0]); a.status != http.StatusSeeOther {
		t.Fatalf("confirming: %d %.500s", a.status, a.body)
	}
	after := b.get(page)
	link := regexp.MustCompile(`<h3 id="ph1"><a href="(/directives/\d+)">`).FindStringSubmatch(after.body)
	if link == nil || !strings.Contains(after.body, "Confirmed") {
		t.Fatal("the page does not show what was recorded")
	}
	directive := b.get(link[1])
	for _, want := range []string{"draw up a roadmap for border crossings by 1 December 2026</mark>", "2026-12-01", "by 1 December 2026", "controller"} {
		if !strings.Contains(directive.body, want) {
			t.Errorf("the directive lacks %q", want)
		}
	}
	back := buttons(b, page)["back"]
	if len(back) != 1 {
		t.Fatalf("what can be taken back: %v", back)
	}
	if a := s.press(b, page, back[0]); a.status != http.StatusSeeOther {
		t.Fatalf("taking back: %d", a.status)
	}
	if a := b.get(link[1]); a.status != http.StatusNotFound {
		t.Errorf("the directive taken back: %d", a.status)
	}
	if now := buttons(b, page); fmt.Sprint(now) != fmt.Sprint(before) {
		t.Errorf("after taking back: %v, before: %v", now, before)
	}
}

func TestDecliningAProposal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	decline := buttons(b, page)["decline"][0]
	if a := s.press(b, page, decline); a.status != http.StatusSeeOther {
		t.Fatalf("declining: %d", a.status)
	}
	if again := s.press(b, page, decline); again.status != http.StatusConflict {
		t.Errorf("declining twice: %d, want 409", again.status)
	}
	if body := b.get(page).body; !strings.Contains(body, "Not a commitment") || strings.Contains(body, html.EscapeString(decline)) {
		t.Error("the declined one still asks")
	}
	if other := b.get(page + "?sentence=3"); !strings.Contains(other.body, "courtesy") {
		t.Error("nothing says why a sentence is not proposed")
	}
}

// Changed fields are recorded as changed; what is missing comes back in its
// place with what was typed.
func TestChangingAProposal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	confirm := buttons(b, page)["confirm"][0]
	key := strings.Fields(confirm)[1]
	open := b.get(page + "?change=" + url.QueryEscape(key))
	for _, want := range []string{`name="title"`, `value="01.12.2026"`, "Read from"} {
		if !strings.Contains(open.body, want) {
			t.Errorf("the open fields lack %q", want)
		}
	}
	fields := []string{"open", key, "title", "A better title", "as", "agreed", "points", "One\nTwo", "lead", fmt.Sprint(s.uz), "deadline"}
	bad := s.press(b, page, confirm, append(fields, "soon")...)
	if bad.status != http.StatusUnprocessableEntity || !strings.Contains(bad.body, "A better title") || !strings.Contains(bad.body, `id="e-deadline"`) {
		t.Errorf("a wrong date: %d, or the words typed are lost", bad.status)
	}
	if a := s.press(b, page, confirm, append(fields, "2.12.2026")...); a.status != http.StatusSeeOther {
		t.Fatalf("confirming with changes: %d", a.status)
	}
	shown := b.get(page).body
	link := regexp.MustCompile(`<h3 id="ph1"><a href="(/directives/\d+)">A better title`).FindStringSubmatch(shown)
	if link == nil {
		link = regexp.MustCompile(`<h3 id="ph1"><a href="(/directives/\d+)">`).FindStringSubmatch(shown)
	}
	if link == nil || !strings.Contains(shown, "Confirmed with changes") {
		t.Fatal("the change is not shown")
	}
	for _, want := range []string{"A better title", "2026-12-02", "/tasks/"} {
		if !strings.Contains(b.get(link[1]).body, want) {
			t.Errorf("the directive lacks %q", want)
		}
	}
}

// An event goes to the meeting's events, a figure to its figures.
func TestConfirmingEventsAndFigures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "de", "Der Handel ist seit Jahresbeginn um 14 Prozent gewachsen.\nDas nächste Gipfeltreffen findet am 5. Mai 2027 in Samarkand statt.")
	for range 2 {
		for _, do := range buttons(b, page)["confirm"][:1] {
			if a := s.press(b, page, do); a.status != http.StatusSeeOther {
				t.Fatalf("%s: %d %.500s", do, a.status, a.body)
			}
		}
	}
	meeting := b.get(fmt.Sprintf("/meetings/%d", s.meeting)).body
	for _, want := range []string{"14 Prozent", "2027-05-05"} {
		if !strings.Contains(meeting, want) {
			t.Errorf("the meeting lacks %q", want)
		}
	}
}

// The same commitment at a later meeting is offered as a restatement; the
// directive then shows both in one view, with how far the deadline moved.
func TestRestatedCommitments(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	first := s.source(b, s.meeting, "en", "The parties agreed to build the International Centre for Industrial Cooperation by 1 June 2026.")
	if a := s.press(b, first, buttons(b, first)["confirm"][0]); a.status != http.StatusSeeOther {
		t.Fatalf("the first statement: %d", a.status)
	}
	a := b.post("/meetings", url.Values{"title": {"Later"}, "held_on": {"1.9.2026"}, "place": {"Samarkand"}, "level": {"ministers"}, "sides": {"UZ", "KZ"}})
	var later int64
	if _, err := fmt.Sscanf(a.location, "/meetings/%d", &later); err != nil {
		t.Fatal(err, a.status)
	}
	second := s.source(b, later, "ru", "Поручено завершить строительство Международного центра промышленной кооперации до 1 декабря 2026 года.")
	restate := buttons(b, second)["restates"]
	if len(restate) != 1 {
		t.Fatalf("restatements offered: %v", restate)
	}
	if a := s.press(b, second, restate[0]); a.status != http.StatusSeeOther {
		t.Fatalf("restating: %d", a.status)
	}
	link := regexp.MustCompile(`<h3 id="ph1"><a href="(/directives/\d+)">`).FindStringSubmatch(b.get(second).body)
	if link == nil {
		t.Fatal("nothing was recorded")
	}
	for _, want := range []string{"2 statements, 2 dates, &#43;183 days", "International Centre", "Международного центра"} {
		if !strings.Contains(b.get(link[1]).body, want) {
			t.Errorf("the chain lacks %q", want)
		}
	}
}

// A second language of a source: its directives are linked, not recorded twice.
func TestTwoLanguagesOfOneSource(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	english := s.source(b, s.meeting, "en", "The governments were instructed to draw up a programme of industrial cooperation. They agreed to widen the customs corridor by 1 June 2027.")
	for len(buttons(b, english)["confirm"]) > 0 {
		if a := s.press(b, english, buttons(b, english)["confirm"][0]); a.status != http.StatusSeeOther {
			t.Fatalf("confirming: %d", a.status)
		}
	}
	russian := s.source(b, s.meeting, "ru", "Правительствам поручено разработать программу промышленной кооперации. Стороны договорились расширить таможенный коридор до 1 июня 2027 года.")
	links := buttons(b, russian)["link"]
	if len(links) != 2 {
		t.Fatalf("links offered: %v", links)
	}
	beside := strings.Replace(english, "/documents/", "", 1)
	page := russian + "/beside/" + beside
	if a := b.get(page); strings.Count(a.body, `value="link `) != 2 {
		t.Errorf("the page side by side does not offer the links: %d %s", a.status, a.body)
	}
	for _, do := range links {
		if a := s.press(b, russian, do); a.status != http.StatusSeeOther {
			t.Fatalf("linking: %d", a.status)
		}
	}
	if body := b.get(page).body; strings.Contains(body, `value="link `) || strings.Count(body, "<mark>") != 4 {
		t.Error("the directives are not marked in both texts")
	}
	if a := b.get(fmt.Sprintf("%s/beside/%d", russian, s.document)); a.status != http.StatusOK {
		t.Errorf("beside another text of the meeting: %d", a.status)
	}
}

// Who may not record can't decide; what is of another document, or nonsense, is
// not there.
func TestDecisionsOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	confirm := buttons(b, page)["confirm"][0]
	for _, who := range []string{"focal", "focal.kz", "auditor", "admin"} {
		if a := s.press(s.as(who), page, confirm); a.status != http.StatusNotFound {
			t.Errorf("%s confirms: %d", who, a.status)
		}
	}
	for do, want := range map[string]int{"confirm 0-1-agreement": http.StatusNotFound, "link " + strings.Fields(confirm)[1] + " 999999": http.StatusNotFound,
		"restates " + strings.Fields(confirm)[1] + " 999999": http.StatusNotFound, "back 999999": http.StatusNotFound, "back x": http.StatusNotFound,
		"burn " + strings.Fields(confirm)[1]: http.StatusBadRequest, "": http.StatusSeeOther} {
		if a := s.press(b, page, do); a.status != want {
			t.Errorf("%q: %d, want %d", do, a.status, want)
		}
	}
	if a := s.press(b, page, confirm, "controller", ""); a.status != http.StatusSeeOther {
		t.Errorf("first value counts: %d", a.status)
	}
}

// upload sends a file in a document's form and returns the answer.
func upload(b *browser, path, name, content string) answer {
	b.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field, value := range map[string]string{"title": "From a file", "kind": "minutes", "dated_on": "1.3.2026"} {
		if err := w.WriteField(field, value); err != nil {
			b.s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.s.t.Fatal(err)
	}
	return b.do("POST", path, w.FormDataContentType(), body.String(), "Sec-Fetch-Site", "same-origin")
}

// word packs a paragraph as a .docx.
func word(t *testing.T, paragraph string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("word/document.xml")
	if err == nil {
		_, err = f.Write([]byte("<w:document><w:body><w:p><w:r><w:t>" + paragraph + "</w:t></w:r></w:p></w:body></w:document>"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDocumentsFromFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	path := fmt.Sprintf("/meetings/%d/documents", s.meeting)
	whole := word(t, "The parties agreed to open a trade zone.")
	a := upload(b, path, "minutes.docx", whole)
	if a.status != http.StatusSeeOther {
		t.Fatalf("a .docx: %d", a.status)
	}
	if page := b.get(a.location); !strings.Contains(page.body, "open a trade zone") {
		t.Error("the text of the .docx is not shown")
	}
	for name, c := range map[string][2]string{
		"cut.docx":    {whole[:len(whole)/2], "damaged"},
		"old.doc":     {"\xd0\xcf\x11\xe0", "old .doc"},
		"picture.png": {"\x89PNG\x00", "no text, .docx or .pdf"},
	} {
		if a := upload(b, path, name, c[0]); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c[1]) || !strings.Contains(a.body, "From a file") {
			t.Errorf("%s: %d, or not the message %q, or the title is lost", name, a.status, c[1])
		}
	}
}

// Decisions do not outlive what they made, and words are recorded once.
func TestDecisionsFollowWhatTheyMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	confirm := buttons(b, page)["confirm"]
	key := strings.Fields(confirm[0])[1]
	for _, do := range []string{"link " + key, "restates " + key, "confirm " + key + " 1"} {
		if a := s.press(b, page, do); a.status != http.StatusBadRequest {
			t.Errorf("%q: %d, want 400", do, a.status)
		}
	}
	document := page[strings.LastIndex(page, "/")+1:]
	saved := b.post("/directives", url.Values{"document": {document}, "sentence": {"2"}, "words": {"draw up a roadmap"}, "title": {"Roadmap"}, "strength": {"instructed"},
		"points": {"x"}, "sides": {"UZ", "KZ"}, "deadline": {"1.12.2026"}, "controller": {fmt.Sprint(s.people["controller"].PersonID)}})
	if saved.status != http.StatusSeeOther {
		t.Fatalf("by hand: %d", saved.status)
	}
	if a := s.press(b, page, confirm[0]); a.status != http.StatusConflict {
		t.Errorf("confirming what was recorded by hand: %d, want 409", a.status)
	}
	event := confirm[len(confirm)-1]
	if a := s.press(b, page, event, "open", strings.Fields(event)[1], "title", "Forum", "as", "event", "deadline", "5.5.2027", "points", "x"); a.status != http.StatusSeeOther {
		t.Fatalf("as an event: %d", a.status)
	}
	remove := regexp.MustCompile(`action="(/events/\d+/remove)"><button class="btn plain" aria-label="[^"]*Forum`).FindStringSubmatch(b.get(fmt.Sprintf("/meetings/%d", s.meeting)).body)
	if remove == nil {
		t.Fatal("the event is not on the meeting's page")
	}
	b.post(remove[1], nil)
	if again := buttons(b, page)["confirm"]; len(again) == 0 || again[len(again)-1] != event {
		t.Errorf("after removing the event: %v", again)
	}
}

// Words typed in one proposal stay when another is decided.
func TestTypedWordsStayBesideADecision(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	page := s.source(b, s.meeting, "en", ordered)
	before := buttons(b, page)
	a := s.press(b, page, before["decline"][1], "open", strings.Fields(before["confirm"][0])[1], "title", "Typed with care", "as", "instructed", "points", "x")
	if a.status != http.StatusOK || !strings.Contains(a.body, "Typed with care") {
		t.Errorf("%d, or the words are lost", a.status)
	}
}
