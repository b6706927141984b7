package templates

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"amal/i18n"
)

type kind string

type deep struct{ Depth string }

// thing is a view with something of everything.
type thing struct {
	sign
	*deep
	Name  string
	Kind  kind
	N     int
	Small int32
	Whole uint
	Part  float64
	On    bool
	Trust template.HTML
	Addr  template.URL
	At    time.Time
	For   time.Duration
	Fault error
	Any   any
	Note  *string
	Next  *thing
	Tags  []string
	Kinds []kind
	List  []thing
	Ptrs  []*thing
	Two   [2]string
	Marks map[string]bool
	Words map[string]string
	Loose map[string]any
	Nums  map[string]int
}

// drawing writes templates that mostly fit a thing.
type drawing struct {
	t    *rapid.T
	left int // actions
}

// place is what is known of a place in a template that is drawn: the sorts of its
// dot and variables.
type place struct {
	dot  string
	root string
	vars map[string]string
	deep int
	part bool // which calls no other: none without end
}

func (d *drawing) pick(of ...string) string { return rapid.SampledFrom(of).Draw(d.t, "pick") }
func (d *drawing) one(in int) bool          { return rapid.IntRange(1, in).Draw(d.t, "one") == 1 }

// fieldsOf are the fields of a thing by their sort, and what a partial gets.
var fieldsOf = map[string][]string{
	"text":  {".Name", ".Kind", ".Key", ".Word", ".Words.a", ".Words.late", ".Next.Name", ".Depth", ".Sign", ".Trust", ".Addr", ".For", ".Note", ".Loose.a", ".Any", ".Next.Words.a"},
	"int":   {".N", ".Small", ".Whole", ".Part", ".Nums.a", ".Next.N"},
	"bool":  {".On", ".Marks.a", ".Marks.late", ".Next.On"},
	"thing": {".Next", ".Next.Next"},
	"list":  {".List", ".Ptrs", ".Next.List"},
	"texts": {".Tags", ".Kinds", ".Two"},
	"map":   {".Words", ".Marks", ".Loose", ".Nums"},
	"dict":  {},
}

var sorts = []string{"text", "text", "text", "int", "bool", "thing", "list", "texts", "map"}

var literals = map[string][]string{
	"text": {`"late"`, `""`, "`<b>`", `(print "a" 1)`, `(lang)`, `(t "overdue.pick" "Ref" "x")`, `(asset "icons.svg")`},
	"int":  {"0", "1", "-1", "2", "1.0", "'a'", "1e3", "0x10", "7"},
	"bool": {"true", "false"}, "thing": {"nil"}, "list": {"nil"}, "texts": {"nil"}, "map": {"nil"}, "dict": {`(dict "A" 1)`, `(dict)`},
}

// of draws an expression, mostly of a sort.
func (d *drawing) of(sort string, p place) string {
	if d.one(25) {
		sort = d.pick(sorts...)
	}
	if d.left--; d.left > 0 && p.deep < 6 && d.one(3) {
		p.deep++
		return d.call(sort, p)
	}
	return d.named(sort, p)
}

func (d *drawing) named(sort string, p place) string {
	var from []string
	if p.dot == sort {
		from = append(from, ".", ".")
	}
	if p.root == sort {
		from = append(from, "$")
	}
	for name, of := range sortedPairs(p.vars) {
		switch {
		case of == sort:
			from = append(from, name, name)
		case of == "thing" && len(fieldsOf[sort]) > 0:
			from = append(from, name+d.pick(fieldsOf[sort]...))
		}
	}
	for _, at := range []struct{ sort, before string }{{p.dot, ""}, {p.root, "$"}} {
		switch {
		case at.sort == "thing" && len(fieldsOf[sort]) > 0:
			from = append(from, at.before+d.pick(fieldsOf[sort]...), at.before+d.pick(fieldsOf[sort]...))
		case at.sort == "dict":
			from = append(from, at.before+d.pick(".A", ".B", ".C", ".D.A", ".C.Name"))
		}
	}
	if len(from) == 0 || d.one(6) {
		from = literals[sort]
	}
	return d.pick(from...)
}

func sortedPairs(m map[string]string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, k := range []string{"$x", "$y", "$i", "$r"} {
			if v, ok := m[k]; ok && !yield(k, v) {
				return
			}
		}
	}
}

func (d *drawing) call(sort string, p place) string {
	any := func() string { return d.of(d.pick(sorts...), p) }
	switch form := rapid.IntRange(0, 9).Draw(d.t, "form"); {
	case form < 2:
		return fmt.Sprintf("(%s %s %s)", d.pick("and", "or"), d.of(sort, p), d.of(sort, p))
	case form < 3:
		return fmt.Sprintf("(%s %s %s %s)", d.pick("and", "or"), any(), any(), d.of(sort, p))
	case sort == "bool" && form < 7:
		of := d.pick("text", "text", "int", "bool")
		return fmt.Sprintf("(%s %s %s)", d.pick("eq", "ne", "lt"), d.of(of, p), d.of(of, p))
	case sort == "bool":
		return fmt.Sprintf("(not %s)", any())
	case sort == "int":
		return fmt.Sprintf("(len %s)", d.of(d.pick("list", "texts", "map", "text"), p))
	case sort == "text" && form < 4:
		return fmt.Sprintf(`(index %s %s)`, d.of("texts", p), d.of("int", p))
	case sort == "text" && form < 5:
		return fmt.Sprintf(`(index %s %s)`, d.of("map", p), d.of("text", p))
	case sort == "text" && form < 6:
		return fmt.Sprintf(`(print %s %s)`, any(), d.of("text", p))
	case sort == "text" && form < 7:
		return fmt.Sprintf(`(printf "%%v %%T" %s %s)`, any(), any())
	case sort == "text" && form < 8:
		return fmt.Sprintf(`(t "overdue.pick" "Ref" %s "Title" %s)`, any(), d.of("text", p))
	case sort == "text" && form < 9:
		return fmt.Sprintf(`(%s %s)`, d.pick("quote", "boom", "fails", "loose", "trusted", "number", "asset"), d.of("text", p))
	case sort == "text":
		return fmt.Sprintf(`(number %s)`, d.of("int", p))
	case sort == "thing":
		return fmt.Sprintf(`(index %s %s)`, d.of("list", p), d.of("int", p))
	case sort == "dict":
		return d.dict(p)
	}
	return d.named(sort, p)
}

func (d *drawing) dict(p place) string {
	any := func() string { return d.of(d.pick(sorts...), p) }
	switch {
	case d.one(3):
		return fmt.Sprintf(`(dict "A" %s "C" %s)`, any(), d.of("thing", p))
	case d.one(5):
		return fmt.Sprintf(`(dict "A" %s "A" %s "B" %s)`, any(), any(), any())
	}
	return fmt.Sprintf(`(dict "A" %s "D" (dict "A" %s) "B" %s)`, d.of("text", p), any(), any())
}

// frames are where a value may stand.
var frames = []string{"%s", "%s", "%s", "%s", `<p title="%s">x</p>`, `<p title='%s'>x</p>`, `<a href="%s">x</a>`, `<a href="/t/%s?q=%[1]s&r=a">x</a>`, `<a href="?%s">x</a>`,
	`<p class=%s>x</p>`, `<textarea>%s</textarea>`, `<title>%s</title>`, `<style>p{color:%s}</style>`, `<script>var x=%s</script>`, `<img srcset="%s">`, `<p style="color:%s">x</p>`, `<!-- %s -->`,
	`<form action="%s" onsubmit="f(%[1]s)"></form>`, `<p data-x="a%s" %[1]s>x</p>`, `<svg><use href="#i-%s"/></svg>`}

// list draws a few nodes; variables declared in it are known to those after.
func (d *drawing) list(p place) string {
	var b strings.Builder
	p.vars = maps.Clone(p.vars)
	if p.vars == nil {
		p.vars = map[string]string{}
	}
	p.deep++
	for range rapid.IntRange(1, 4).Draw(d.t, "nodes") {
		b.WriteString(d.node(p))
	}
	return b.String()
}

func (d *drawing) node(p place) string {
	form := rapid.IntRange(0, 11).Draw(d.t, "node")
	if d.left -= 2; d.left < 0 || p.deep > 5 {
		form = 0
	}
	switch {
	case form < 4:
		return d.framed(p)
	case form == 4:
		return "{{if " + d.of(d.pick("bool", "bool", d.pick(sorts...)), p) + "}}" + d.list(p) + d.otherwise(p)
	case form == 5:
		sort := d.pick("thing", "text", "texts", "dict", "bool")
		in, name := p, ""
		if in.dot = sort; d.one(8) {
			name, in.vars = "$y := ", maps.Clone(p.vars)
			in.vars["$y"] = sort
		}
		return "{{with " + name + d.of(sort, p) + "}}" + d.list(in) + d.otherwise(p)
	case form < 8:
		return d.ranged(p)
	case form == 8:
		name, sort := d.pick("$x", "$y"), d.pick(sorts...)
		text := "{{" + name + " := " + d.of(sort, p) + "}}"
		p.vars[name] = sort
		return text
	case form == 9 && len(p.vars) > 0:
		for name, sort := range sortedPairs(p.vars) {
			if d.one(2) {
				return "{{" + name + " = " + d.of(sort, p) + "}}"
			}
		}
	case form == 10 && !p.part:
		return `{{template "thing" ` + d.of("thing", p) + `}}`
	case form == 11 && !p.part:
		return `{{template "dict" ` + d.pick(d.dict(p), d.dict(p), d.named("dict", p)) + `}}`
	}
	return "text"
}

func (d *drawing) framed(p place) string {
	value := "{{" + d.of(d.pick("text", "text", "int", "bool", "texts"), p) + "}}"
	switch {
	case d.one(12):
		value = "{{" + d.of("text", p) + " | " + d.pick("print", "quote", "html", "printf `%q`", "urlquery", "len") + "}}"
	case d.one(4):
		value = "{{if " + d.of("bool", p) + "}}" + value + "{{else}}{{" + d.of("text", p) + "}}{{end}}"
	}
	return fmt.Sprintf(strings.ReplaceAll(d.pick(frames...), "%s", "%[1]s"), value)
}

func (d *drawing) otherwise(p place) string {
	switch rapid.IntRange(0, 3).Draw(d.t, "else") {
	case 0:
		return "{{else}}" + d.list(p) + "{{end}}"
	case 1:
		return "{{else if " + d.of("bool", p) + "}}" + d.list(p) + "{{end}}"
	}
	return "{{end}}"
}

func (d *drawing) ranged(p place) string {
	over, sort := "list", "thing"
	if d.one(2) {
		over, sort = "texts", "text"
	}
	in, names := p, ""
	in.dot, in.vars = sort, maps.Clone(p.vars)
	switch rapid.IntRange(0, 3).Draw(d.t, "names") {
	case 0:
		names, in.vars["$r"] = "$r := ", sort
	case 1:
		names, in.vars["$r"], in.vars["$i"] = "$i, $r := ", sort, "int"
	}
	end := "{{end}}"
	if d.one(3) {
		end = "{{else}}" + d.list(p) + "{{end}}"
	}
	return "{{range " + names + d.of(over, p) + "}}" + d.list(in) + end
}

func (d *drawing) set() string {
	return `{{template "main" .}}{{define "main"}}` + d.list(place{dot: "thing", root: "thing"}) + `{{end}}` +
		`{{define "thing"}}` + d.list(place{dot: "thing", root: "thing", deep: 3, part: true}) + `{{end}}` +
		`{{define "dict"}}` + d.list(place{dot: "dict", root: "dict", deep: 3, part: true}) + `{{end}}`
}

func (d *drawing) text() string {
	return rapid.SampledFrom([]string{"", "", "late", "a", "javascript:alert(1)", `"><script>`, "a&b=c+d", "oʻzbek “x”", "/tasks/1?a=b&c", "\x00\xff\ufeff\ufdd0", "https://example.org/a b", "'`{}\\", "{{.Name}}", strings.Repeat("long <text> ", 5)}).Draw(d.t, "text")
}

func (d *drawing) thing(deeper int) thing {
	v := thing{sign: sign{d.text(), d.text()}, Name: d.text(), Kind: kind(d.text()), N: rapid.IntRange(-3, 2000).Draw(d.t, "n"), Small: int32(rapid.IntRange(-1, 300).Draw(d.t, "small")), Part: 1.5,
		On: rapid.Bool().Draw(d.t, "on"), Trust: template.HTML(d.text()), Addr: template.URL(d.text()), For: time.Hour, Any: rapid.SampledFrom([]any{nil, 1, "a", true, []string{"x"}, (*thing)(nil), template.HTML("<b>")}).Draw(d.t, "any")}
	if rapid.Bool().Draw(d.t, "set") {
		note := d.text()
		v.Note, v.deep, v.Fault, v.Whole = &note, &deep{d.text()}, errors.New("fault"), 3
		v.Tags, v.Kinds, v.Two = []string{d.text(), d.text()}, []kind{kind(d.text())}, [2]string{d.text()}
		v.Marks, v.Words, v.Nums = map[string]bool{"a": true, "late": false}, map[string]string{"a": d.text(), "": d.text()}, map[string]int{"a": 1}
		v.Loose = map[string]any{"a": d.text(), "late": nil}
	}
	if deeper > 0 && rapid.Bool().Draw(d.t, "deeper") {
		next := d.thing(deeper - 1)
		v.Next, v.List, v.Ptrs = &next, []thing{d.thing(deeper - 1), next}, []*thing{&next, nil}
	}
	return v
}

// fuzzed are the functions of templates, and some that behave badly.
func fuzzed() template.FuncMap {
	all := funcs(i18n.Uz)
	all["boom"] = func(s string) string {
		if s == "late" {
			panic("boom")
		}
		return s
	}
	all["fails"] = func(s string) (string, error) { return s, nil }
	all["loose"] = func(s string) any { return s }
	all["trusted"] = func(s string) template.HTML { return template.HTML(s) }
	return all
}

// asWritten compares what a drawn set writes of drawn views, compiled and not.
func asWritten(rt *rapid.T) {
	d := &drawing{t: rt, left: rapid.IntRange(3, 25).Draw(rt, "size")}
	text := d.set()
	parse := func() (*template.Template, error) { return template.New("layout.html").Funcs(fuzzed()).Parse(text) }
	set, err := parse()
	if err != nil {
		return
	}
	w, err := compile(set, fuzzed(), reflect.TypeFor[thing]())
	if err != nil || w.compiled == nil {
		return
	}
	plain, _ := parse()
	for range 3 {
		view := d.thing(2)
		var want bytes.Buffer
		errWant := plain.Execute(&want, view)
		got, err := w.write(nil, view)
		if (err == nil) != (errWant == nil) || err == nil && string(got) != want.String() {
			rt.Fatalf("%s\nof %+v\ncompiled (%v):\n%s\nhtml/template (%v):\n%s", text, view, err, got, errWant, want.String())
		}
	}
}

// Whatever a template and its view are, compiled it writes what html/template
// writes, and fails where that fails.
func TestDrawnTemplates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, asWritten)
}

func FuzzCompiled(f *testing.F) { f.Fuzz(rapid.MakeFuzz(asWritten)) }
