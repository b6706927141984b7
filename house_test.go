package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says which rooms a room may import (docs/architecture.md). A sub-folder
// counts as its room, but for the two named here.
var arrows = map[string][]string{
	"":            {"commands"},
	"commands":    {"rules", "communique", "db", "db/embedded", "handlers", "jobs", "files", "mail", "i18n", "templates", "static"},
	"handlers":    {"db", "rules", "communique", "files", "templates", "static", "i18n", "mail"},
	"jobs":        {"db", "rules", "communique", "files", "templates", "i18n", "mail"},
	"db":          {"rules"},
	"db/embedded": {},
	"db/dbtest":   {"db", "db/embedded"},
	"files":       {"i18n"},
	"templates":   {"i18n", "static"},
	"rules":       {},
	"communique":  {},
	"mail":        {},
	"i18n":        {},
	"static":      {},
}

// keepers says which room alone may import a library.
var keepers = map[string]string{
	"github.com/labstack/echo": "handlers",
	"github.com/robfig/cron":   "jobs",
	"github.com/jmoiron/sqlx":  "db",
	"github.com/lib/pq":        "db",
}

const (
	longestFunction = 60
	longestFile     = 300
)

type source struct {
	path, room string
	set        *token.FileSet
	file       *ast.File
}

// sources parses every Go file of the product, tests left out.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (path == "tools" || path != "." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{path, roomOf(filepath.ToSlash(filepath.Dir(path))), set, file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("found %d files; is the test run from the top folder?", len(all))
	}
	return all
}

func roomOf(folder string) string {
	if folder == "." {
		return ""
	}
	if _, own := arrows[folder]; own {
		return folder
	}
	room, _, _ := strings.Cut(folder, "/")
	return room
}

func TestRoomsImportOnlyWhatTheArrowsAllow(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		allowed, known := arrows[s.room]
		if !known {
			t.Errorf("%s: a room the house does not have", s.path)
		}
		for _, i := range s.file.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if to, ours := strings.CutPrefix(name, "amal/"); ours && roomOf(to) != s.room && !slices.Contains(allowed, roomOf(to)) {
				t.Errorf("%s imports %s", s.path, to)
			}
			for library, keeper := range keepers {
				if strings.HasPrefix(name, library) && strings.Split(s.room, "/")[0] != keeper {
					t.Errorf("%s imports %s, which only %s may", s.path, name, keeper)
				}
			}
		}
	}
}

func TestTheCommuniqueReaderUsesTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, i := range s.file.Imports {
			if s.room == "communique" && strings.Contains(strings.Trim(i.Path.Value, `"`), ".") {
				t.Errorf("%s imports %s", s.path, i.Path.Value)
			}
		}
	}
}

// Time is an argument; only what starts things reads the clock.
func TestTheClockIsReadInCommandsAndJobsOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.room == "commands" || s.path == filepath.Join("jobs", "jobs.go") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Now" {
					if x, ok := f.X.(*ast.Ident); ok && x.Name == "time" {
						t.Errorf("%s reads the clock", s.set.Position(call.Pos()))
					}
				}
			}
			return true
		})
	}
}

func TestFunctionsAndFilesStayShort(t *testing.T) {
	t.Parallel()
	var lengths []int
	for _, s := range sources(t) {
		if lines := s.set.File(s.file.Pos()).LineCount(); lines > longestFile {
			t.Errorf("%s has %d lines", s.path, lines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			lengths = append(lengths, n)
			if n > longestFunction {
				t.Errorf("%s: %s has %d lines", s.path, f.Name.Name, n)
			}
		}
	}
	slices.Sort(lengths)
	t.Logf("%d functions: median %d lines, p90 %d, longest %d", len(lengths), lengths[len(lengths)/2], lengths[len(lengths)*9/10], lengths[len(lengths)-1])
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil {
					t.Errorf("%s: %s has no comment", s.path, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ty, ok := spec.(*ast.TypeSpec); ok && ty.Name.IsExported() && d.Doc == nil && ty.Doc == nil && ty.Comment == nil {
						t.Errorf("%s: %s has no comment", s.path, ty.Name.Name)
					}
				}
			}
		}
	}
}

// A value of these types would go to the page unescaped.
func TestNoRawHTML(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if f, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"HTML", "JS", "CSS", "HTMLAttr", "URL", "Srcset", "JSStr"}, f.Sel.Name) {
				if x, ok := f.X.(*ast.Ident); ok && x.Name == "template" {
					t.Errorf("%s uses template.%s", s.set.Position(f.Pos()), f.Sel.Name)
				}
			}
			return true
		})
	}
}
