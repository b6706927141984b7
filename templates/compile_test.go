package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"amal/i18n"
)

type sign struct{ Key, Word string }

type row struct {
	sign
	ID     int64
	Number int
	Name   string
	Link   string
	On     bool
	Sign   sign
	Next   *sign
	Parts  []string
	Errors map[string]string
}

type list struct {
	Title string
	Pick  bool
	Show  map[string]bool
	Rows  []row
}

const listed = `{{define "layout.html"}}{{$pick := .Pick}}{{template "main" .}}{{end}}
{{define "sign"}}{{if eq .Key "late"}}<b title="{{.Key}}">{{else}}<i>{{end}}{{.Word}}{{template "shape" .Key}}{{end}}
{{define "shape"}}<svg class="{{.}}"><use href="{{asset "icons.svg"}}#i-{{.}}"/></svg>{{if eq . "late"}}!{{end}}{{end}}
{{define "main"}}<h1>{{.Title}}</h1>{{$pick := .Pick}}{{$title := .Title}}{{$word := .Show.word}}{{range $i, $row := .Rows}}
{{$name := .Name}}<tr{{if and $pick .On}} class="on"{{end}}><a href="/tasks/{{.ID}}?q={{.Link}}" title="{{$title}}">{{$name}}</a><a href="{{.Link}}">{{$i}} {{number .Number}}</a>{{if $word}}{{$title}}{{end}}{{if $.Show.name}}!{{end}}
{{if or .Name .Number}}{{t "overdue.pick" "Ref" .Link "Title" .Name}}{{else if not .On}}-{{else}}+{{end}}{{with .Next}}{{template "sign" .}}{{else}}none{{end}}{{template "shape" "late"}}{{template "sign" .Sign}}
{{range $k, $part := .Parts}}{{if $k}}, {{end}}{{$part}}{{$row.ID}}{{$.Title}}{{else}}no parts{{end}}{{with index .Errors "name"}}<p>{{.}}</p>{{end}}{{.Errors.other}}<textarea>{{.Word}}</textarea></tr>{{else}}empty {{dict "a" 1}}{{end}}{{end}}`

func newList(t *testing.T, compiled bool) *template.Template {
	t.Helper()
	set, err := template.New("layout.html").Funcs(funcs(i18n.Uz)).Parse(listed)
	if err != nil {
		t.Fatal(err)
	}
	if compiled {
		if err := compileRows(set, funcs(i18n.Uz), reflect.TypeFor[list]()); err != nil {
			t.Fatal(err)
		}
	}
	return set
}

// Whatever a list holds, its compiled rows write what html/template writes, and
// fail where it fails.
func TestCompiledRowsWriteWhatHTMLTemplateWrites(t *testing.T) {
	t.Parallel()
	fast, plain := newList(t, true), newList(t, false)
	if n := bytes.Count([]byte(fast.Lookup("main").Tree.Root.String()), []byte(rowsFunc)); n != 1 {
		t.Fatalf("%d loops were compiled, want 1", n)
	}
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "late", "javascript:alert(1)", `"><script>`, "a&b=c+d", "oʻzbek “x”", "/tasks/1?a=b&c", "\x00\xff", "https://example.org/a b", "'`{}\\"}), rapid.String())
	signs := rapid.Custom(func(rt *rapid.T) sign { return sign{text.Draw(rt, "key"), text.Draw(rt, "word")} })
	rows := rapid.Custom(func(rt *rapid.T) row {
		r := row{sign: signs.Draw(rt, "own"), ID: rapid.Int64().Draw(rt, "id"), Number: rapid.Int().Draw(rt, "number"), Name: text.Draw(rt, "name"), Link: text.Draw(rt, "link"),
			On: rapid.Bool().Draw(rt, "on"), Sign: signs.Draw(rt, "sign"), Parts: rapid.SliceOfN(text, 0, 3).Draw(rt, "parts")}
		if rapid.Bool().Draw(rt, "next") {
			next := signs.Draw(rt, "next sign")
			r.Next = &next
		}
		if rapid.Bool().Draw(rt, "errors") {
			r.Errors = map[string]string{"name": text.Draw(rt, "error"), "other": text.Draw(rt, "other")}
		}
		return r
	})
	rapid.Check(t, func(rt *rapid.T) {
		view := list{text.Draw(rt, "title"), rapid.Bool().Draw(rt, "pick"), rapid.SampledFrom([]map[string]bool{nil, {"word": true}, {"word": false, "name": true}}).Draw(rt, "show"), rapid.SliceOfN(rows, 0, 4).Draw(rt, "rows")}
		var got, want bytes.Buffer
		errGot, errWant := fast.Execute(&got, view), plain.Execute(&want, view)
		if (errGot == nil) != (errWant == nil) || got.String() != want.String() {
			rt.Fatalf("compiled (%v):\n%s\nhtml/template (%v):\n%s", errGot, got.String(), errWant, want.String())
		}
	})
}

// What can't be compiled stays with the interpreter, whole.
func TestLoopsThatAreNotKnownStay(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{{range .Rows}}{{break}}{{end}}`, `{{range .Rows}}{{printf "%d" .ID}}{{end}}`, `{{range .Rows}}{{.On}}{{end}}`, `{{range $i, $r := .Rows}}{{$i = 3}}{{end}}`, `{{range .Rows}}<a onclick="{{.Name}}">{{end}}`} {
		set := template.Must(template.New("layout.html").Funcs(funcs(i18n.En)).Parse(`{{template "main" .}}{{define "main"}}` + body + `{{end}}`))
		if err := compileRows(set, funcs(i18n.En), reflect.TypeFor[list]()); err != nil {
			t.Fatal(body, err)
		}
		if got := set.Lookup("main").Tree.Root.String(); bytes.Contains([]byte(got), []byte(rowsFunc)) {
			t.Errorf("%s became %s", body, got)
		}
	}
}

// A name that comes to stand for something else before a loop, or in the branch
// that it is in, is what html/template takes it for.
func TestNamesThatChangeAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{{$x := .Title}}{{if $x := .Pick}}{{range .Rows}}{{$x}}{{end}}{{end}}`, `{{$x := .Title}}{{with $x := .Show}}{{range $.Rows}}{{$x}}{{end}}{{end}}`,
		`{{$x := .Title}}{{if .Pick}}{{$x = 3}}{{end}}{{range .Rows}}{{$x}}{{end}}`, `{{$x := .Title}}{{range .Rows}}{{$x = .ID}}{{end}}{{range .Rows}}{{$x}}{{end}}`,
	} {
		var written [2]bytes.Buffer
		for i := range written {
			set := template.Must(template.New("layout.html").Funcs(funcs(i18n.En)).Parse(`{{template "main" .}}{{define "main"}}` + body + `{{end}}`))
			if i == 0 {
				if err := compileRows(set, funcs(i18n.En), reflect.TypeFor[list]()); err != nil {
					t.Fatal(body, err)
				}
			}
			if err := set.Execute(&written[i], list{Title: "title", Pick: true, Show: map[string]bool{"word": true}, Rows: make([]row, 2)}); err != nil {
				t.Error(body, err)
			}
		}
		if got, want := written[0].String(), written[1].String(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// A pointer to nothing fails as it does in html/template: no page is written.
func TestAFieldOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	set := template.Must(template.New("layout.html").Funcs(funcs(i18n.En)).Parse(`{{template "main" .}}{{define "main"}}{{range .Rows}}{{.Next.Word}}{{end}}{{end}}`))
	if err := compileRows(set, funcs(i18n.En), reflect.TypeFor[list]()); err != nil {
		t.Fatal(err)
	}
	if err := set.Execute(new(bytes.Buffer), list{Rows: make([]row, 1)}); err == nil {
		t.Error("no error")
	}
}

func BenchmarkRows(b *testing.B) {
	view := list{Rows: make([]row, 50)}
	for i := range view.Rows {
		view.Rows[i] = row{ID: int64(i), Name: fmt.Sprint("task ", i), Sign: sign{"late", "overdue"}}
	}
	for _, compiled := range []bool{true, false} {
		b.Run(map[bool]string{true: "compiled", false: "interpreted"}[compiled], func(b *testing.B) {
			set := newList(&testing.T{}, compiled)
			for b.Loop() {
				if err := set.Execute(new(bytes.Buffer), view); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
