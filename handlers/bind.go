package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"amal/rules"
)

// maxFields is how many values a form may send.
const maxFields = 500

// errTooMuch says that a request's body is larger than its route takes.
var errTooMuch = errors.New("request too large")

// bind reads a form into a private struct by its `form` tags: texts (trimmed),
// whole numbers, ticks, and lists of texts or numbers. Fields without a tag and
// values without a field are left alone, so a form can't set what it does not
// show. A number that is none, and a text that is not UTF-8, are Problems.
func bind[T any](c echo.Context) (*T, error) {
	r := c.Request()
	err := r.ParseForm() // first: ParseMultipartForm would swallow its error
	if err == nil {
		if err = r.ParseMultipartForm(documentLimit); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, errTooMuch
	}
	if err != nil || len(r.PostForm) > maxFields {
		return nil, errBadForm
	}
	form := new(T)
	var p rules.Problems
	fields := reflect.ValueOf(form).Elem()
	for i := range fields.NumField() {
		if name := fields.Type().Field(i).Tag.Get("form"); name != "" && name != "-" {
			setField(&p, name, fields.Field(i), r.PostForm[name])
		}
	}
	return form, p.OrNil()
}

// errBadForm says that a request's body is not a form.
var errBadForm = errors.New("not a form")

func setField(p *rules.Problems, name string, field reflect.Value, values []string) {
	for i, v := range values {
		if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			p.Add(name, "form.error.not_utf8")
			values[i] = strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), "\uFFFD")
		}
	}
	first := ""
	if len(values) > 0 {
		first = strings.TrimSpace(strings.ReplaceAll(values[0], "\r\n", "\n"))
	}
	switch field.Interface().(type) {
	case string:
		field.SetString(first)
	case bool:
		field.SetBool(first != "")
	case int, int64:
		field.SetInt(number(p, name, first))
	case []string:
		field.Set(reflect.ValueOf(append([]string{}, values...)))
	case []int64:
		var numbers []int64
		for _, v := range values {
			if n := number(p, name, strings.TrimSpace(v)); n != 0 {
				numbers = append(numbers, n)
			}
		}
		field.Set(reflect.ValueOf(numbers))
	default:
		panic(fmt.Sprintf("form field %s has no kind that bind knows", name)) // a programming error
	}
}

func number(p *rules.Problems, name, value string) int64 {
	if value == "" {
		return 0
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		p.Add(name, "form.error.choose")
	}
	return n
}

// lines splits a text into its lines that are not blank, without list marks
// such as "1." in front.
func lines(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if mark, rest, ok := strings.Cut(line, " "); ok && strings.Trim(mark, "0123456789.)-–•*") == "" {
			line = strings.TrimSpace(rest)
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}
