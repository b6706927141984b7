package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/db"
	"amal/db/dbtest"
	"amal/mail"
	"amal/rules"
)

// fromEnv is a size that AMAL_BENCH_… may set, such as performance.md's full
// ones; the defaults keep make bench short.
func fromEnv(name string, normal int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return normal
}

// sink is a mail server that takes everything and forgets it, each mail after
// a pause.
type sink struct {
	address string
	pause   time.Duration
	taken   atomic.Int64
}

func newSink(b *testing.B, pause time.Duration) *sink {
	b.Helper()
	s := &sink{pause: pause}
	server := smtp.NewServer(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	s.address = l.Addr().String()
	go func() { _ = server.Serve(l) }()
	b.Cleanup(func() { server.Close() })
	return s
}

// NewSession is for go-smtp.
func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return taker{s}, nil }

func (s *sink) sender() mail.Sender {
	server, err := mail.ParseURL("smtp://" + s.address + "?tls=none")
	if err != nil {
		panic(err)
	}
	return mail.NewSMTP(server)
}

type taker struct{ *sink }

func (taker) Mail(string, *smtp.MailOptions) error { return nil }
func (taker) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (taker) Reset()                               {}
func (taker) Logout() error                        { return nil }
func (t taker) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	time.Sleep(t.pause)
	t.taken.Add(1)
	return err
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// bigOffice has many focal points, each of an agency with others, and open
// tasks that each of them answers for alone.
type bigOffice struct {
	*Jobs
	b      *testing.B
	urls   dbtest.URLs
	owner  *sql.DB
	sink   *sink
	people int
}

var benchNow = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC) // a Tuesday, 11:00 in Tashkent

func newBigOffice(b *testing.B, people int, pause time.Duration) *bigOffice {
	b.Helper()
	o := &bigOffice{b: b, urls: dbtest.NewURLs(b), sink: newSink(b, pause), people: people}
	store, err := db.Open(b.Context(), db.Options{URL: o.urls.App})
	check(b, err)
	b.Cleanup(func() { store.Close() })
	o.owner, err = sql.Open("postgres", o.urls.Owner)
	check(b, err)
	b.Cleanup(func() { o.owner.Close() })
	o.Jobs = &Jobs{Store: store, BaseURL: "https://amal.example", From: "Amal <amal@example.org>", Server: "one", Log: slog.New(slog.NewTextHandler(b.Output(), nil)),
		Now: func() time.Time { return benchNow }, Senders: o.sink.sender}
	id, err := store.SaveAgency(b.Context(), rules.Actor{}, db.AgencyInput{Code: "a1", Side: "UZ", Kind: "ministry", Names: map[string]string{"en": "Agency of the sample"}, Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: benchNow})
	check(b, err)
	o.query(`insert into agency (code, side, kind, name_en, locale, time_zone, country, created_at)
		select 'a' || n, 'UZ', 'ministry', 'Agency of the sample ' || n, 'en', 'Asia/Tashkent', 'UZ', $1 from generate_series(2, $2) n`, benchNow, max(2, people/10))
	o.query(`insert into person (email, name, created_at) select 'p' || n || '@example.org', 'Person ' || n, $1 from generate_series(1, $2) n`, benchNow, people)
	o.query(`insert into member (person_id, agency_id, role) select id, cast($1 as bigint) + id % cast($2 as bigint), 'focal' from person`, id, max(2, people/10))
	o.query(`insert into meeting (title, held_on, place, level, sides, created_by, created_at) values ('Meeting', '2026-01-10', 'Almaty', 'working', '{UZ,KZ}', 1, $1)`, benchNow)
	o.query(`insert into document (meeting_id, kind, title, language, dated_on, original, sha256, text, created_by, created_at)
		values (1, 'communique', 'Communiqué', 'en', '2026-01-10', 'x', sha256('x'), repeat('They gave instructions to draw up a programme this year. ', 10), 1, $1)`, benchNow)
	o.query(`insert into passage (document_id, starts, ends) values (1, 0, 56)`)
	o.query(`insert into directive (meeting_id, passage_id, number_year, number, strength, title, sides, no_deadline_reason, created_by, created_at)
		values (1, 1, 2026, 1, 'agreed', 'Everything that was agreed', '{UZ,KZ}', 'open', 1, $1)`, benchNow)
	return o
}

func (o *bigOffice) query(text string, args ...any) {
	o.b.Helper()
	_, err := o.owner.ExecContext(o.b.Context(), text, args...)
	check(o.b, err)
}

// tasks lays open tasks, spread over the people, of which the lead was last
// heard at a moment; due is days from the present one.
func (o *bigOffice) tasks(n, due int) {
	o.b.Helper()
	o.query(`insert into task (directive_id, number, title, folded, lead_id, focal_id, status, deadline, original_deadline, deadline_set_on, overdue_at, assigned_at, heard_at, next_step_on, created_by, created_at, changed_by, changed_at)
		select 1, n, 'Draft the text of the programme, part ' || n, '2026-1.' || n || ' draft the text of the programme part ' || n, m.agency_id, m.person_id, 'in_progress', day, day, '2026-01-12', cast(day + 1 as timestamptz) - interval '5 hours', '2026-01-12 06:00Z', '2026-02-27 06:00Z', '2026-03-03', 1, '2026-01-12 06:00Z', 1, '2026-01-12 06:00Z'
		from generate_series(1, $1) n join member m on m.person_id = 1 + n % cast($2 as integer), (select cast('2026-03-03' as date) + cast($3 as integer) as day) d`, n, o.people, due)
	o.query(`analyze`)
}

// work sends with so many workers until nothing waits.
func (o *bigOffice) run(workers int) {
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			w := worker{Sender: o.Senders(), name: fmt.Sprintf("w/%d", i)}
			defer w.Close()
			for {
				sent, err := o.sendSome(o.b.Context(), &w)
				if err != nil && !errors.Is(err, context.Canceled) {
					o.b.Error(err)
				}
				if sent == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
}

// used is processor time: of this process, which is Amal and the mail server,
// and of Postgres.
type used struct{ amal, postgres time.Duration }

func cpu() used {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // of oneself it never fails
	return used{time.Duration(u.Utime.Nano() + u.Stime.Nano()), dbtest.CPU()}
}

// since reports the processor time since then, for each of n.
func (u used) since(b *testing.B, n int, what string) {
	now := cpu()
	b.ReportMetric((now.amal-u.amal).Seconds()/float64(n)*1e6, "µs-amal/"+what)
	b.ReportMetric((now.postgres-u.postgres).Seconds()/float64(n)*1e6, "µs-pg/"+what)
}

// bare sends one and the same message again and again over so many
// connections, and returns the rate: what the library and the machine can do.
func (o *bigOffice) bare(workers, mails int, m mail.Message) float64 {
	began := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			sender := o.sink.sender()
			defer sender.Close()
			for range mails / workers {
				if _, err := sender.Send(o.b.Context(), m); err != nil {
					o.b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(mails/workers*workers) / time.Since(began).Seconds()
}

// sample is the mail that the first waiting message becomes.
func (o *bigOffice) sample() mail.Message {
	o.b.Helper()
	l, err := dbtest.Claim(o.b.Context(), o.Store, "sample", benchNow)
	check(o.b, err)
	directory, err := o.Store.Directory(o.b.Context(), benchNow)
	check(o.b, err)
	check(o.b, o.Store.AddAnswerLinks(o.b.Context(), benchNow, l))
	m, err := o.compose(l, directory, benchNow)
	check(o.b, err)
	check(o.b, o.Store.Release(o.b.Context(), l))
	return m
}

// BenchmarkOverdueDigests: the tasks of a day become 500 mails, all sent
// (AMAL_BENCH_DIGESTS tasks, 10,000).
func BenchmarkOverdueDigests(b *testing.B) {
	n := fromEnv("AMAL_BENCH_DIGESTS", 10_000)
	for b.Loop() {
		b.StopTimer()
		o := newBigOffice(b, 500, 0)
		o.tasks(n, -1) // one working day late
		began, spent := time.Now(), cpu()
		b.StartTimer()
		_, err := o.Store.PlanReminders(b.Context(), benchNow)
		check(b, err)
		planned := time.Since(began)
		opened, err := o.Store.OpenMessages(b.Context(), "amal.example", benchNow)
		check(b, err)
		open := time.Since(began)
		o.run(workerCount)
		b.StopTimer()
		b.ReportMetric(planned.Seconds(), "s-plan")
		b.ReportMetric((open - planned).Seconds(), "s-open")
		b.ReportMetric((time.Since(began) - open).Seconds(), "s-send")
		spent.since(b, n, "task")
		if opened != 500 || o.sink.taken.Load() != 500 {
			b.Errorf("%d opened, %d sent, want 500", opened, o.sink.taken.Load())
		}
		b.StartTimer()
	}
}

// BenchmarkSingleMails: each answer is in the ledger before the same worker's
// next mail (AMAL_BENCH_MAILS mails, 4,000; full 100,000).
func BenchmarkSingleMails(b *testing.B) { benchMails(b, fromEnv("AMAL_BENCH_MAILS", 4_000), 0) }

// BenchmarkSlowRelay: a relay that takes 50 ms for a mail (AMAL_BENCH_SLOW
// mails, 2,000).
func BenchmarkSlowRelay(b *testing.B) {
	benchMails(b, fromEnv("AMAL_BENCH_SLOW", 2_000), 50*time.Millisecond)
}

func benchMails(b *testing.B, n int, pause time.Duration) {
	for b.Loop() {
		b.StopTimer()
		o := newBigOffice(b, min(10_000, n), pause)
		o.tasks(n, 30)
		o.query(`insert into reminder (rule, subject, subject_id, occasion, person_id, audience, at_once, planned_for, local_day, created_at)
			select 'by_hand', 'task', id, 'x', focal_id, 'lead', true, $1, '2026-03-03', $1 from task`, benchNow)
		b.StartTimer()
		began := time.Now()
		_, err := o.Store.OpenMessages(b.Context(), "amal.example", benchNow)
		check(b, err)
		opened := time.Since(began)
		b.StopTimer()
		sample := o.sample()
		spent := cpu()
		bare := o.bare(workerCount, n/2, sample)
		plain := (cpu().amal - spent.amal).Seconds() / float64(n/2)
		o.sink.taken.Store(0)
		spent, began = cpu(), time.Now()
		b.StartTimer()
		o.run(workerCount)
		rate := float64(n) / time.Since(began).Seconds()
		b.StopTimer()
		b.ReportMetric(float64(n)/opened.Seconds(), "opened/s")
		b.ReportMetric(rate, "mails/s")
		b.ReportMetric(bare, "bare/s")
		b.ReportMetric(bare/rate, "ratio")
		spent.since(b, n, "mail")
		b.ReportMetric(plain*1e6, "µs/bare")
		if pause > 0 {
			b.ReportMetric(rate*pause.Seconds()/float64(workerCount), "of-possible")
		}
		if got := o.sink.taken.Load(); got != int64(n) {
			b.Errorf("%d sent, want %d", got, n)
		}
		b.StartTimer()
	}
}

// BenchmarkPlanning: one pass over open tasks that all have a step today
// (AMAL_BENCH_PLAN tasks, 20,000; full 1,000,000).
func BenchmarkPlanning(b *testing.B) {
	n := fromEnv("AMAL_BENCH_PLAN", 20_000)
	for b.Loop() {
		b.StopTimer()
		o := newBigOffice(b, 10_000, 0)
		o.tasks(n, 0) // due today
		b.StartTimer()
		began, spent := time.Now(), cpu()
		looked, err := o.Store.PlanReminders(b.Context(), benchNow)
		check(b, err)
		planned := time.Since(began)
		b.ReportMetric(float64(looked)/planned.Seconds(), "tasks/s")
		spent.since(b, n, "task")
		began = time.Now()
		opened, err := o.Store.OpenMessages(b.Context(), "amal.example", benchNow)
		check(b, err)
		b.ReportMetric(float64(opened)/time.Since(began).Seconds(), "digests-opened/s")
		if looked != n || opened != min(n, 10_000) {
			b.Errorf("%d planned, %d digests", looked, opened)
		}
	}
}
