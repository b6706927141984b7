package files

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	rows, err := Table(strings.NewReader("\ufeffcode,name_en\r\na,\"Line one\nline two\"\n\nb,Плюс\n"), []string{"code", "name_en", "email"}, "code")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Get("name_en") != "Line one\nline two" || rows[1].Get("name_en") != "Плюс" || rows[1].Get("email") != "" {
		t.Errorf("%v", rows)
	}
	if _, has := rows[0].Has("email"); has {
		t.Error("a column that is missing is said to be there")
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":          "",
		"no such column": "code,colour\na,b\n",
		"twice":          "code,code\na,b\n",
		"needed missing": "name_en\na\n",
		"ragged":         "code,name_en\na,b,c\n",
		"open quote":     "code,name_en\na,\"b\n",
		"not UTF-8":      "code,name_en\na,\xff\xfe\n",
	} {
		if rows, err := Table(strings.NewReader(text), []string{"code", "name_en"}, "code"); err == nil {
			t.Errorf("%s: %v", name, rows)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	if got := Split(" a | b||  c "); len(got) != 3 || got[2] != "c" {
		t.Errorf("%q", got)
	}
}
