package handlers

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// send uploads files to a task; names and bodies alternate.
func (b *browser) send(path string, parts ...string) answer {
	b.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(parts); i += 2 {
		part, err := w.CreateFormFile("file", parts[i])
		if err == nil {
			_, err = part.Write([]byte(parts[i+1]))
		}
		if err != nil {
			b.s.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.s.t.Fatal(err)
	}
	return b.do("POST", path, w.FormDataContentType(), body.String(), "Sec-Fetch-Site", "same-origin")
}

var fileLink = regexp.MustCompile(`href="(/files/\d+)"`)

func TestEvidenceFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal, page := s.as("focal"), fmt.Sprintf("/tasks/%d", s.task)
	if a := focal.send(page+"/files", "../../etc/passwd\u202egpj.exe", "<script>alert(1)</script>", "Отчёт \"итог\".txt", "text"); a.status != http.StatusSeeOther {
		t.Fatalf("uploading: %d %.400s", a.status, a.body)
	}
	body := focal.get(page).body
	links := fileLink.FindAllStringSubmatch(body, -1)
	if len(links) != 2 || strings.Contains(body, "etc/passwd") || strings.Contains(body, "\u202e") {
		t.Fatalf("%d files are listed, or a name was not cleaned", len(links))
	}
	a := focal.get(links[0][1])
	if a.status != http.StatusOK || a.body != "<script>alert(1)</script>" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("the file comes as %d %v", a.status, a.header)
	}
	for _, who := range []string{"focal.kz", "controller", "stranger.staff", "admin"} {
		if a := s.as(who).get(links[0][1]); a.status != http.StatusNotFound {
			t.Errorf("%s reads a file that was not sent: %d", who, a.status)
		}
	}
	if a := focal.send(page+"/files", "empty.txt", ""); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="e-file"`) {
		t.Errorf("an empty file: %d", a.status)
	}
	if a := focal.send(page+"/files", "big.bin", strings.Repeat("x", 26<<20)); a.status != http.StatusUnprocessableEntity {
		t.Errorf("26 MB: %d", a.status)
	}
	if a := focal.do("POST", page+"/files", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf", "Sec-Fetch-Site", "same-origin"); a.status != http.StatusBadRequest {
		t.Errorf("a body that breaks off: %d", a.status)
	}
	if a := focal.post(links[1][1]+"/remove", nil); a.status != http.StatusSeeOther {
		t.Errorf("removing: %d", a.status)
	}
	if n := len(fileLink.FindAllString(focal.get(page).body, -1)); n != 1 {
		t.Errorf("%d files are left", n)
	}
}

// What is typed of a report comes back until it is sent, point by point.
func TestDraftsAndPoints(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	focal, page := s.as("focal"), fmt.Sprintf("/tasks/%d", s.task)
	typed := url.Values{"signal": {"finished"}, "done": {"Half of it"}, "answer": {"Written with care"}, "state": {"partly"}, "links": {"https://example.org/x"}}
	if a := focal.post(page+"/draft", typed); a.status != http.StatusSeeOther {
		t.Fatalf("keeping: %d", a.status)
	}
	body := focal.get(page).body
	for _, want := range []string{"Written with care", "Your draft is back", `<option value="partly" selected>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	if other := s.as("controller").get(page); strings.Contains(other.body, "Written with care") {
		t.Error("somebody else sees the draft")
	}
	if a := focal.post(page+"/report", typed); a.status != http.StatusSeeOther {
		t.Fatalf("reporting: %d %.600s", a.status, a.body)
	}
	if body := s.as("controller").get(page).body; !strings.Contains(body, "partly") || !strings.Contains(body, "Written with care") {
		t.Error("the report does not say how far the point is")
	}
	if a := s.as("controller").post(page+"/accept", url.Values{"result": {"overtaken"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("overtaken without a note: %d", a.status)
	}
	if a := s.as("controller").post(page+"/accept", url.Values{"result": {"overtaken"}, "note": {"The summit was held"}}); a.status != http.StatusSeeOther {
		t.Errorf("accepting: %d", a.status)
	}
	if body := focal.get(page).body; !strings.Contains(body, "overtaken by events") {
		t.Error("the result does not show")
	}
}

func TestFileNamesAreComposed(t *testing.T) {
	t.Parallel()
	if got := cleanName("\u0443\u0306қув \u0418\u0306ил.pdf"); got != "ўқув Йил.pdf" {
		t.Errorf("%q", got)
	}
}
