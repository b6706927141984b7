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
{{range $k, $part := .Parts}}{{if $k}}, {{end}}{{$part}}{{$row.ID}}{{$.Title}}{{else}}no parts{{end}}{{with index .Errors "name"}}<p>{{.}}</p>{{end}}{{.Errors.other}}<textarea>{{.Word}}</textarea></tr>{{else}}empty{{end}}{{end}}`

// compiled is a set compiled for a list.
func compiled(t testing.TB, text string, l i18n.Lang) *writer {
	t.Helper()
	w, err := compile(template.Must(template.New("layout.html").Funcs(funcs(l)).Parse(text)), funcs(l), reflect.TypeFor[list]())
	if err != nil {
		t.Fatal(text, err)
	}
	return w
}

// Whatever a view holds, a compiled page writes what html/template writes, and
// fails where it fails.
func TestCompiledPagesWriteWhatHTMLTemplateWrites(t *testing.T) {
	t.Parallel()
	plain, page := template.Must(template.New("layout.html").Funcs(funcs(i18n.Uz)).Parse(listed)), compiled(t, listed, i18n.Uz)
	if page.compiled == nil {
		t.Fatal("the page was not compiled")
	}
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "late", "javascript:alert(1)", `"><script>`, "a&b=c+d", "oʻzbek “x”", "/tasks/1?a=b&c", "\x00\xff", "https://example.org/a b", "'`{}\\"}), rapid.String())
	signs := rapid.Custom(func(rt *rapid.T) sign { return sign{text.Draw(rt, "key"), text.Draw(rt, "word")} })
	drawn := rapid.Custom(func(rt *rapid.T) row {
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
		view := list{text.Draw(rt, "title"), rapid.Bool().Draw(rt, "pick"), rapid.SampledFrom([]map[string]bool{nil, {"word": true}, {"word": false, "name": true}}).Draw(rt, "show"), rapid.SliceOfN(drawn, 0, 4).Draw(rt, "rows")}
		var want bytes.Buffer
		errWant := plain.Execute(&want, view)
		got, err := page.write(nil, view)
		if (err == nil) != (errWant == nil) || string(got) != want.String() {
			rt.Fatalf("compiled (%v):\n%s\nhtml/template (%v):\n%s", err, got, errWant, want.String())
		}
	})
}

// A page with something in it that is not known stays with html/template.
func TestPagesThatAreNotKnownStay(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{{range .Rows}}{{break}}{{end}}`, `{{.Pick}}`, `{{$x := .Title}}{{$x = 3}}{{$x}}`, `<a onclick="{{.Title}}">`,
		`{{if $x := .Pick}}{{$x}}{{end}}`, `{{with dict "a" 1}}{{.a}}{{end}}`, `{{dict "a" 1}}`} {
		text := `{{template "main" .}}{{define "main"}}` + body + `{{end}}`
		if w := compiled(t, text, i18n.En); w.compiled != nil {
			t.Error(body, "was compiled")
		}
		same(t, text)
	}
}

// same fails where a compiled set writes otherwise than html/template.
func same(t *testing.T, text string) {
	t.Helper()
	view := list{Title: "title", Pick: true, Show: map[string]bool{"word": true}, Rows: make([]row, 2)}
	var want bytes.Buffer
	errWant := template.Must(template.New("layout.html").Funcs(funcs(i18n.En)).Parse(text)).Execute(&want, view)
	got, err := compiled(t, text, i18n.En).write(nil, view)
	if (err == nil) != (errWant == nil) || err == nil && string(got) != want.String() {
		t.Errorf("%s: %q (%v), want %q (%v)", text, got, err, want.String(), errWant)
	}
}

// Names that come to stand for something else, and what a partial is called
// with, are what html/template takes them for.
func TestNamesAndPartials(t *testing.T) {
	t.Parallel()
	const partial = `{{define "part"}}{{if .Error}}!{{.Error}}{{end}}{{with .Hint}}<i>{{.}}</i>{{else}}-{{end}}{{range .Rows}}{{.ID}}{{$.Name}}{{else}}none{{end}}{{.Name}}{{template "deep" (dict "All" . "Two" .Name)}}{{end}}` +
		`{{define "deep"}}{{.All.Name}}{{.Two}}{{if $.All.Hint}}{{$.All.Hint}}{{end}}{{end}}`
	for _, body := range []string{
		`{{$x := .Title}}{{if $x := .Pick}}{{range .Rows}}{{$x}}{{end}}{{end}}`, `{{$x := .Title}}{{with $x := .Show}}{{range $.Rows}}{{$x}}{{end}}{{end}}`,
		`{{$x := .Title}}{{if .Pick}}{{$x = "b"}}{{end}}{{range .Rows}}{{$x}}{{end}}`, `{{$x := .Title}}{{range .Rows}}{{$x = .Name}}{{end}}{{range .Rows}}{{$x}}{{end}}{{$x}}`,
		`{{$x := "a"}}{{if .Pick}}{{$x := "b"}}{{$y := "c"}}{{$x}}{{$y}}{{end}}{{$y := "d"}}{{$x}}{{$y}}`, `{{template "part" (dict "Name" .Title)}}`,
		`{{range $i, $r := .Rows}}{{template "part" (dict "Name" $.Title "Error" (index $.Show "word" | printf "%v") "Hint" .Name "Rows" $.Rows)}}{{end}}`,
		`{{range .Rows}}{{template "part" (dict "Name" (print "a" .ID) "Rows" $.Rows "Hint" "always")}}{{end}}`, `{{(index .Rows 1).ID}} {{len .Rows}} {{with index .Rows 5}}{{.ID}}{{end}}`,
		`{{if eq (len .Rows) 2}}two{{end}}{{if eq (index .Rows 0).ID 0}}zero{{end}}{{printf "%d-%s" (len .Rows) .Title}}`, `{{$r := index .Rows 0}}{{$r.ID}}{{with $r.Next}}{{.Word}}{{end}}`,
	} {
		same(t, `{{template "main" .}}{{define "main"}}`+body+`{{end}}`+partial)
	}
}

// What is not there is what html/template takes it for, also where nothing is
// written of it: a name that a map has not, a place that a list has not.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	const partials = `{{define "text"}}text{{end}}{{define "attr"}}<p class={{.Missing}}>{{end}}`
	for _, body := range []string{
		`{{template "text" (index .Rows 9)}}`, `{{template "text" (dict "A" (index .Rows 9) "A" "b")}}`, `{{template "attr" (dict "Name" .Title)}}`, `{{printf "%T" 1.0}}{{printf "%v" 'a'}}`,
		`{{range .Rows}}{{if eq .Errors.other ""}}a{{end}}{{if ne "" .Errors.other}}b{{end}}{{$x := .Errors.other}}{{if eq $x .Errors.name}}c{{end}}{{end}}`,
		`{{range .Rows}}{{print .Errors.other}}{{.Errors.other}}<a href="/{{.Errors.other}}">{{with index .Errors "other"}}{{.}}{{end}}{{end}}`,
		`{{range .Rows}}{{index .Errors .Errors.other}}{{end}}`, `{{range .Rows}}{{quote .Errors.other}}{{end}}`, `{{if eq .Show.name false}}a{{end}}`,
	} {
		same(t, `{{template "main" .}}{{define "main"}}`+body+`{{end}}`+partials)
	}
}

// A function that panics, and a field of an embedded pointer to nothing, fail as
// they do in html/template: the request gets its page of errors.
func TestPanicsAreErrors(t *testing.T) {
	t.Parallel()
	type inner struct{ Word string }
	type outer struct{ *inner }
	all := template.FuncMap{"boom": func(s string) string { panic(s) }}
	for _, body := range []string{`{{boom "x"}}`, `{{.Word}}`} {
		w, err := compile(template.Must(template.New("layout.html").Funcs(all).Parse(body)), all, reflect.TypeFor[outer]())
		if err != nil || w.compiled == nil {
			t.Fatal(body, "was not compiled:", err)
		}
		if _, err := w.write(nil, outer{}); err == nil {
			t.Error(body, "is no error")
		}
	}
}

// A pointer to nothing fails as it does in html/template: no page is written.
func TestAFieldOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	w := compiled(t, `{{template "main" .}}{{define "main"}}{{range .Rows}}{{.Next.Word}}{{end}}{{end}}`, i18n.En)
	if _, err := w.write(nil, list{Rows: make([]row, 1)}); err == nil {
		t.Error("no error")
	}
}

func BenchmarkCompiled(b *testing.B) {
	view := list{Rows: make([]row, 50)}
	for i := range view.Rows {
		view.Rows[i] = row{ID: int64(i), Name: fmt.Sprint("task ", i), Sign: sign{"late", "overdue"}}
	}
	plain, page := template.Must(template.New("layout.html").Funcs(funcs(i18n.Uz)).Parse(listed)), compiled(b, listed, i18n.Uz)
	b.Run("compiled", func(b *testing.B) {
		for b.Loop() {
			if _, err := page.write(nil, view); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("interpreted", func(b *testing.B) {
		for b.Loop() {
			if err := plain.Execute(new(bytes.Buffer), view); err != nil {
				b.Fatal(err)
			}
		}
	})
}
