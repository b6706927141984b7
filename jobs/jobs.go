// Package jobs is what the clock starts: planning reminders, opening the day's
// mails, sending them, and tidying up. Each job is safe to run twice, late, and
// on several servers at once; rows in the database decide. Only this package
// knows cron.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"amal/db"
	"amal/mail"
)

// Jobs holds what the jobs need. Senders makes the connections to the mail
// server, one per worker; nil lets mails wait.
type Jobs struct {
	Store   *db.Store
	BaseURL string // all links in mails come from it
	From    string // sender of mails
	Server  string // name of this server, for the last tick
	HeadTo  string // address outside that gets the head of the seals each day; "" for none
	Log     *slog.Logger
	Senders func() mail.Sender
	Now     func() time.Time // nil: the clock
	// Clock is the database's, to compare with; nil: not compared.
	Clock func(ctx context.Context) (time.Time, error)
	// MakeExport writes the file of an export, calling did with each row; nil
	// where this server makes none.
	MakeExport func(ctx context.Context, e *db.Export, w io.Writer, did func() error) (name string, err error)
	// RunImports checks and writes the tables that wait; nil where this server
	// does not.
	RunImports func(ctx context.Context, server string) error

	noted   noted
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// job is one row of the table of clocked jobs.
type job struct {
	name, about string
	every       string // cron spec
	run         func(j *Jobs, ctx context.Context, now time.Time) error
	clock       bool // waits while the clocks are apart
}

// table lists every clocked job. The minute is enough for mails: what has come
// due is in the rows, not in the clock.
var table = []job{
	{"plan", "plans reminders and opens mails", "* * * * *", (*Jobs).Plan, true},
	{"watch", "looks at the installation itself, and tells administrators", "* * * * *", (*Jobs).watch, true},
	{"seal", "seals the history in order", "@every 5s", (*Jobs).seal, false},
	{"head", "mails the head of the seals outside", "3 * * * *", (*Jobs).mailHead, true},
	{"export", "makes lists as files", "@every 2s", (*Jobs).exports, false},
	{"import", "checks and writes tables that people bring in", "@every 2s", (*Jobs).imports, false},
	{"figures", "copies the day's figures for statistics", "7 * * * *", (*Jobs).figures, true},
	{"tidy", "removes what has run out", "17 * * * *", (*Jobs).tidy, true},
}

// workerCount is how many connections send at a time, when that much waits.
const workerCount = 16

// sweepEvery is how often a worker without work looks for some.
const sweepEvery = 5 * time.Second

// Start runs the jobs once and then by the clock, until Stop.
func (j *Jobs) Start(ctx context.Context) {
	if j.Now == nil {
		j.Now = time.Now
	}
	ctx, j.stop = context.WithCancel(ctx)
	clock := cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.Recover(cronLog{j.Log}), cron.SkipIfStillRunning(cron.DiscardLogger)))
	for _, row := range table {
		if _, err := clock.AddFunc(row.every, func() { j.tick(ctx, row) }); err != nil {
			j.Log.Error("clock", "job", row.name, "error", err)
		}
	}
	j.workers.Go(func() {
		j.tick(ctx, table[0])
		if err := j.figures(ctx, j.Now()); err != nil && ctx.Err() == nil {
			j.Log.Error("figures", "error", err.Error())
		}
		if err := j.fold(ctx, j.Now()); err != nil && ctx.Err() == nil {
			j.Log.Error("search", "error", err.Error())
		}
		clock.Start()
		<-ctx.Done()
		<-clock.Stop().Done()
	})
	if j.Senders != nil {
		for i := range workerCount {
			j.workers.Go(func() { j.work(ctx, i) })
		}
	}
}

// drainWithin is how long Stop waits for mails under way.
const drainWithin = 10 * time.Second

// Stop lets what is under way end, for ten seconds at most.
func (j *Jobs) Stop() {
	j.stop()
	done := make(chan struct{})
	go func() {
		j.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(drainWithin):
	}
}

// MaxApart is how far this server's clock and the database's may be apart
// before reminders wait: a clock that has jumped would mail the wrong days.
const MaxApart = 10 * time.Minute

// errClock says that one of the two clocks is wrong.
var errClock = errors.New("the clocks of server and database are apart; reminders wait")

// rightClock returns errClock while the clocks are too far apart.
func (j *Jobs) rightClock(ctx context.Context) error {
	if j.Clock == nil {
		return nil
	}
	at, err := j.Clock(ctx)
	if err != nil {
		return err
	}
	if apart := j.Now().Sub(at); apart.Abs() > MaxApart {
		return fmt.Errorf("%w: by %v", errClock, apart.Round(time.Second))
	}
	return nil
}

// tick runs one job and notes in the database that it ran.
func (j *Jobs) tick(ctx context.Context, row job) {
	if row.clock {
		if err := j.rightClock(ctx); err != nil {
			j.Log.Error("job", "job", row.name, "error", err.Error())
			return
		}
	}
	now, failure := j.Now(), ""
	if err := row.run(j, ctx, now); err != nil {
		if ctx.Err() != nil {
			return
		}
		failure = err.Error()
		j.Log.Error("job", "job", row.name, "error", failure)
	}
	if !j.noted.worth(row.name, failure != "", ticksEvery, now) {
		return
	}
	if err := j.Store.Tick(ctx, row.name, j.Server, failure, now); err != nil && ctx.Err() == nil {
		j.Log.Error("tick", "job", row.name, "error", err.Error())
	}
}

// Plan plans what has come due and opens the mails whose hour it is.
func (j *Jobs) Plan(ctx context.Context, now time.Time) error {
	if _, err := j.Store.PlanReminders(ctx, now); err != nil {
		return err
	}
	_, err := j.Store.OpenMessages(ctx, j.host(), now)
	return err
}

func (j *Jobs) seal(ctx context.Context, now time.Time) error {
	_, err := j.Store.Seal(ctx, now)
	return err
}

func (j *Jobs) tidy(ctx context.Context, now time.Time) error { return j.Store.Tidy(ctx, now) }

// figures begins the counters of the statistics and copies each day's figures.
func (j *Jobs) figures(ctx context.Context, now time.Time) error { return j.Store.SnapDue(ctx, now) }

// fold makes what was written before there was a search searchable.
func (j *Jobs) fold(ctx context.Context, _ time.Time) error {
	for {
		if n, err := j.Store.FoldRest(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// host is what Message-IDs end in.
func (j *Jobs) host() string {
	u, err := url.Parse(j.BaseURL)
	if err != nil || u.Hostname() == "" {
		return "amal"
	}
	return u.Hostname()
}

// cronLog writes a job's panic to our log.
type cronLog struct{ log *slog.Logger }

// Info drops cron's chatter.
func (cronLog) Info(string, ...any) {}

// Error logs a panic.
func (l cronLog) Error(err error, msg string, keys ...any) {
	l.log.Error(msg, append(keys, "error", err)...)
}
