package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"amal/db"
	"amal/db/dbtest"
	"amal/rules"
)

// Each file is made once, whichever of two servers takes it; what breaks is
// tried again, and what is not for its maker is not.
func TestExportsAreMade(t *testing.T) {
	t.Parallel()
	store := dbtest.New(t)
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	agency, err := store.SaveAgency(t.Context(), rules.Actor{}, db.AgencyInput{Code: "office", Side: "joint", Kind: "office", Names: map[string]string{"en": "Office"}, Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	person, err := store.SavePerson(t.Context(), rules.Actor{}, db.PersonInput{Email: "m@example.org", Name: "M", Roles: map[int64]rules.Role{agency: rules.Manager}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	me := rules.Actor{PersonID: person}
	made := map[string]int{}
	server := func(name string) *Jobs {
		return &Jobs{Store: store, Server: name, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time { return now },
			MakeExport: func(_ context.Context, e *db.Export, w io.Writer, did func() error) (string, error) {
				made[e.Path]++
				switch {
				case e.Path == "/gone":
					return "", db.ErrNotFound
				case e.Path == "/panic":
					panic("broken")
				case e.Path == "/second" && made[e.Path] == 1:
					return "", errors.New("not now")
				}
				for range 1200 {
					if err := did(); err != nil {
						return "", err
					}
				}
				_, err := fmt.Fprint(w, "the file")
				return "list.csv", err
			}}
	}
	ids := map[string]int64{}
	for _, path := range []string{"/first", "/second", "/gone", "/panic"} {
		if ids[path], err = store.AddExport(t.Context(), me, db.Export{Path: path, Format: "csv", Locale: "en", Title: "List"}, now); err != nil {
			t.Fatal(err)
		}
	}
	for _, j := range []*Jobs{server("one"), server("two")} {
		if err := j.exports(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"/first": "done 1 1200", "/second": "done 2 1200", "/gone": "failed 1 0", "/panic": "failed 3 0"} {
		e, err := store.Export(t.Context(), me, ids[path])
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %d %d", e.State, made[path], e.Rows); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
