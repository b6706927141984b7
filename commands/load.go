package commands

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"amal/communique"
	"amal/db"
	"amal/files"
	"amal/handlers"
	"amal/rules"
)

// loadPassword is the password of the accounts that load lays.
const loadPassword = "amal-load"

// load fills an empty database for measuring.
func load(ctx context.Context, c *call) error {
	tasks := c.flags.Int("tasks", 0, "how many tasks")
	agencies := c.flags.Int("agencies", 60, "how many agencies, of both sides")
	people := c.flags.Int("people", 300, "how many people; at least one for each agency and role")
	seed := c.flags.Uint64("seed", 1, "the same seed on the same day lays the same rows")
	if err := c.parse(0); err != nil {
		return err
	}
	if *tasks < 1 || *agencies < 3 || *people < 1 {
		return fmt.Errorf("%w: --tasks and --people are 1 or more, --agencies 3 or more", errUsage)
	}
	plan := db.LoadPlan{Tasks: *tasks, Agencies: *agencies, People: *people, Seed: *seed, Now: time.Now(), Likeness: communique.Likeness}
	var err error
	if plan.Holidays, err = knownHolidays(); err != nil {
		return err
	}
	if plan.PasswordHash, err = handlers.HashPassword(loadPassword); err != nil {
		return err
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	began := time.Now()
	plan.Progress = c.progress(began, *tasks)
	if err := db.Load(ctx, d.ownerURL, plan); err != nil {
		return err
	}
	if err := c.sealAll(ctx, d.Store, plan.Now); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d tasks loaded in %s\nSign in as", *tasks, time.Since(began).Round(100*time.Millisecond))
	for _, account := range db.LoadAccounts {
		fmt.Fprintf(c.out, " %s@load.example", account)
	}
	fmt.Fprintf(c.out, "; password %s\n", loadPassword)
	return nil
}

// progress prints how far the loading is, every two seconds at most.
func (c *call) progress(began time.Time, tasks int) func(int, string) {
	last := began
	return func(done int, what string) {
		if now := time.Now(); done < tasks && now.Sub(last) > 2*time.Second || done >= tasks && what != "tasks" && now.Sub(last) > time.Second {
			last = now
			fmt.Fprintf(c.problems, "%4d s  %d of %d tasks: %s\n", int(now.Sub(began).Seconds()), done, tasks, what)
		}
	}
}

// sealAll seals the history that was laid.
func (c *call) sealAll(ctx context.Context, store *db.Store, now time.Time) error {
	fmt.Fprintln(c.problems, "sealing the history")
	for {
		if n, err := store.Seal(ctx, now); err != nil || n == 0 {
			return err
		}
	}
}

// knownHolidays are the days off that come with Amal.
func knownHolidays() ([]db.Holiday, error) {
	var all []db.Holiday
	for _, country := range rules.Countries {
		raw := map[string][]byte{"UZ": holidaysUZ, "KZ": holidaysKZ}[country]
		rows, err := files.Table(bytes.NewReader(raw), holidayColumns, "date", "kind", "name_en")
		if err != nil {
			return nil, err
		}
		days, err := holidayRows(country, rows)
		if err != nil {
			return nil, err
		}
		all = append(all, days...)
	}
	return all, nil
}
