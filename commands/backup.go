package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"amal/db"
	"amal/db/embedded"
)

// errThere says that a file is not written over.
var errThere = errors.New("there is such a file already; --force writes over it")

func backup(ctx context.Context, c *call) error {
	force := c.flags.Bool("force", false, "write over FILE")
	if err := c.parse(1); err != nil {
		return err
	}
	file := c.args[0]
	if err := free(file, *force); err != nil {
		return err
	}
	d, err := c.reachDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	found, err := db.Examine(ctx, d.ownerURL)
	if err != nil {
		return err
	}
	if found.Version == 0 {
		return errors.New("there is nothing to save: the database has no data of Amal; is AMAL_DATABASE_URL or --data right?")
	}
	size, err := c.dump(ctx, d.ownerURL, file, *force)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: schema %d, %s\n", file, found.Version, bytesOf(size))
	return nil
}

func free(file string, force bool) error {
	info, err := os.Lstat(file)
	if err == nil && (!force || !info.Mode().IsRegular()) {
		return fmt.Errorf("%s: %w", file, errThere)
	}
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// dump writes the database into a file that only its owner can read. The file
// is there whole or not at all.
func (c *call) dump(ctx context.Context, ownerURL, file string, force bool) (size int64, err error) {
	t, err := c.tool("pg_dump", ownerURL)
	if err != nil {
		return 0, err
	}
	side, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*.part") // mode 0600
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(side.Name()) }() // gone already where all went well
	defer side.Close()
	if err := t.run(ctx, nil, nil, "--format=custom", "--no-password", "--file="+side.Name()); err != nil {
		return 0, err
	}
	if err := side.Sync(); err != nil {
		return 0, err
	}
	info, err := side.Stat()
	if err != nil {
		return 0, err
	}
	if err := free(file, force); err != nil { // somebody else may have written it meanwhile
		return 0, err
	}
	if err := os.Rename(side.Name(), file); err != nil {
		return 0, err
	}
	return info.Size(), syncFolder(filepath.Dir(file))
}

// syncFolder makes a rename in a folder last.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// keepDumps is how many automatic dumps stay; older ones are removed.
const keepDumps = 5

// autoDump saves the database into the folder of automatic dumps, and returns
// the file's name. "" without an error: no dump is wanted.
func (c *call) autoDump(ctx context.Context, ownerURL string, version int64) (string, error) {
	folder := cmp.Or(c.settings.BackupDir, filepath.Join(c.settings.Data, "backups"))
	if folder == "none" {
		return "", nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	name := fmt.Sprintf("auto-%s-schema-%d.dump", time.Now().UTC().Format("20060102T150405.000Z"), version)
	file := filepath.Join(folder, name)
	if _, err := c.dump(ctx, ownerURL, file, false); err != nil {
		return "", err
	}
	return file, removeOld(folder)
}

func removeOld(folder string) error {
	dumps, err := filepath.Glob(filepath.Join(folder, "auto-*.dump"))
	if err != nil {
		return err
	}
	sort.Strings(dumps) // the name begins with the moment
	for _, old := range dumps[:max(0, len(dumps)-keepDumps)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// saveBefore saves a database that is about to be migrated. A program that is
// missing or too old is a warning, because nobody should be shut out for want
// of it; a dump that fails, as on a full disk, stops the migration.
func (c *call) saveBefore(ownerURL string) func(ctx context.Context, version int64) error {
	return func(ctx context.Context, version int64) error {
		file, err := c.autoDump(ctx, ownerURL, version)
		switch {
		case errors.Is(err, embedded.ErrNoProgram), errors.Is(err, errToolTooOld):
			fmt.Fprintf(c.problems, "the schema is brought up to date without a dump before it: %v\n", err)
			return nil
		case err != nil:
			return fmt.Errorf("dump before the migration (AMAL_BACKUP_DIR=none goes without): %w", err)
		case file != "":
			fmt.Fprintf(c.problems, "before the schema is brought up to date the database is saved in %s\n", file)
		}
		return nil
	}
}

func bytesOf(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
