package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/unicode/norm"

	"amal/communique"
	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

type documentForm struct {
	Kind     string `form:"kind"`
	Title    string `form:"title"`
	Language string `form:"language"`
	DatedOn  string `form:"dated_on"`
	Origin   string `form:"origin"`
	Text     string `form:"text"`
	FormKey  string `form:"form_key"`
}

// documentFormView is the form of a new document: pasted or uploaded.
type documentFormView struct {
	templates.Layout
	Form             documentForm
	MeetingID        int64
	Crumbs           []templates.Crumb
	Kinds, Languages []templates.Choice
}

var documentFormPage = templates.New[documentFormView]("document_form.html")

func (a *App) newDocument(c echo.Context, me rules.Actor) error {
	return a.showDocumentForm(c, me, &documentForm{Kind: "communique"}, nil)
}

func (a *App) showDocumentForm(c echo.Context, me rules.Actor, form *documentForm, failed error) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	m, err := a.Store.Meeting(c.Request().Context(), me, id)
	if err != nil {
		return err
	}
	p := say(c)
	if form.DatedOn == "" && failed == nil {
		form.DatedOn = m.HeldOn.Format("02.01.2006")
	}
	view := documentFormView{Layout: a.layout(c, p.T("document.new")), Form: *form, MeetingID: m.ID, Kinds: choices(p, "document.kind.", rules.DocumentKinds, form.Kind),
		Languages: []templates.Choice{{Label: p.T("document.language.read")}},
		Crumbs:    []templates.Crumb{{Href: "/meetings", Label: p.T("nav.meetings")}, {Href: fmt.Sprintf("/meetings/%d", m.ID), Label: m.Title}, {Label: p.T("document.new")}}}
	for _, l := range i18n.Langs {
		view.Languages = append(view.Languages, templates.Choice{Value: string(l), Label: l.Name(), Chosen: form.Language == string(l)})
	}
	status, err := a.again(c, &view.Layout, failed)
	if err != nil {
		return err
	}
	return render(c, status, documentFormPage, view)
}

func (a *App) addDocument(c echo.Context, me rules.Actor) error {
	form, err := bind[documentForm](c)
	if form == nil {
		return err
	}
	if err != nil { // pasted text that is not UTF-8: what could be read comes back
		return a.showDocumentForm(c, me, form, err)
	}
	meetingID, err := id(c, "id")
	if err != nil {
		return err
	}
	in, err := form.input(c, meetingID, a.Now())
	if err == nil {
		var documentID int64
		if documentID, err = a.Store.AddDocument(c.Request().Context(), me, in); err == nil {
			return a.seeOther(c, fmt.Sprintf("/documents/%d", documentID), "document.added")
		}
	}
	return a.showDocumentForm(c, me, form, err)
}

// input reads the text, from the uploaded file or the field, and finds its
// language unless one was chosen.
func (f *documentForm) input(c echo.Context, meetingID int64, now time.Time) (db.DocumentInput, error) {
	original, name := []byte(f.Text), ""
	if !utf8.ValidString(f.Text) {
		return db.DocumentInput{}, rules.Problems{{Field: "text", Key: "form.error.not_utf8"}}
	}
	if file, header, err := c.Request().FormFile("file"); err == nil {
		defer file.Close()
		if original, err = io.ReadAll(io.LimitReader(file, rules.MaxDocument+1)); err != nil {
			return db.DocumentInput{}, errBadForm
		}
		name = cleanName(header.Filename)
	}
	if len(original) > rules.MaxDocument {
		return db.DocumentInput{}, rules.Problems{{Field: "text", Key: "form.error.too_big"}}
	}
	text, err := documentText(c.Request().Context(), original)
	if err != nil {
		return db.DocumentInput{}, err
	}
	language := f.Language
	if language == "" {
		language, _ = communique.Detect(text)
	}
	dated, _ := rules.ParseDate(f.DatedOn)
	return db.DocumentInput{MeetingID: meetingID, Kind: f.Kind, Title: f.Title, Language: language, DatedOn: dated, Origin: f.Origin,
		FileName: name, Original: original, Text: text, FormKey: f.FormKey, Now: now}, nil
}

// unreadable names the message for each fault of a document's file.
var unreadable = []struct {
	err error
	key string
}{
	{files.ErrEncoding, "form.error.not_utf8"}, {files.ErrUnknownKind, "form.error.unknown_kind"}, {files.ErrOldWord, "form.error.old_word"},
	{files.ErrBroken, "form.error.broken_file"}, {files.ErrTooMuch, "form.error.too_big"}, {files.ErrNoPDF, "form.error.no_pdf"},
}

// documentText takes the text out of a file. A text that is missing is a fault
// that the rules find.
func documentText(ctx context.Context, raw []byte) (string, error) {
	text, err := files.Text(ctx, raw)
	for _, u := range unreadable {
		if errors.Is(err, u.err) {
			return "", rules.Problems{{Field: "text", Key: u.key}}
		}
	}
	if errors.Is(err, files.ErrNoText) {
		return "", nil
	}
	return text, err
}

// cleanName keeps a file's name for people: composed letters, no folders, no
// control signs.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(name, "")))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if r := []rune(name); len(r) > rules.MaxName {
		name = string(r[:rules.MaxName])
	}
	return name
}
