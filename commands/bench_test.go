package commands

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/communique"
	"amal/db"
	"amal/db/dbtest"
	"amal/db/embedded"
	"amal/handlers"
)

// real is amal serve as a process of its own, over a loaded register.
type real struct {
	b        *testing.B
	cmd      *exec.Cmd
	url      string
	owner    *sql.DB
	postgres string // pid
	sink     *forgetful
	appURL   string
}

// forgetful is a mail server that takes everything.
type forgetful struct{ taken atomic.Int64 }

// NewSession is for go-smtp.
func (f *forgetful) NewSession(*smtp.Conn) (smtp.Session, error) { return f, nil }

// Mail is for go-smtp.
func (*forgetful) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt is for go-smtp.
func (*forgetful) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Reset is for go-smtp.
func (*forgetful) Reset() {}

// Logout is for go-smtp.
func (*forgetful) Logout() error { return nil }

// Data is for go-smtp.
func (f *forgetful) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	f.taken.Add(1)
	return err
}

func sure(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func sizeOf(name string, normal int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return normal
}

var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "amal-bench-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "amal")
	if out, err := exec.Command("go", "build", "-o", path, "..").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// newReal loads so many tasks and serves them; with AMAL_BENCH_DATA it takes
// the private Postgres of that folder, loaded before by amal load.
func newReal(b *testing.B, tasks int) *real {
	b.Helper()
	r := &real{b: b, sink: &forgetful{}}
	var urls dbtest.URLs
	home := filepath.Join(os.TempDir(), fmt.Sprintf("amal-test-%d", os.Geteuid()))
	if folder := os.Getenv("AMAL_BENCH_DATA"); folder != "" {
		s, err := embedded.Open(b.Context(), embedded.Options{Dir: folder, Log: os.Stderr})
		sure(b, err)
		b.Cleanup(func() { s.Close() })
		urls, home = dbtest.URLs{App: s.AppDSN(), Owner: s.OwnerDSN()}, folder
	} else {
		hash, err := handlers.HashPassword(loadPassword)
		sure(b, err)
		urls = dbtest.NewURLs(b)
		sure(b, db.Load(b.Context(), urls.Owner, db.LoadPlan{Tasks: tasks, Agencies: 60, People: 300, Seed: 1, Now: time.Now(), PasswordHash: hash, Likeness: communique.Likeness}))
	}
	var err error
	r.owner, err = sql.Open("postgres", urls.Owner)
	sure(b, err)
	b.Cleanup(func() { r.owner.Close() })
	r.postgres = dbtest.Postmaster(home)
	_, err = r.owner.ExecContext(b.Context(), `update task set next_step_on = current_date + 30 where next_step_on <= current_date + 1`) // the day's planning is over
	sure(b, err)
	_, err = r.owner.ExecContext(b.Context(), `vacuum (analyze) task`)
	sure(b, err)
	r.serve(urls)
	return r
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	sure(b, err)
	return l
}

// serve starts the program and waits until it answers.
func (r *real) serve(urls dbtest.URLs) {
	r.b.Helper()
	mails := listen(r.b)
	server := smtp.NewServer(smtp.BackendFunc(r.sink.NewSession))
	go func() { _ = server.Serve(mails) }()
	r.b.Cleanup(func() { server.Close() })
	l := listen(r.b)
	address := l.Addr().String()
	l.Close()
	path, err := program()
	sure(r.b, err)
	r.cmd = exec.Command(path, "serve")
	r.cmd.Env = append(os.Environ(), "AMAL_LISTEN="+address, "AMAL_DATABASE_URL="+urls.App, "AMAL_OWNER_DATABASE_URL="+urls.Owner,
		"AMAL_SMTP_URL=smtp://"+mails.Addr().String()+"?tls=none", "AMAL_MAIL_FROM=amal@example.org")
	r.cmd.Stderr = os.Stderr
	sure(r.b, r.cmd.Start())
	r.b.Cleanup(func() {
		_ = r.cmd.Process.Signal(syscall.SIGTERM)
		_ = r.cmd.Wait()
	})
	r.url, r.appURL = "http://"+address, urls.App
	for range 300 {
		if resp, err := http.Get(r.url + "/healthz"); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.b.Fatal("the server does not answer")
}

// memory is the server's resident memory in MB.
func (r *real) memory() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	sure(r.b, err)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, _ := strconv.Atoi(f[1])
			return float64(kb) / 1024
		}
	}
	return 0
}

// cpu is the processor time of the server and of Postgres.
func (r *real) cpu() (amal, postgres time.Duration) {
	return dbtest.CPUOf(strconv.Itoa(r.cmd.Process.Pid)), dbtest.CPUOf(r.postgres)
}

// reader is a signed-in visitor.
type reader struct {
	*http.Client
	r      *real
	cookie string
}

func (r *real) as(account string) *reader {
	r.b.Helper()
	v := &reader{r: r, Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	req, err := http.NewRequest("POST", r.url+"/signin", strings.NewReader(url.Values{"email": {account + "@load.example"}, "password": {loadPassword}}.Encode()))
	sure(r.b, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.Do(req)
	sure(r.b, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		r.b.Fatalf("%s: %d", account, resp.StatusCode)
	}
	for _, c := range resp.Cookies() {
		v.cookie += c.Name + "=" + c.Value + "; "
	}
	return v
}

// get reads a page as browsers do, compressed, and returns its bytes.
func (v *reader) get(path string) (int, error) {
	req, err := http.NewRequest("GET", v.r.url+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Cookie", v.cookie)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := v.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	n, err := io.Copy(&body, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d", path, resp.StatusCode)
	}
	return int(n), err
}

// benchFor is how long each page is asked for.
const benchFor = 2 * time.Second

// together runs do over so many goroutines for a while and returns how often
// it ran.
func together(b *testing.B, clients int, during time.Duration, do func() error) int {
	var n atomic.Int64
	end := time.Now().Add(during)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for time.Now().Before(end) {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return int(n.Load())
}

// measured is a page, who reads it, and the bare query over the same index, which
// is what a page of ids costs at least; writes a second change tasks meanwhile.
type measured struct {
	name, who, path, bare string
	writes                int
}

// pages are the main ones.
func (r *real) pages() []measured {
	number := func(query string) (n int) {
		sure(r.b, r.owner.QueryRowContext(r.b.Context(), query).Scan(&n))
		return n
	}
	directive := number(`select directive_id from task group by 1 order by count(*) desc, 1 limit 1`)
	deep := func(column, where string, skip int) string {
		var at time.Time
		var id int64
		_ = r.owner.QueryRowContext(r.b.Context(), `select `+column+`, id from task where `+where+` order by 1, 2 offset $1 limit 1`, skip).Scan(&at, &id) // fewer: the first page
		return fmt.Sprintf("after=%s&id=%d", url.QueryEscape(at.UTC().Format(time.RFC3339Nano)), id)
	}
	const open = `status in ('assigned', 'in_progress', 'returned')`
	const joins = ` join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id join meeting m on m.id = d.meeting_id `
	overdue := `select t.id, t.title, t.deadline, t.overdue_at, a.name_en, m.title, d.title, d.number from task t` + joins + `where t.` + open + ` and t.overdue_at <= now() order by t.overdue_at, t.id limit 51`
	own := number(`select agency_id from member where person_id = 7`)
	return []measured{
		{"overdue", "manager", "/overdue", overdue, 0},
		{"overdue, 10 writes a second", "manager", "/overdue", overdue, 10},
		{"overdue, 200 writes a second", "manager", "/overdue", overdue, 200}, // hardly a page finds what another read
		{"overdue, 180th page", "manager", "/overdue?" + deep("overdue_at", open+" and overdue_at <= now()", 179*50), overdue, 0},
		{"overdue of an agency", "manager", fmt.Sprintf("/overdue?agency=%d", own), fmt.Sprintf(`select t.id, t.title, t.deadline, t.overdue_at, a.name_en, m.title, d.title, d.number from task t%swhere t.%s and t.lead_id = %d and coalesce(t.overdue_at, 'infinity') <= now() order by coalesce(t.overdue_at, 'infinity'), t.id limit 51`, joins, open, own), 0},
		{"tasks", "focal.uz", "/tasks", fmt.Sprintf(`select t.id, t.title, t.deadline, d.title from task t join directive d on d.id = t.directive_id where t.%s and t.lead_id = %d order by coalesce(t.overdue_at, 'infinity'), t.id limit 51`, open, own), 0},
		{"review", "controller", "/review", `select t.id, t.title, t.submitted_at, a.name_en, d.title from task t` + joins + `where t.status = 'submitted' order by t.submitted_at, t.id limit 51`, 0},
		{"meetings", "manager", "/meetings", `select id, title, held_on, place from meeting order by held_on desc, id desc limit 51`, 0},
		{"directives", "manager", "/directives", `select id, number, title from directive order by coalesce(number_year, 0) desc, coalesce(number, 0) desc, id desc limit 51`, 0},
		{"directive", "manager", fmt.Sprintf("/directives/%d", directive), fmt.Sprintf(`select t.id, t.title, t.status, t.deadline, a.name_en from task t%swhere t.directive_id = %d order by t.number`, joins, directive), 0},
		{"stocktake", "head", "/stocktake", `select sum(open), sum(submitted), sum(on_time), sum(late) from due_count where grain = 'month' and kind = 'lead' and starts >= date_trunc('year', now()) and starts <= now()`, 0},
		{"agencies compared", "head", "/stocktake/agencies", `select agency_id, sum(open), sum(submitted), sum(on_time), sum(late) from due_count where grain = 'month' and kind = 'lead' and starts >= date_trunc('year', now()) and starts <= now() group by 1`, 0},
		{"changes", "manager", "/changes", `select id, subject_id, act, at from history where subject = 'task' and at > now() - interval '7 days' order by at desc, id desc limit 51`, 0},
		{"calendar", "manager", "/calendar", `select id, title, deadline from task where status in ('assigned', 'in_progress', 'returned', 'submitted') and deadline >= date_trunc('month', now()) and deadline < date_trunc('month', now()) + interval '1 month' order by deadline, lead_id, id limit 200`, 0},
		{"reminders", "auditor", "/reminders", `select id, rule, subject_id, planned_for, state from reminder order by id desc limit 51`, 0},
		{"search, few", "manager", "/search?q=zarafshan+glacier", `select id, title from task where folded like '%zarafshan%' and folded like '%glacier%' order by id desc limit 21`, 0},
		{"search, many", "manager", "/search?q=transport", `select id, title from task where folded like '%transport%' order by id desc limit 21`, 0},
	}
}

// BenchmarkPages asks for the main pages over HTTP, signed in, with eight
// clients, for AMAL_BENCH_SIZES tasks (20000; several with commas).
func BenchmarkPages(b *testing.B) {
	sizes := os.Getenv("AMAL_BENCH_SIZES")
	if sizes == "" {
		sizes = "20000"
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		sure(b, err)
		b.Run(size, func(b *testing.B) {
			r := newReal(b, n)
			time.Sleep(2 * time.Second)
			idle := r.memory()
			for _, p := range r.pages() {
				b.Run(p.name, func(b *testing.B) { r.page(b, p) })
			}
			b.Run("memory", func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(idle, "MB-idle")
					b.ReportMetric(r.memory(), "MB-loaded")
					b.ReportMetric(0, "ns/op")
				}
			})
		})
	}
}

func (r *real) page(b *testing.B, p measured) {
	v := r.as(p.who)
	bytes, err := v.get(p.path)
	sure(b, err)
	bare, err := r.owner.PrepareContext(b.Context(), p.bare)
	sure(b, err)
	defer bare.Close()
	drain := func() error {
		rows, err := bare.Query()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		return rows.Err()
	}
	for range 20 { // prepared on each connection of the server
		_, err := v.get(p.path)
		sure(b, err)
		sure(b, drain())
	}
	r.owner.SetMaxIdleConns(8)
	for b.Loop() {
		_, before := r.cpu()
		plain := together(b, 8, benchFor/2, drain)
		_, after := r.cpu()
		queryCPU := (after - before).Seconds() / float64(plain)
		stop := r.write(b, p.writes)
		amal, postgres := r.cpu()
		n := together(b, 8, benchFor, func() error { _, err := v.get(p.path); return err })
		amal2, postgres2 := r.cpu()
		stop()
		b.ReportMetric(float64(n)/benchFor.Seconds(), "req/s")
		b.ReportMetric((amal2-amal).Seconds()*1e3/float64(n), "ms-amal")
		b.ReportMetric((postgres2-postgres).Seconds()*1e3/float64(n), "ms-pg")
		b.ReportMetric((postgres2-postgres).Seconds()/float64(n)/max(queryCPU, 1e-6), "pg-ratio")
		b.ReportMetric(float64(plain)/(benchFor/2).Seconds()/(float64(n)/benchFor.Seconds()), "ratio")
		b.ReportMetric(float64(bytes), "B")
		b.ReportMetric(0, "ns/op")
	}
}

// write changes so many tasks a second until it is stopped.
func (r *real) write(b *testing.B, perSecond int) (stop func()) {
	b.Helper()
	if perSecond == 0 {
		return func() {}
	}
	change, err := r.owner.PrepareContext(b.Context(), `update task set changed_at = changed_at where id = $1`)
	sure(b, err)
	done, clock := make(chan bool), time.NewTicker(time.Second/time.Duration(perSecond))
	go func() {
		for id := 1; ; id++ {
			select {
			case <-clock.C:
				_, _ = change.Exec(id) // one that is not there writes nothing
			case <-done:
				change.Close()
				return
			}
		}
	}()
	return func() { clock.Stop(); done <- true }
}

// steady asks for a page at an even rate, whether the one before has come or
// not, and returns the time that 99 of 100 came within.
func (v *reader) steady(b *testing.B, path string, perSecond int, during func() bool) time.Duration {
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	clock, atOnce := time.NewTicker(time.Second/time.Duration(perSecond)), make(chan bool, 64)
	defer clock.Stop()
	for during() && !b.Failed() {
		<-clock.C
		atOnce <- true
		wg.Go(func() {
			began := time.Now()
			if _, err := v.get(path); err != nil {
				b.Error(err)
			}
			<-atOnce
			mu.Lock()
			took = append(took, time.Since(began))
			mu.Unlock()
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took[len(took)*99/100]
}

// BenchmarkMailingBesidePages sends AMAL_BENCH_MAILS mails (4,000) while
// somebody reads, over AMAL_BENCH_TASKS tasks (20,000): the page's p99 against
// its quiet one, and the server's memory idle, loaded and mailing.
func BenchmarkMailingBesidePages(b *testing.B) {
	mails := sizeOf("AMAL_BENCH_MAILS", 4_000)
	for b.Loop() {
		b.StopTimer()
		r := newReal(b, sizeOf("AMAL_BENCH_TASKS", 20_000))
		time.Sleep(2 * time.Second)
		b.ReportMetric(r.memory(), "MB-idle")
		v := r.as("manager")
		together(b, 8, benchFor, func() error { _, err := v.get("/overdue"); return err })
		b.ReportMetric(r.memory(), "MB-loaded")
		end := time.Now().Add(5 * time.Second)
		quiet := v.steady(b, "/overdue", 25, func() bool { return time.Now().Before(end) })
		r.lay(mails)
		for r.sink.taken.Load() == 0 { // a worker looks every few seconds
			time.Sleep(10 * time.Millisecond)
		}
		b.StartTimer()
		began, most := time.Now(), 0.0
		busy := v.steady(b, "/overdue", 25, func() bool {
			most = max(most, r.memory())
			return int(r.sink.taken.Load()) < mails && time.Since(began) < 5*time.Minute
		})
		b.ReportMetric(float64(r.sink.taken.Load())/time.Since(began).Seconds(), "mails/s")
		b.ReportMetric(quiet.Seconds()*1e3, "ms-p99-quiet")
		b.ReportMetric(busy.Seconds()*1e3, "ms-p99-mailing")
		b.ReportMetric(busy.Seconds()/quiet.Seconds(), "ratio")
		b.ReportMetric(most, "MB-mailing")
	}
}

// lay makes mails that wait, for the focal points of open tasks.
func (r *real) lay(n int) {
	r.b.Helper()
	store, err := db.Open(context.Background(), db.Options{URL: r.appURL})
	sure(r.b, err)
	defer store.Close()
	_, err = r.owner.Exec(`
		insert into reminder (rule, subject, subject_id, occasion, person_id, audience, at_once, planned_for, local_day, created_at)
		select 'by_hand', 'task', t.id, 'bench ' || now(), m.person_id, 'lead', true, now(), current_date, now()
		from (select id, lead_id, focal_id from task where status in ('assigned', 'in_progress', 'returned') order by id) t
		join lateral (select coalesce(t.focal_id, min(person_id)) as person_id from member where agency_id = t.lead_id and role = 'focal') m on m.person_id is not null
		limit $1`, n)
	sure(r.b, err)
	opened, err := store.OpenMessages(context.Background(), "amal.example", time.Now())
	sure(r.b, err)
	if opened != n {
		r.b.Fatalf("%d mails wait, want %d: too few tasks", opened, n)
	}
}
