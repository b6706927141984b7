package commands

import (
	"context"
	"fmt"

	"amal/db"
	"amal/db/embedded"
)

// database is an open store, with the private Postgres below it if there is one.
type database struct {
	*db.Store
	private          *embedded.Server
	appURL, ownerURL string
}

// openDatabase reaches the database of the settings, or a private one in the
// data folder, and brings the schema up to date; what is there is saved first.
func (c *call) openDatabase(ctx context.Context) (*database, error) {
	d, err := c.reachDatabase(ctx)
	if err != nil {
		return nil, err
	}
	if err := db.MigrateAfter(ctx, d.ownerURL, c.Schema, c.saveBefore(d.ownerURL)); err != nil {
		d.Close()
		return nil, err
	}
	if d.Store, err = db.Open(ctx, db.Options{URL: d.appURL}); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (c *call) reachDatabase(ctx context.Context) (*database, error) {
	if c.settings.DatabaseURL != "" {
		return &database{appURL: c.settings.DatabaseURL, ownerURL: c.settings.OwnerDatabaseURL}, nil
	}
	private, err := embedded.Open(ctx, embedded.Options{Dir: c.settings.Data, BinDir: c.settings.PGBin, Log: c.problems})
	if err != nil {
		return nil, fmt.Errorf("private Postgres: %w", err)
	}
	return &database{private: private, appURL: private.AppDSN(), ownerURL: private.OwnerDSN()}, nil
}

// Close leaves the database; the last user of a private Postgres stops it.
func (d *database) Close() error {
	if d.Store != nil {
		d.Store.Close()
	}
	if d.private != nil {
		return d.private.Close()
	}
	return nil
}

func migrate(ctx context.Context, c *call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, "The schema is up to date.")
	return d.Close()
}
