package handlers

import (
	"database/sql"
	"strings"
	"testing"
	"time"
)

// One earlier day is computed at a time; who comes meanwhile sees the present
// and is told to ask again.
func TestAnEarlierDayIsComputedForOneAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.later(48 * time.Hour)
	s.addTask(s.directive, s.uz, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))
	b, other := s.as("manager"), s.as("head")
	const path = "/stocktake/agencies?on=2.3.2026"
	pool, err := sql.Open("postgres", s.urls.Owner)
	must(s, pool, err)
	defer pool.Close()
	tx, err := pool.BeginTx(t.Context(), nil)
	must(s, tx, err)
	if _, err := tx.ExecContext(t.Context(), `lock table cycle in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
	first := make(chan answer)
	go func() { first <- b.get(path) }()
	time.Sleep(500 * time.Millisecond) // it waits for the lock
	a := other.get(path)
	if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "computed for somebody else") || !strings.Contains(a.body, "Agency uz-trade") {
		t.Errorf("meanwhile: %d %s", a.status, a.body)
	}
	must(s, 0, tx.Rollback())
	if a := <-first; a.status != 200 {
		t.Errorf("the first: %d", a.status)
	}
	if a := other.get(path); a.status != 200 {
		t.Errorf("again: %d", a.status)
	}
}
