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

var proposalForm = regexp.MustCompile(`href="(/directives/new\?[^"]+)"`)

// A proposal leads to the directive's form with its words, strength and
// deadline; once a directive rests on the words, they are proposed no more.
func TestProposalsOfADocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as("staff")
	a := b.post(fmt.Sprintf("/meetings/%d/documents", s.meeting), url.Values{"title": {"Minutes"}, "kind": {"minutes"}, "dated_on": {"1.3.2026"},
		"text": {"Minutes of the meeting\n\nThe governments were instructed to draw up a roadmap by 1 December 2026. Views were exchanged on the region."}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("adding the text: %d", a.status)
	}
	page := b.get(a.location)
	found := proposalForm.FindStringSubmatch(page.body)
	if found == nil || !strings.Contains(page.body, `href="#p1"`) {
		t.Fatal("nothing is proposed, or the text has no mark")
	}
	form := b.get(html.UnescapeString(found[1]))
	for _, want := range []string{"01.12.2026", "by 1 December 2026", "draw up a roadmap"} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	if other := b.get(a.location + "?sentence=3"); !strings.Contains(other.body, "courtesy") {
		t.Error("nothing says why a sentence is not proposed")
	}
	document := a.location[strings.LastIndex(a.location, "/")+1:]
	saved := b.post("/directives", url.Values{"document": {document}, "sentence": {"2"}, "words": {"draw up a roadmap by 1 December 2026"}, "title": {"Roadmap"},
		"strength": {"instructed"}, "points": {"x"}, "sides": {"UZ", "KZ"}, "deadline": {"1.12.2026"}, "past": {"1"},
		"controller": {fmt.Sprint(s.people["controller"].PersonID)}, "form_key": {"22222222222222222222222222222222"}})
	if saved.status != http.StatusSeeOther {
		t.Fatalf("saving: %d %.300s", saved.status, saved.body)
	}
	if again := b.get(a.location); proposalForm.MatchString(again.body) {
		t.Error("what a directive rests on is proposed again")
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
