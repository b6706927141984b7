package db

import (
	"context"
	"fmt"
	"time"
)

// Tick notes that a clocked job ran, on which server, and with what error.
func (s *Store) Tick(ctx context.Context, job, server, failure string, now time.Time) error {
	_, err := s.exec(ctx, `
		insert into tick (job, ran_at, server, error) values ($1, $2, $3, $4)
		on conflict (job) do update set ran_at = greatest(tick.ran_at, excluded.ran_at), server = excluded.server, error = excluded.error`,
		job, now, server, failure)
	if err != nil {
		return fmt.Errorf("tick of %s: %w", job, err)
	}
	return nil
}

// LastTick returns when reminders were last planned, on whichever server.
func (s *Store) LastTick(ctx context.Context) (at time.Time, err error) {
	err = s.get(ctx, &at, `select coalesce(max(ran_at), 'epoch') from tick where job = 'plan'`)
	return at, err
}

// Setting returns a fact about the installation, "" where there is none.
func (s *Store) Setting(ctx context.Context, key string) (value string, err error) {
	err = s.get(ctx, &value, `select coalesce((select value from setting where key = $1), '')`, key)
	return value, err
}

// SetSetting keeps a fact about the installation.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	_, err := s.exec(ctx, `
		insert into setting (key, value) values ($1, $2)
		on conflict (key) do update set value = excluded.value`, key, value)
	return err
}

// Facts about the database for a health check: its version and its clock.
type Facts struct {
	Version string
	Now     time.Time
	Audit   bool // the app's role owns nothing
}

// Clock asks the database for its time.
func (s *Store) Clock(ctx context.Context) (now time.Time, err error) {
	err = s.get(ctx, &now, `select clock_timestamp()`)
	return now, err
}

// Facts asks the database about itself.
func (s *Store) Facts(ctx context.Context) (f Facts, err error) {
	err = s.get(ctx, &f, `
		select current_setting('server_version') as version, clock_timestamp() as now,
			not exists (select from pg_tables where schemaname = 'public' and tableowner = current_user) as audit`)
	return f, err
}
