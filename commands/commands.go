// Package commands is the command line: one file per command. It reads the
// settings, puts the rooms together, waits and stops.
package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

// Build is what the program was built from.
type Build struct{ Schema, Version, Commit string }

// command is one row of the table of commands.
type command struct {
	name, args, about string
	run               func(ctx context.Context, c *call) error
}

// call is one run of a command.
type call struct {
	Build
	command
	flags    *flag.FlagSet
	args     []string // after the flags
	settings settings
	out      io.Writer
	problems io.Writer
}

// errUsage says that the command was called wrongly.
var errUsage = errors.New("wrong usage")

// table lists every command.
func table() []command {
	return []command{
		{"demo", "", "shows Amal with sample data on a private Postgres", demo},
		{"serve", "", "serves Amal by the settings", serve},
		{"migrate", "", "brings the schema up to date", migrate},
		{"user add", "", "adds a person and prints a one-time link to set a password", userAdd},
		{"read", "FILE", "reads a communiqué and prints what it proposes, as JSON", readText},
		{"agency import", "FILE.csv", "adds or changes agencies", agencyImport},
		{"holidays import", "COUNTRY FILE.csv", "adds or changes days off", holidaysImport},
		{"remind", "", "plans and sends what is due at a moment", remind},
		{"testmail", "ADDRESS", "sends one message and prints the server's answer", testMail},
		{"verify", "", "checks that the history is whole, by its seals", verify},
		{"backup", "FILE", "saves the whole database in a file", backup},
		{"restore", "FILE", "makes a database again from a backup; mails are held until somebody releases them", restore},
		{"load", "--tasks N", "fills an empty database with made-up tasks, for measuring", load},
		{"doctor", "", "checks database, clock, zones, mail server and disk", doctor},
		{"version", "", "prints version, commit and Go version", version},
	}
}

// Run runs the command that the arguments name and returns the exit code: 0,
// 1 after an error, 2 after wrong usage.
func Run(args []string, b Build) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, b, os.Stdout, os.Stderr)
}

func run(ctx context.Context, args []string, b Build, out, problems io.Writer) int {
	cmd, rest, ok := find(args)
	if !ok {
		if len(args) > 0 && !strings.HasSuffix(args[0], "help") && args[0] != "-h" {
			fmt.Fprintf(problems, "amal: there is no command %q\n\n", strings.Join(args, " "))
		}
		usage(problems)
		return 2
	}
	c := &call{Build: b, command: cmd, args: rest, flags: flag.NewFlagSet("amal "+cmd.name, flag.ContinueOnError), out: out, problems: problems}
	c.flags.SetOutput(problems)
	c.flags.Usage = c.usage
	err := cmd.run(ctx, c)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(problems, err)
		return 2
	}
	fmt.Fprintln(problems, "amal:", err)
	return 1
}

// find takes the command's one or two words off the arguments.
func find(args []string) (command, []string, bool) {
	for _, cmd := range table() {
		n := len(strings.Fields(cmd.name))
		if len(args) >= n && strings.Join(args[:n], " ") == cmd.name {
			return cmd, args[n:], true
		}
	}
	return command{}, nil, false
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Amal: from a leader's word to a verified deed.\n\nCommands (amal COMMAND -h explains each):")
	for _, cmd := range table() {
		fmt.Fprintf(w, "  %-34s %s\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.about)
	}
}

func (c *call) usage() {
	fmt.Fprintf(c.flags.Output(), "amal %s: %s\n", strings.TrimSpace(c.name+" "+c.command.args), c.about)
	c.flags.PrintDefaults()
	if c.name == "serve" {
		fmt.Fprintln(c.flags.Output(), "\nSettings (environment):")
		for _, s := range settingsTable {
			fmt.Fprintf(c.flags.Output(), "  %-24s %s\n", s.name, s.about)
		}
	}
}

// parse reads the flags, which may stand before or after the arguments, and
// then the settings. It wants exactly n arguments.
func (c *call) parse(n int) error {
	data := c.flags.String("data", "", "folder of the private Postgres (AMAL_DATA)")
	var words []string
	for rest := c.args; ; {
		if err := c.flags.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if c.flags.NArg() == 0 {
			break
		}
		words, rest = append(words, c.flags.Arg(0)), c.flags.Args()[1:]
	}
	c.args = words
	if len(words) != n {
		return fmt.Errorf("%w: amal %s %s", errUsage, c.name, c.command.args)
	}
	var err error
	if c.settings, err = readSettings(os.Getenv); err != nil {
		return err
	}
	if *data != "" {
		c.settings.Data = *data
	}
	return nil
}

func version(_ context.Context, c *call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	fmt.Fprintln(c.out, strings.TrimSpace(fmt.Sprintf("amal %s %s %s", c.Version, c.Commit, runtime.Version())))
	return nil
}
