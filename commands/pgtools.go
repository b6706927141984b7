package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"amal/db"
	"amal/db/embedded"
)

// tool is one run of a Postgres program. Where it goes and with which password
// stands in its environment, never on its command line.
type tool struct {
	path    string
	env     []string
	problem bytes.Buffer // what it wrote to stderr
}

// tool finds a program; address is the database it works on, "" for none.
func (c *call) tool(name, address string) (*tool, error) {
	path, err := embedded.Program(c.settings.PGBin, name)
	if err != nil {
		return nil, err
	}
	t := &tool{path: path, env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LC_ALL=C.UTF-8", "TZ=UTC"}}
	if address != "" {
		place, err := db.Environment(address)
		if err != nil {
			return nil, err
		}
		t.env = append(t.env, place...)
	}
	return t, nil
}

// command prepares a run of the program.
func (t *tool) command(ctx context.Context, in io.Reader, out io.Writer, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.path, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = t.env, in, out, &t.problem
	return cmd
}

// run runs the program to its end.
func (t *tool) run(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	return t.explain(ctx, t.command(ctx, in, out, args...).Run())
}

// errToolTooOld says that a program is older than the server it should read.
var errToolTooOld = errors.New("is older than the database's server; install the server's version or set AMAL_PG_BIN")

// explain puts the program's own first words to an error.
func (t *tool) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	name := t.path[strings.LastIndex(t.path, "/")+1:]
	said := strings.TrimSpace(t.problem.String())
	if strings.Contains(said, "server version mismatch") {
		return fmt.Errorf("%s %w", t.path, errToolTooOld)
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, "rror:") || strings.Contains(line, "ERROR:") || strings.Contains(line, "FATAL:") {
			said = line
			break
		}
	}
	if said == "" {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %s", name, strings.TrimSpace(strings.TrimPrefix(said, name+": error: ")))
}
