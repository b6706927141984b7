package db

import (
	"context"
	"fmt"
	"sync"
	"time"

	"amal/rules"
)

// Calendars are the working calendars by country.
type Calendars map[string]rules.Calendar

// keepCalendars is how long calendars read once are believed: another server
// may have changed a holiday. The planner reads them afresh at each tick.
const keepCalendars = time.Minute

type calendarCache struct {
	mu   sync.Mutex
	at   time.Time
	kept Calendars
	own  ownDays
}

// Calendars returns the working calendars, at most a minute old.
func (s *Store) Calendars(ctx context.Context, now time.Time) (Calendars, error) {
	c := &s.stmts.calendars
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil && now.Sub(c.at).Abs() < keepCalendars {
		return c.kept, nil
	}
	fresh, err := s.readCalendars(ctx)
	if err != nil {
		return nil, err
	}
	if c.own, err = s.readOwnDays(ctx, fresh, now); err != nil {
		return nil, err
	}
	c.kept, c.at = fresh, now
	return fresh, nil
}

// forgetCalendars makes the next reader take them from the database.
func (s *Store) forgetCalendars() {
	c := &s.stmts.calendars
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}

func (s *Store) readCalendars(ctx context.Context) (Calendars, error) {
	var rows []struct {
		Country string
		Day     time.Time
		Kind    string
	}
	if err := s.all(ctx, &rows, `select country, day, kind from holiday order by country, day`); err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	days := map[string][]rules.DayOff{}
	for _, r := range rows {
		days[r.Country] = append(days[r.Country], rules.DayOff{Day: r.Day, Work: r.Kind == "work"})
	}
	calendars := Calendars{}
	for _, country := range rules.Countries {
		calendars[country] = rules.NewCalendar(country, days[country])
	}
	return calendars, nil
}
