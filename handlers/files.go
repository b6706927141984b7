package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/i18n"
	"amal/rules"
	"amal/templates"
)

// fileLimit is how much an upload may send: files of one form, each up to
// rules.MaxFile.
const fileLimit = 101 << 20

// transferWithin is how long a file may take on its way in or out.
const transferWithin = 10 * time.Minute

// fileRow is a file in a list.
type fileRow struct {
	ID               int64
	Name, Kind, Size string
	Type, Hash       string
	Visibility       string
}

func fileRows(p *i18n.Printer, files []db.File) []fileRow {
	var rows []fileRow
	for _, f := range files {
		row := fileRow{ID: f.ID, Name: f.Name, Kind: p.T("file.kind." + f.Kind), Size: fileSize(p, f.Size), Type: mediaType(f.Type), Hash: fmt.Sprintf("%x", f.SHA256)[:12]}
		if f.Visibility != rules.BothSides {
			row.Visibility = p.T("visibility." + string(f.Visibility))
		}
		rows = append(rows, row)
	}
	return rows
}

// fileSize writes a size in KB or MB.
func fileSize(p *i18n.Printer, n int64) string {
	if n < 1<<20 {
		return p.Number(int(max(1, n>>10))) + " KB"
	}
	return p.Number(int(n>>20)) + " MB"
}

// uploadView is the form that takes files for the lead's next report.
type uploadView struct {
	ID           int64
	Files        []fileRow
	Kinds        []templates.Choice
	Visibilities []templates.Choice
	Error        string
}

// addFile takes files as they come: each is spooled to disk, never in memory,
// then kept for the next report.
func (a *App) addFile(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	if _, _, err := a.Store.Task(c.Request().Context(), me, taskID); err != nil {
		return err
	}
	defer patient(c)()
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return errBadForm
	}
	in := db.FileInput{TaskID: taskID, Kind: "document", Visibility: rules.BothSides, Now: a.Now()}
	kept := 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return a.uploadFailed(c, me, brokenUpload(err))
		}
		if err := a.takePart(c, me, part, &in, &kept); err != nil {
			return a.uploadFailed(c, me, err)
		}
	}
	if kept == 0 {
		return a.uploadFailed(c, me, rules.Problems{{Field: "file", Key: "form.error.required"}})
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d#files", taskID), "file.added")
}

// brokenUpload tells an upload whose parts can't be told apart from one that is
// too large or was broken off.
func brokenUpload(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return errBadForm
}

// uploadFailed shows on the task's page why a file was not taken; those before
// it stay.
func (a *App) uploadFailed(c echo.Context, me rules.Actor, err error) error {
	var large *http.MaxBytesError
	var wrong rules.Problems
	if errors.As(err, &large) {
		err = rules.Problems{{Field: "file", Key: "form.error.file_too_big"}}
	}
	if errors.As(err, &wrong) || errors.As(err, &large) {
		return a.showTask(c, me, &taskState{}, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errBadForm
	}
	return err
}

// takePart reads one part of an upload: a field, or a file.
func (a *App) takePart(c echo.Context, me rules.Actor, part *multipart.Part, in *db.FileInput, kept *int) error {
	if part.FileName() == "" {
		value, err := io.ReadAll(io.LimitReader(part, 100))
		switch part.FormName() {
		case "kind":
			in.Kind = string(value)
		case "visibility":
			in.Visibility = rules.Visibility(value)
		}
		return err
	}
	spool, err := os.CreateTemp("", "amal-upload-")
	if err != nil {
		return err
	}
	defer func() {
		spool.Close()
		if err := os.Remove(spool.Name()); err != nil {
			a.Log.Error("upload", "error", err.Error())
		}
	}()
	if in.Size, err = io.Copy(spool, io.LimitReader(part, rules.MaxFile+1)); err != nil {
		return err
	}
	head := make([]byte, 512)
	n, err := spool.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in.Name, in.Type, in.Body = cleanName(part.FileName()), http.DetectContentType(head[:n]), spool
	*kept++
	return a.Store.AddFile(c.Request().Context(), me, *in)
}

// patient lets a file take its time on slow lines, but not for ever; the
// returned function ends that.
func patient(c echo.Context) (done func()) {
	control := http.NewResponseController(c.Response())
	set := func(deadline time.Time) {
		_ = control.SetReadDeadline(deadline) // a connection that can't is bounded by the server's own limits
		_ = control.SetWriteDeadline(deadline)
	}
	set(time.Time{})
	timer := time.AfterFunc(transferWithin, func() { set(time.Unix(1, 0)) })
	return func() { timer.Stop() }
}

// file sends a file's bytes, to keep, not to open.
func (a *App) file(c echo.Context, me rules.Actor) error {
	fileID, err := id(c, "id")
	if err != nil {
		return err
	}
	f, err := a.Store.File(c.Request().Context(), me, fileID)
	if err != nil {
		return err
	}
	defer patient(c)()
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set(echo.HeaderContentType, "application/octet-stream")
	h.Set(echo.HeaderContentLength, fmt.Sprint(f.Size))
	h.Set(echo.HeaderCacheControl, "no-store")
	c.Response().WriteHeader(http.StatusOK)
	return a.Store.WriteFile(c.Request().Context(), f.ID, c.Response())
}

func (a *App) removeFile(c echo.Context, me rules.Actor) error {
	fileID, err := id(c, "id")
	if err != nil {
		return err
	}
	taskID, err := a.Store.RemoveFile(c.Request().Context(), me, fileID, a.Now())
	if err != nil {
		return err
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d#files", taskID), "removed")
}

// keepDraft keeps what was typed of a report: by a button, or from time to time
// by the page itself.
func (a *App) keepDraft(c echo.Context, me rules.Actor) error {
	taskID, err := id(c, "id")
	if err != nil {
		return err
	}
	if _, err := bind[reportForm](c); err != nil {
		return err
	}
	typed := url.Values{}
	for _, field := range []string{"signal", "done", "next", "answer", "state", "links", "no_evidence_reason", "late_reason"} {
		for _, value := range c.Request().PostForm[field] {
			typed.Add(field, strings.ToValidUTF8(value, ""))
		}
	}
	if err := a.Store.KeepDraft(c.Request().Context(), me, taskID, typed.Encode(), a.Now()); err != nil {
		return err
	}
	if c.Request().Header.Get("X-Draft") != "" {
		return c.NoContent(http.StatusNoContent)
	}
	return a.seeOther(c, fmt.Sprintf("/tasks/%d", taskID), "draft.kept")
}

// draftForm is a task's report form as it was left.
func draftForm(t *db.TaskPage) (*reportForm, bool) {
	typed, err := url.ParseQuery(t.Draft)
	if err != nil || t.Draft == "" {
		return nil, false
	}
	return &reportForm{ID: t.ID, Version: t.Version, Signal: typed.Get("signal"), Done: typed.Get("done"), Next: typed.Get("next"),
		Answers: typed["answer"], States: typed["state"], Links: typed.Get("links"), Reason: typed.Get("no_evidence_reason"), Why: typed.Get("late_reason")}, true
}

// mediaType is a type without its parameters.
func mediaType(full string) string {
	media, _, _ := strings.Cut(full, ";")
	return media
}
