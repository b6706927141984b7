package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// loader lays a plan's rows in their order: who there is, then meeting by
// meeting with all that followed from it.
type loader struct {
	*Store
	plan        LoadPlan
	ctx         context.Context
	today       time.Time // date
	agencies    []loadAgency
	leads       map[string][]int // indexes of agencies by side
	controllers []int64
	staff       []int64
	calendars   Calendars
	overdueAt   map[string]time.Time // by day and zone
	counts      map[countKey]int
	standing    *standing
	numbers     map[int]int // directives by year
	last        lastIDs
}

// lastIDs are the numbers given so far.
type lastIDs struct{ meeting, document, passage, directive, task, report, evidence, request, note, history, message, reminder int64 }

// loadAgency is an agency with those who answer for it.
type loadAgency struct {
	id     int64
	side   string
	zone   *time.Location
	in     AgencyInput
	focals []int64
}

// LoadAccounts are the names before @load.example of the first people that Load
// lays, one of each role; they have the plan's password.
var LoadAccounts = []string{"staff", "controller", "manager", "head", "admin", "auditor", "focal.uz", "focal.kz"}

var accountRoles = []rules.Role{rules.Staff, rules.Controller, rules.Manager, rules.Head, rules.Admin, rules.Auditor, rules.Focal, rules.Focal}

// register lays agencies, people and days off.
func (l *loader) register() error {
	tashkent, err := zoneNamed("Asia/Tashkent")
	if err != nil {
		return err
	}
	l.today = rules.Today(l.plan.Now, tashkent)
	l.standing = newStanding()
	l.leads, l.overdueAt, l.counts, l.numbers = map[string][]int{}, map[string]time.Time{}, map[countKey]int{}, map[int]int{}
	if _, err := l.SaveHolidays(l.ctx, rules.Actor{}, l.plan.Holidays, l.daysAgo(1600)); err != nil {
		return err
	}
	if l.calendars, err = l.readCalendars(l.ctx); err != nil {
		return err
	}
	for i := range max(l.plan.Agencies, 3) {
		if err := l.layAgency(i); err != nil {
			return err
		}
	}
	return l.layPeople()
}

// layAgency lays the joint secretariat first, then agencies of both sides in
// turn.
func (l *loader) layAgency(i int) error {
	in := AgencyInput{Code: "secretariat", Side: "joint", Kind: "office", Names: map[string]string{"en": "Sample joint secretariat"}, Locale: "en", TimeZone: "Asia/Tashkent", Country: "UZ"}
	if i > 0 {
		side, zone := []string{"UZ", "KZ"}[(i+1)%2], []string{"Asia/Tashkent", "Asia/Almaty"}[(i+1)%2]
		field := loadFields[i/2%len(loadFields)]
		in = AgencyInput{Code: fmt.Sprintf("%s-%d", strings.ToLower(side), i), Side: side, Kind: rules.AgencyKinds[1+i%4],
			Names: map[string]string{"en": fmt.Sprintf("Sample agency %d for %s (%s)", i, field, side)}, Locale: []string{"ru", "en", "uz", "kk", "de"}[i%5], TimeZone: zone, Country: side}
	}
	in.Email, in.Now = in.Code+"@load.example", l.daysAgo(1600)
	id, err := l.SaveAgency(l.ctx, rules.Actor{}, in)
	if err != nil {
		return err
	}
	zone, err := zoneNamed(in.TimeZone)
	if err != nil {
		return err
	}
	l.agencies = append(l.agencies, loadAgency{id: id, side: in.Side, zone: zone, in: in})
	if i > 0 {
		l.leads[in.Side] = append(l.leads[in.Side], i)
	}
	return nil
}

// layPeople lays the accounts of each role, then a head for each agency, and
// focal points; every twentieth is of the secretariat.
func (l *loader) layPeople() error {
	people := &sheet{table: "person", columns: []string{"id", "email", "name", "password_hash", "created_at"}}
	members := &sheet{table: "member", columns: []string{"person_id", "agency_id", "role"}}
	history := &sheet{table: "history", columns: historyColumns[1:]}
	for i := range max(l.plan.People, len(accountRoles), len(l.agencies)+len(accountRoles)) {
		id, name, at, role, hash := int64(i+1), fmt.Sprintf("p%d", i+1), 0, rules.Focal, any(nil)
		switch {
		case i < len(accountRoles):
			name, role, hash = LoadAccounts[i], accountRoles[i], l.plan.PasswordHash
			at = max(0, i-5) // the focal points' agencies
		case i < len(accountRoles)+len(l.agencies)-1:
			at, role = i-len(accountRoles)+1, rules.Focal
		case i%20 == 0:
			role = []rules.Role{rules.Controller, rules.Staff, rules.Controller, rules.Manager}[i/20%4]
		case i%7 == 0:
			at, role = 1+i%(len(l.agencies)-1), rules.Head
		default:
			at = 1 + i%(len(l.agencies)-1)
		}
		switch agency := &l.agencies[at]; role {
		case rules.Focal:
			agency.focals = append(agency.focals, id)
		case rules.Controller:
			l.controllers = append(l.controllers, id)
		case rules.Staff:
			l.staff = append(l.staff, id)
		}
		people.add(id, name+"@load.example", fmt.Sprintf("%s %d (sample)", strings.ToUpper(string(role[:1]))+string(role[1:]), i+1), hash, l.daysAgo(1600))
		members.add(id, l.agencies[at].id, string(role))
		history.add("person", id, "add", nil, l.daysAgo(1600), "{}", "")
	}
	for _, t := range []*sheet{people, members, history} {
		if err := l.copyIn(l.ctx, t); err != nil {
			return err
		}
	}
	return l.get(l.ctx, &l.last.history, `select max(id) from history`)
}

// daysAgo is a morning some days before the day of loading.
func (l *loader) daysAgo(n int) time.Time { return l.today.AddDate(0, 0, -n).Add(4 * time.Hour) }

// Sizes of what is laid: a meeting gives so many directives, and a directive
// about so many tasks.
const (
	loadDirectives = 20
	loadTasks      = 10
	loadSpan       = 1500 // days back to the oldest meeting
)

// lay lays meetings until there are as many tasks as wanted. While one batch
// is written the next one is made.
func (l *loader) lay() error {
	batches, failed := make(chan *batch), make(chan error, 1)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(batches)
		meetings := max(1, l.plan.Tasks/(loadDirectives*loadTasks))
		for m := 0; int(l.last.task) < l.plan.Tasks; m++ {
			b := newBatch()
			if err := l.layMeeting(b, m, max(12, loadSpan-m*(loadSpan-15)/meetings)); err != nil {
				failed <- err
				return
			}
			b.tasks = int(l.last.task)
			select {
			case batches <- b:
			case <-stop:
				return
			}
		}
	}()
	for b := range batches {
		for _, t := range b.sheets() {
			if err := l.copyIn(l.ctx, t); err != nil {
				return err
			}
		}
		l.plan.Progress(b.tasks, "tasks")
	}
	select {
	case err := <-failed:
		return err
	default:
		return l.layCounts()
	}
}

// layMeeting lays a meeting of so many days ago, its text and what follows.
func (l *loader) layMeeting(b *batch, m, ago int) error {
	r := rand.New(rand.NewPCG(l.plan.Seed, uint64(m)))
	held := l.today.AddDate(0, 0, -ago)
	l.last.meeting++
	l.last.document++
	meeting, document, staff := l.last.meeting, l.last.document, l.staff[r.IntN(len(l.staff))]
	field, place := pick(r, loadFields), pick(r, loadPlaces)
	title := fmt.Sprintf("Talks on %s, %s, %d", field, place, m+1)
	b.meeting.add(meeting, title, held, place, pick(r, rules.MeetingLevels), pq.Array([]string{"UZ", "KZ"}), staff, l.daysAgo(ago-1))
	b.log(l, "meeting", meeting, "add", staff, l.daysAgo(ago-1), fields{"title": title})
	text := []rune("The sides met and reviewed what had been agreed.\n")
	for range loadDirectives {
		if int(l.last.task) >= l.plan.Tasks {
			break
		}
		d := l.newDirective(r, held, ago)
		d.meeting, d.passage = meeting, l.last.passage+1
		l.last.passage++
		words := []rune(d.words)
		b.passage.add(d.passage, document, len(text), len(text)+len(words))
		text = append(append(text, words...), '\n')
		if err := l.layDirective(b, r, d); err != nil {
			return err
		}
	}
	source := []byte(string(text))
	sum := sha256.Sum256(source)
	b.document.add(document, meeting, "communique", "Communiqué: "+title, "en", held, "", "", source, sum[:], string(source), staff, l.daysAgo(ago-1))
	b.log(l, "document", document, "add", staff, l.daysAgo(ago-1), fields{"title": "Communiqué: " + title})
	return nil
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// layCounts writes open_count and the statistics as they were counted on the
// way, and the directives' counters.
func (l *loader) layCounts() error {
	counts := &sheet{table: "open_count", columns: []string{"scope", "state", "overdue_at", "n"}}
	for key, n := range l.counts {
		counts.add(key.scope, key.state, key.overdueAt, n)
	}
	counters := &sheet{table: "counter", columns: []string{"kind", "year", "last"}}
	for year, n := range l.numbers {
		counters.add("directive", year, n)
	}
	if err := l.copyIn(l.ctx, counts); err != nil {
		return err
	}
	if err := l.copyIn(l.ctx, counters); err != nil {
		return err
	}
	_, err := l.exec(l.ctx, `
		insert into open_span (scope, days, starts_at, n)
		select scope, days, date_bin(make_interval(days => days), overdue_at, 'epoch'), sum(n)
		from open_count, unnest(array[16, 256]) days
		where state = 'open' and scope like 'agency:%' and overdue_at < 'infinity'
		group by 1, 2, 3`)
	if err != nil {
		return fmt.Errorf("open_span: %w", err)
	}
	if err := l.layStanding(); err != nil {
		return err
	}
	return l.Tick(l.ctx, dueCounted, "", "", l.plan.Now)
}

// layStanding writes the statistics.
func (l *loader) layStanding() error {
	due := &sheet{table: "due_count", columns: strings.Fields("grain kind agency_id starts sides overdue_at open submitted on_time late dropped moved reported returned")}
	for _, r := range l.standing.rows() {
		row := []any{r.grain, r.kind, r.agencyID, r.starts, r.sides, "-infinity"}
		if r.grain == "day" {
			row[5] = time.Unix(r.overdueAt, 0).UTC()
		}
		for _, n := range r.figures.List() {
			row = append(row, n)
		}
		due.add(row...)
	}
	delays := &sheet{table: "delay_count", columns: strings.Fields("grain agency_id starts sides days n")}
	for _, r := range l.standing.delayRows() {
		delays.add(r.grain, r.agencyID, r.starts, r.sides, r.days, r.n)
	}
	for _, t := range []*sheet{due, delays} {
		if err := l.copyIn(l.ctx, t); err != nil {
			return err
		}
	}
	return l.saveStanding(l.ctx, &standing{done: l.standing.done})
}
