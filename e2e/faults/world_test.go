package faults

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/lib/pq"

	"amal/db"
	"amal/db/dbtest"
	"amal/mail/mailtest"
	"amal/rules"
)

// workers is how many of them a server has at most, claimed how many messages
// each takes at a time: jobs.workerCount and jobs.claimAtOnce.
const (
	workers = 16
	claimed = 20
)

// world is one agency with many focal points and one task that they are told
// of, a mail server, and the binary over it.
type world struct {
	*mailtest.Relay
	t      *testing.T
	urls   dbtest.URLs
	store  *db.Store
	owner  *sql.DB
	people []int64
	task   int64
	began  time.Time

	servers []*server
}

// newWorld fills a database; the mail server is the one given, or a new one.
func newWorld(t *testing.T, urls dbtest.URLs, relay *mailtest.Relay, people int) *world {
	t.Helper()
	if relay == nil {
		relay = mailtest.New(t)
	}
	w := &world{Relay: relay, t: t, urls: urls}
	var err error
	w.store, err = db.Open(t.Context(), db.Options{URL: urls.App})
	w.check(err)
	t.Cleanup(func() { w.store.Close() })
	w.owner, err = sql.Open("postgres", urls.Owner)
	w.check(err)
	t.Cleanup(func() { w.owner.Close() })
	ctx, now := t.Context(), time.Now()
	office, lead := w.agency("office", "joint"), w.agency("uz-trade", "UZ")
	staff, controller := w.person("staff", office, rules.Staff), w.person("controller", office, rules.Controller)
	meeting, err := w.store.SaveMeeting(ctx, staff, db.MeetingInput{Title: "Meeting", HeldOn: rules.Date(now), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ", "KZ"}, Now: now})
	w.check(err)
	directive, err := w.store.AddDirective(ctx, staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairman", Strength: rules.Instructed, Title: "Draw up a programme",
		Points: []string{"It is adopted"}, Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "open", ControllerID: controller.PersonID, Now: now})
	w.check(err)
	for i := range people {
		w.people = append(w.people, w.person(fmt.Sprintf("focal%d", i), lead, rules.Focal).PersonID)
	}
	due := rules.Date(now).AddDate(0, 6, 0)
	w.task, err = w.store.AddTask(ctx, staff, db.TaskInput{DirectiveID: directive, Title: "Draft", Points: []string{"Done"}, LeadID: lead, Deadline: &due, Now: now})
	w.check(err)
	w.check(w.store.Assign(ctx, staff, db.ActInput{TaskID: w.task, Now: now}))
	w.exec(`update reminder set state = 'skipped', reason = 'undone'`)
	w.exec(`update task set next_step_on = null`) // only what the test plans
	w.began = time.Now()
	return w
}

func (w *world) agency(code, side string) int64 {
	id, err := w.store.SaveAgency(w.t.Context(), rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": code},
		Email: code + "@example.org", Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: time.Now()})
	w.check(err)
	return id
}

func (w *world) person(name string, agency int64, role rules.Role) rules.Actor {
	id, err := w.store.SavePerson(w.t.Context(), rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name, Roles: map[int64]rules.Role{agency: role}, Now: time.Now()})
	w.check(err)
	p, err := w.store.Person(w.t.Context(), id)
	w.check(err)
	return p.Actor()
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	_, err := w.owner.ExecContext(w.t.Context(), query, args...)
	w.check(err)
}

// number asks the database for one; while it is away, the answer is -1.
func (w *world) number(query string, args ...any) int {
	n := -1
	_ = w.owner.QueryRowContext(w.t.Context(), query, args...).Scan(&n)
	return n
}

// due lets n mails fall due now, spread over the people.
func (w *world) due(n int) {
	w.t.Helper()
	w.exec(`
		insert into reminder (rule, subject, subject_id, occasion, person_id, audience, at_once, planned_for, local_day, created_at)
		select 'by_hand', 'task', $1, 'f' || g || '-' || (select count(*) from reminder), ($2::bigint[])[1 + g % cardinality($2::bigint[])], 'lead', true, now(), current_date, now()
		from generate_series(1, $3) g`, w.task, pq.Array(w.people), n)
	_, err := w.store.OpenMessages(w.t.Context(), "127.0.0.1", time.Now().Add(time.Second))
	w.check(err)
	w.exec(`update message set send_after = now() where send_after > now()`)
	if len(w.Got()) == 0 {
		w.began = time.Now()
	}
}

// hurry lets the mails that wait for a further try go now.
func (w *world) hurry() {
	w.exec(`update message set send_after = now() where state = 'waiting' and send_after > now()`)
}

// until waits for something, and fails the test after a time.
func (w *world) until(within time.Duration, what string, done func() bool) {
	w.t.Helper()
	for end := time.Now().Add(within); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("not within %v: %s (%d waiting, %d mails arrived)", within, what, w.waiting(), len(w.Got()))
		}
	}
}

func (w *world) waiting() int {
	return w.number(`select count(*) from message where state = 'waiting'`)
}

// finished waits until nothing waits any more.
func (w *world) finished(within time.Duration) {
	w.t.Helper()
	w.until(within, "everything sent", func() bool { return w.waiting() == 0 })
}

var messageID = regexp.MustCompile(`(?mi)^Message-ID: *<([^>]+)>`)

func idOf(m mailtest.Mail) string {
	if id := messageID.FindStringSubmatch(m.Body); id != nil {
		return id[1]
	}
	return ""
}

// count compares what fell due with what arrived.
func (w *world) count(fault string, allowed int, note string, args ...any) figures {
	w.t.Helper()
	f := figures{fault: fault, allowed: allowed, took: time.Since(w.began), note: fmt.Sprintf(note, args...)}
	n := map[string]int{}
	for _, m := range w.Got() {
		if id := idOf(m); id != "" {
			n[id]++
		}
	}
	rows, err := w.owner.QueryContext(w.t.Context(), `select header_id from message where state <> 'refused'`)
	w.check(err)
	defer rows.Close()
	for rows.Next() {
		var id string
		w.check(rows.Scan(&id))
		f.due++
		if n[id] == 0 {
			f.lost++
			continue
		}
		f.arrived++
		f.copies += n[id] - 1
		delete(n, id)
	}
	w.check(rows.Err())
	if len(n) > 0 {
		w.t.Errorf("%s: %d mails that nobody was due", fault, len(n))
	}
	return f
}

// server is one running binary.
type server struct {
	*exec.Cmd
	w       *world
	log     string
	base    string
	metrics string
	once    sync.Once
}

// serve starts the binary over the world and waits until it serves.
func (w *world) serve(settings ...string) *server {
	w.t.Helper()
	s := &server{w: w, log: filepath.Join(w.t.TempDir(), "log"), base: "http://" + w.free(), metrics: w.free()}
	out, err := os.Create(s.log)
	w.check(err)
	defer out.Close()
	s.Cmd = exec.Command(binary, "serve")
	s.Stdout, s.Stderr = out, out
	s.Env = append(append(os.Environ(), "AMAL_DATABASE_URL="+w.urls.App, "AMAL_OWNER_DATABASE_URL="+w.urls.Owner, "AMAL_BACKUP_DIR=none", "AMAL_SMTP_URL=smtp://"+w.Address+"?tls=none",
		"AMAL_LISTEN="+strings.TrimPrefix(s.base, "http://"), "AMAL_BASE_URL="+s.base, "AMAL_METRICS_LISTEN="+s.metrics), settings...)
	w.check(s.Start())
	w.servers = append(w.servers, s)
	w.t.Cleanup(func() { s.end(syscall.SIGKILL) })
	w.until(2*time.Minute, "serving", func() bool { return strings.Contains(s.said(), "serving") })
	return s
}

// end sends a signal that ends the binary and waits for it.
func (s *server) end(how syscall.Signal) {
	s.once.Do(func() {
		_ = s.Process.Signal(how)
		_ = s.Wait()
	})
}

func (s *server) said() string {
	text, _ := os.ReadFile(s.log)
	return string(text)
}

// goroutines tells how many the binary has.
func (s *server) goroutines() int {
	n := -1
	for line := range strings.Lines(s.page(http.DefaultClient, "http://"+s.metrics+"/metrics")) {
		if text, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			_, _ = fmt.Sscan(text, &n)
		}
	}
	return n
}

func (w *world) free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.check(err)
	defer l.Close()
	return l.Addr().String()
}

// page reads a page of the binary; "" where it does not answer.
func (s *server) page(as *http.Client, address string) string {
	resp, err := as.Get(address)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

// administrator signs in as one.
func (s *server) administrator() *http.Client {
	s.w.t.Helper()
	hash, err := argon2id.CreateHash("a long password", &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	s.w.check(err)
	who := s.w.person("admin", 1, rules.Admin)
	s.w.check(s.w.store.SetPassword(s.w.t.Context(), who, hash, 0, time.Now()))
	jar, err := cookiejar.New(nil)
	s.w.check(err)
	client := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	resp, err := client.PostForm(s.base+"/signin", url.Values{"email": {"admin@example.org"}, "password": {"a long password"}})
	s.w.check(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.w.t.Fatalf("sign-in: %s", resp.Status)
	}
	return client
}
