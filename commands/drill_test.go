package commands

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"amal/db"
	"amal/db/dbtest"
	"amal/jobs"
	"amal/mail"
	"amal/mail/mailtest"
	"amal/rules"
)

// post is a mail server that outlives the database, with the jobs that send to
// it and a clock that the test moves.
type post struct {
	*mailtest.Relay
	*jobs.Jobs
	t     *testing.T
	mu    sync.Mutex
	clock time.Time
	down  bool
}

func newPost(t *testing.T) *post {
	p := &post{t: t, Relay: mailtest.New(t), clock: instant("2026-03-02 04:00")}
	p.Relay.Data = func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.down {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
		}
		return nil
	}
	return p
}

func instant(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func (p *post) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock
}

// on puts the jobs over a database.
func (p *post) on(url string) *db.Store {
	p.t.Helper()
	store, err := db.Open(p.t.Context(), db.Options{URL: url})
	check(p.t, err)
	p.t.Cleanup(func() { store.Close() })
	server, err := mail.ParseURL("smtp://" + p.Address + "?tls=none")
	check(p.t, err)
	p.Jobs = &jobs.Jobs{Store: store, BaseURL: "https://amal.example", From: "Amal <amal@example.org>", Server: "one", Now: p.now,
		Log: slog.New(slog.NewTextHandler(p.t.Output(), nil)), Senders: func() mail.Sender { return mail.NewSMTP(server) }}
	return store
}

// until ticks every half hour up to a moment.
func (p *post) until(end string) {
	p.t.Helper()
	for !p.now().After(instant(end)) {
		check(p.t, p.Plan(p.t.Context(), p.now()))
		check(p.t, p.Store.Tick(p.t.Context(), "plan", "one", "", p.now()))
		_, err := p.SendAll(p.t.Context())
		check(p.t, err)
		_, err = p.Store.Seal(p.t.Context(), p.now())
		check(p.t, err)
		p.mu.Lock()
		p.clock = p.clock.Add(30 * time.Minute)
		p.mu.Unlock()
	}
}

// fill makes agencies, people and tasks whose steps fall on the days of March.
func (p *post) fill(store *db.Store) {
	p.t.Helper()
	ctx, now := p.t.Context(), p.now()
	agency := func(code, side string) int64 {
		id, err := store.SaveAgency(ctx, rules.Actor{}, db.AgencyInput{Code: code, Side: side, Kind: "ministry", Names: map[string]string{"en": code},
			Email: code + "@example.org", Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ", Now: now})
		check(p.t, err)
		return id
	}
	person := func(name string, agency int64, role rules.Role) rules.Actor {
		id, err := store.SavePerson(ctx, rules.Actor{}, db.PersonInput{Email: name + "@example.org", Name: name, Roles: map[int64]rules.Role{agency: role}, Now: now})
		check(p.t, err)
		who, err := store.Person(ctx, id)
		check(p.t, err)
		return who.Actor()
	}
	office := agency("office", "joint")
	staff, controller := person("staff", office, rules.Staff), person("controller", office, rules.Controller)
	meeting, err := store.SaveMeeting(ctx, staff, db.MeetingInput{Title: "Meeting", HeldOn: instant("2026-03-01 00:00"), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ", "KZ"}, Now: now})
	check(p.t, err)
	directive, err := store.AddDirective(ctx, staff, db.DirectiveInput{MeetingID: meeting, OralBy: "The chairman", Strength: rules.Instructed, Title: "Draw up a programme",
		Points: []string{"It is adopted"}, Sides: []string{"UZ", "KZ"}, NoDeadlineReason: "open", ControllerID: controller.PersonID, Now: now})
	check(p.t, err)
	for i := range 4 {
		lead := agency(fmt.Sprintf("uz-%d", i), "UZ")
		person(fmt.Sprintf("focal%d", i), lead, rules.Focal)
		for day := 10; day <= 31; day += 3 {
			due := instant(fmt.Sprintf("2026-03-%02d 00:00", day))
			id, err := store.AddTask(ctx, staff, db.TaskInput{DirectiveID: directive, Title: fmt.Sprintf("Task %d", day), Points: []string{"Done"}, LeadID: lead, Deadline: &due, Now: now})
			check(p.t, err)
			check(p.t, store.Assign(ctx, staff, db.ActInput{TaskID: id, Now: now}))
		}
	}
	p.clock = now.Add(time.Minute)
}

var messageID = regexp.MustCompile(`(?mi)^Message-ID: *<([^>]+)>`)

// copies counts the mails that arrived by Message-ID, from the n-th on.
func (p *post) copies(from int) map[string]int {
	n := map[string]int{}
	for _, m := range p.Got()[from:] {
		id := messageID.FindStringSubmatch(m.Body)
		if id == nil {
			p.t.Fatalf("a mail without Message-ID: %s", m.Body)
		}
		n[id[1]]++
	}
	return n
}

// told lists what was said to whom in mails that were sent from a moment on.
func told(t *testing.T, url, from string) []string {
	t.Helper()
	var lines string
	query(t, url, `
		select coalesce(string_agg(format('%s %s %s %s', r.rule, r.subject_id, r.occasion, r.recipient), E'\n' order by r.id), '')
		from reminder r join message m on m.id = r.message_id where m.state = 'sent' and m.sent_at >= '`+from+`Z'`, &lines)
	if lines == "" {
		return nil
	}
	return strings.Split(lines, "\n")
}

// elsewhere are the settings of a private Postgres that is not there yet.
func elsewhere(t *testing.T) (settings []string, data string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "amal-drill-") // t.TempDir is closed to the server's account
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	check(t, os.Chmod(folder, 0o755))
	data = filepath.Join(folder, "data")
	return []string{"AMAL_DATABASE_URL=", "AMAL_OWNER_DATABASE_URL=", "AMAL_BACKUP_DIR=", "AMAL_SMTP_URL=", "AMAL_PG_BIN=", "AMAL_DATA=" + data}, data
}

// The drill: some mails are sent and some wait, the database is saved and then
// destroyed, and a fresh one is made from the backup, in a private Postgres and
// on a server. The chain is whole; no mail goes while mails are held; after the
// release those that waited go once, and nothing that was sent goes again.
func TestRestoreDrill(t *testing.T) {
	urls := dbtest.NewURLs(t)
	p := newPost(t)
	store := p.on(urls.App)
	p.fill(store)
	p.until("2026-03-13 03:00")
	p.down = true // what opens now waits
	p.until("2026-03-13 05:00")
	p.down = false
	sent := p.copies(0)
	var waiting []string
	var list string
	query(t, urls.Owner, `select string_agg(header_id, ' ') from message where state = 'waiting'`, &list)
	waiting = strings.Fields(list)
	if len(sent) < 10 || len(waiting) < 2 {
		t.Fatalf("%d sent, %d wait: the drill shows nothing", len(sent), len(waiting))
	}
	head := strings.Split(expect(t, on(t, urls), 0, "whole", "verify"), "\n")[1]
	file := filepath.Join(t.TempDir(), "night.dump")
	expect(t, on(t, urls), 0, "schema", "backup", file)
	expect(t, on(t, urls), 0, head, "restore", "--check", file)
	store.Close()
	query(t, urls.Owner, `drop table history, seal, reminder, message cascade`)
	expect(t, on(t, urls), 1, "", "verify")

	// On a private Postgres first, as on a new machine.
	settings, _ := elsewhere(t)
	said := expect(t, settings, 0, "Mails are held", "restore", file)
	if !strings.Contains(said, head) || !strings.Contains(said, fmt.Sprintf("%d mails sent, %d waiting", len(sent), len(waiting))) {
		t.Errorf("restored something else:\n%s", said)
	}
	expect(t, settings, 0, head, "verify")
	expect(t, settings, 1, "--force", "restore", file)

	fresh := dbtest.Empty(t)
	expect(t, on(t, fresh), 0, "Mails are held", "restore", file)
	expect(t, on(t, fresh), 0, head, "verify")
	for _, act := range []string{`update history set note = 'x'`, `delete from seal`, `update goose_db_version set version_id = 1`, `drop table task`} {
		if err := try(t, fresh.App, act); err == nil {
			t.Errorf("after the restore the app's role may %s", act)
		}
	}
	expect(t, on(t, fresh), 1, "held", "remind")
	before := len(p.Got())
	store = p.on(fresh.App)
	p.until("2026-03-17 05:00")
	if n := len(p.Got()) - before; n != 0 {
		t.Fatalf("%d mails while held", n)
	}
	n, err := store.HeldMails(t.Context(), p.now())
	check(t, err)
	released, err := store.ReleaseHold(t.Context(), rules.Actor{}, nil, p.now())
	check(t, err)
	if n != released || n < len(waiting) {
		t.Errorf("%d mails counted as held, %d released, %d waited in the backup", n, released, len(waiting))
	}
	p.until("2026-03-20 12:00")
	after := p.copies(before)
	for id, n := range after {
		if n != 1 || sent[id] > 0 {
			t.Errorf("%s: %d copies after the release, %d before the loss", id, n, sent[id])
		}
	}
	for _, id := range waiting {
		if after[id] != 1 {
			t.Errorf("%s waited and came %d times", id, after[id])
		}
	}
	var late int
	query(t, fresh.Owner, `select count(*) from reminder r join message m on m.id = r.message_id where r.late and m.state = 'sent' and m.sent_at > '2026-03-17'`, &late)
	if late == 0 {
		t.Error("nothing that caught up is marked late")
	}
	expect(t, on(t, fresh), 0, "whole", "verify")
}

// Amal went on sending after the backup until the database was lost. Who
// releases the mails names that moment: what had gone by then does not go
// again, and all that had not goes. A twin that was never lost shows what all is.
func TestRestoreAfterMailsThatTheBackupDoesNotKnow(t *testing.T) {
	urls := dbtest.NewURLs(t)
	p := newPost(t)
	store := p.on(urls.App)
	p.fill(store)
	p.until("2026-03-12 21:00")
	p.down = true
	p.until("2026-03-13 04:30") // a mail waits over the backup
	p.down = false
	file := filepath.Join(t.TempDir(), "night.dump")
	expect(t, on(t, urls), 0, "schema", "backup", file)
	const saved, lost = "2026-03-13 05:00", "2026-03-18 05:00"
	p.until(lost)
	sent := p.copies(0)
	toldBefore := told(t, urls.Owner, "2026-03-13 05:00")

	fresh := dbtest.Empty(t)
	expect(t, on(t, fresh), 0, "Mails are held", "restore", file)
	p.on(fresh.App)
	before := len(p.Got())
	p.until("2026-03-18 09:00")
	until := instant(lost)
	_, err := p.Store.ReleaseHold(t.Context(), rules.Actor{}, &until, p.now())
	check(t, err)
	p.until("2026-03-26 12:00")
	for id, n := range p.copies(before) {
		if n != 1 || sent[id] > 0 {
			t.Errorf("%s: %d copies after the release, %d before the loss", id, n, sent[id])
		}
	}
	toldAfter := told(t, fresh.Owner, lost)

	p.on(urls.App) // the twin goes on as if nothing had happened
	p.mu.Lock()
	p.clock = until.Add(30 * time.Minute)
	p.mu.Unlock()
	p.until("2026-03-26 12:00")
	all := told(t, urls.Owner, saved)
	got := slices.Concat(toldBefore, toldAfter)
	slices.Sort(all)
	slices.Sort(got)
	if len(toldBefore) < 10 || len(toldAfter) < 10 {
		t.Fatalf("%d lines before the loss, %d after: the test shows nothing", len(toldBefore), len(toldAfter))
	}
	if !slices.Equal(all, got) {
		t.Errorf("told with a restore between %d lines, without %d\nonly with: %v\nonly without: %v", len(got), len(all), minus(got, all), minus(all, got))
	}
}

func minus(a, b []string) (rest []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			rest = append(rest, x)
		}
	}
	return rest
}
