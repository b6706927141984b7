package commands

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"amal/db"
	"amal/db/embedded"
)

func restore(ctx context.Context, c *call) error {
	check := c.flags.Bool("check", false, "try the file out in a private Postgres that is thrown away; touch nothing else")
	force := c.flags.Bool("force", false, "replace a database that holds data, after a dump of it")
	if err := c.parse(1); err != nil {
		return err
	}
	a, err := c.readArchive(ctx, c.args[0])
	if err != nil {
		return err
	}
	if *check {
		return c.checkArchive(ctx, a)
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
	if err := c.clear(ctx, d.ownerURL, found, *force); err != nil {
		return err
	}
	if err := c.apply(ctx, a, d.ownerURL, found.AppRole); err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	if err := c.judge(ctx, a, d); err != nil {
		return fmt.Errorf("restored, and mails are held; but %w", err)
	}
	fmt.Fprintln(c.out, "restored. Mails are held until an administrator releases them on /reminders, or: amal remind --release")
	return nil
}

// clear makes sure that a restore harms nobody: an address mistyped must not
// erase a register, and who still works with it would write into nowhere.
func (c *call) clear(ctx context.Context, ownerURL string, found *db.Target, force bool) error {
	switch {
	case found.Foreign > 0:
		return fmt.Errorf("the database holds %d tables that are not Amal's; make an empty one for it", found.Foreign)
	case found.Data && !force:
		return errors.New("the database holds data; --force replaces it, after a dump of it")
	}
	if others, err := db.Others(ctx, ownerURL); err != nil {
		return err
	} else if others > 0 {
		return fmt.Errorf("%d connections to the database are open: stop amal serve and whatever else uses it first", others)
	}
	if !found.Data {
		return nil
	}
	saved, err := c.autoDump(ctx, ownerURL, found.Version)
	if err != nil {
		return fmt.Errorf("dump of what is there (AMAL_BACKUP_DIR=none goes without): %w", err)
	}
	if saved != "" {
		fmt.Fprintf(c.out, "what was there is saved in %s\n", saved)
	}
	return nil
}

// archive is a backup that was read to its end.
type archive struct {
	file    string
	size    int64
	version int64    // of its schema
	list    []string // table of contents, as pg_restore takes it back
}

// readArchive reads a backup through, so that one that is cut off or no backup
// at all is known before anything is touched.
func (c *call) readArchive(ctx context.Context, file string) (*archive, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	a := &archive{file: file, size: info.Size()}
	broken := func(err error) error {
		if errors.Is(err, embedded.ErrNoProgram) || ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s can't be read to its end as a backup: %w", file, err)
	}
	var list bytes.Buffer
	if err := c.pgRestore(ctx, &list, "--list", file); err != nil {
		return nil, broken(err)
	}
	if err := c.pgRestore(ctx, io.Discard, "--file=-", file); err != nil {
		return nil, broken(err)
	}
	var stamps bytes.Buffer
	if err := c.pgRestore(ctx, &stamps, "--data-only", "--table=goose_db_version", "--file=-", file); err != nil {
		return nil, broken(err)
	}
	if a.version = versionOf(&stamps); a.version == 0 {
		return nil, fmt.Errorf("%s is not a backup of Amal", file)
	}
	newest, err := db.NewestSchema()
	if err != nil {
		return nil, err
	}
	if a.version > newest {
		return nil, fmt.Errorf("%s: %w: its schema is %d, this program knows %d", file, db.ErrNewerSchema, a.version, newest)
	}
	a.list = withoutExtensions(list.String())
	return a, nil
}

func (c *call) pgRestore(ctx context.Context, out io.Writer, args ...string) error {
	t, err := c.tool("pg_restore", "")
	if err != nil {
		return err
	}
	return t.run(ctx, nil, out, args...)
}

// versionOf reads the newest migration from the rows of the version table, as a
// backup holds them; 0 where there is none.
func versionOf(stamps io.Reader) (newest int64) {
	var columns []string
	lines := bufio.NewScanner(stamps)
	for lines.Scan() {
		line := lines.Text()
		if names, ok := strings.CutPrefix(line, "COPY public.goose_db_version ("); ok {
			names, _, _ = strings.Cut(names, ")")
			columns = strings.Split(names, ", ")
			continue
		}
		cells := strings.Split(line, "\t")
		version, applied := slices.Index(columns, "version_id"), slices.Index(columns, "is_applied")
		if version < 0 || applied < 0 || len(cells) != len(columns) || cells[applied] != "t" {
			continue
		}
		if n, err := strconv.ParseInt(cells[version], 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// withoutExtensions leaves out of a table of contents what belongs to the
// database's administrator: extensions, and the schema itself.
func withoutExtensions(list string) []string {
	var kept []string
	for line := range strings.Lines(list) {
		words := strings.Fields(line) // 2; 3079 16385 EXTENSION - pg_trgm
		if len(words) > 5 && (words[3] == "EXTENSION" || words[3] == "SCHEMA" || words[3] == "COMMENT" && (words[5] == "EXTENSION" || words[5] == "SCHEMA")) {
			continue
		}
		kept = append(kept, line)
	}
	return kept
}

// apply replaces a database's content by the backup's, in one transaction.
func (c *call) apply(ctx context.Context, a *archive, ownerURL string, appRole bool) error {
	list, err := os.CreateTemp("", "amal-restore-*.list")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(list.Name()) }()
	if _, err := list.WriteString(strings.Join(a.list, "")); err != nil {
		return err
	}
	if err := list.Close(); err != nil {
		return err
	}
	from, err := c.tool("pg_restore", "")
	if err != nil {
		return err
	}
	to, err := c.tool("psql", ownerURL)
	if err != nil {
		return err
	}
	args := []string{"--no-owner", "--use-list=" + list.Name(), "--file=-", a.file}
	if !appRole { // one role does both here
		args = append([]string{"--no-privileges"}, args...)
	}
	script, feed := io.Pipe()
	fed := make(chan error, 1)
	go func() {
		fed <- feedScript(ctx, from, feed, args)
		feed.Close()
	}()
	err = to.run(ctx, script, nil, "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
	script.Close() // lets the feed end where psql gave up
	if broke := <-fed; err == nil {
		err = broke
	}
	return err
}

// feedScript writes the statements of a restore. Where the backup breaks off
// the commit is never written.
func feedScript(ctx context.Context, from *tool, feed io.Writer, args []string) error {
	before, after := db.RestoreScript(time.Now())
	if _, err := io.WriteString(feed, before); err != nil {
		return err
	}
	if err := from.run(ctx, nil, feed, args...); err != nil {
		return err
	}
	_, err := io.WriteString(feed, after)
	return err
}

// checkArchive tries a backup out in a private Postgres of its own.
func (c *call) checkArchive(ctx context.Context, a *archive) error {
	scratch, err := embedded.OpenScratch(ctx, c.settings.PGBin)
	if err != nil {
		return fmt.Errorf("private Postgres: %w", err)
	}
	defer scratch.Close()
	// One role does both here: roles of other servers that the backup knows need not be there.
	d := &database{appURL: scratch.OwnerDSN(), ownerURL: scratch.OwnerDSN()}
	defer d.Close()
	if err := c.apply(ctx, a, d.ownerURL, false); err != nil {
		return err
	}
	if err := c.judge(ctx, a, d); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "The backup is whole. Nothing was changed.")
	return nil
}

// judge brings what was restored up to date and says what it is, a line each.
func (c *call) judge(ctx context.Context, a *archive, d *database) error {
	fmt.Fprintf(c.out, "file    %s, %s\n", a.file, bytesOf(a.size))
	if err := db.Migrate(ctx, d.ownerURL, c.Schema); err != nil {
		return err
	}
	var err error
	if d.Store, err = db.Open(ctx, db.Options{URL: d.appURL}); err != nil {
		return err
	}
	_, newest, err := d.SchemaVersion(ctx)
	if err != nil {
		return fmt.Errorf("the app's role can't read it, as when it was saved where one role did both: %w", err)
	}
	fmt.Fprintf(c.out, "schema  %d, this program's is %d\n", a.version, newest)
	n, err := d.Totals(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "counts  %d meetings, %d directives, %d tasks, %d reports, %d files, %d people, %d agencies, %d mails sent, %d waiting\n",
		n.Meetings, n.Directives, n.Tasks, n.Reports, n.Files, n.People, n.Agencies, n.Sent, n.Waiting)
	chain, err := d.Verify(ctx, "")
	if err != nil {
		return err
	}
	return c.tellChain("chain   ", chain)
}
