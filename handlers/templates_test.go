package handlers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"amal/templates"
)

// Each template is type-checked against its view, also the branches that no
// other test enters.
func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, page := range templates.Pages() {
		named[page.Name] = true
		set, view := page.Template()
		if set == nil {
			t.Errorf("%s does not parse: %v", page.Name, page.Parse())
			continue
		}
		if err := templatecheck.CheckHTML(set, view); err != nil {
			t.Errorf("%s: %v", page.Name, err)
		}
		if err := page.Compiled(); err != nil {
			t.Errorf("%s stays with the interpreter, which is slow: %v", page.Name, err)
		}
	}
	files, err := filepath.Glob("../templates/pages/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages found", err)
	}
	for _, f := range files {
		if !named[filepath.Base(f)] {
			t.Errorf("%s has no view", f)
		}
	}
}

// inline is what the policy would not run, and what should not be written.
var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:>|\s[^>]*>[^<])|javascript:|(?:src|href)="https?:`)

func TestTemplatesHoldNothingInline(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"../templates/layout.html", "../templates/partials/*.html", "../templates/pages/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if found := inline.Find(text); found != nil {
				t.Errorf("%s: %s", f, found)
			}
		}
	}
}

var key = regexp.MustCompile(`\{\{[^}]*\bt "([a-z_.0-9]+)"`)

// Keys that templates name are there; pages in five languages (forms_test.go)
// show that those put together are.
func TestTemplatesNameTextsThatExist(t *testing.T) {
	t.Parallel()
	en, err := os.ReadFile("../i18n/locales/en.json")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("../templates/*/*")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasSuffix(m[1], ".") && !strings.Contains(string(en), `"`+m[1]+`":`) {
				t.Errorf("%s: no text for %s", f, m[1])
			}
		}
	}
}
