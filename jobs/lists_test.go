package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amal/db"
	"amal/mail"
	"amal/rules"
)

// box keeps all mails with their moments.
type box struct {
	o   *office
	mu  sync.Mutex
	got []mail.Message
}

func (*box) Connect(context.Context) error { return nil }

func (b *box) Send(_ context.Context, m mail.Message) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, m)
	return "250 2.0.0 ok", nil
}

func (*box) Close() error { return nil }

// days are the days and hours in Tashkent on which somebody's mails held a
// text, as "Mon 01-02 15:04".
func (b *box) days(to, part string) []string {
	tashkent, _ := time.LoadLocation("Asia/Tashkent")
	var days []string
	for _, m := range b.got {
		if m.To == to+"@example.org" && strings.Contains(m.Text, part) {
			days = append(days, m.Date.In(tashkent).Format("Mon 01-02 15:04"))
		}
	}
	return days
}

func (o *office) box() *box {
	b := &box{o: o}
	o.Senders = func() mail.Sender { return b }
	return b
}

// The lists come on their days, at each reader's hour, once; a day off moves
// them to the next working day, and who has nothing to list gets none.
func TestListsComeOnTheirDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Store.SaveHolidays(t.Context(), rules.Actor{}, []db.Holiday{{Country: "UZ", Day: at("2026-03-10 00:00"), Kind: "off", NameEn: "Day off", Certainty: "official"}}, o.now())
	o.check(err)
	idle := o.person("idle", o.other, rules.Focal)
	box := o.box()
	o.tick()
	o.task("Coming", "2026-04-20") // on the first Tuesday a step tells of it, so the list does not
	o.task("Far", "2026-08-20")
	o.until("2026-03-17 18:00", 15*time.Minute)
	for _, x := range []struct {
		to, part string
		want     []string
	}{
		{"focal", "Due to the end of next month", []string{"Thu 03-05 08:30", "Wed 03-11 08:30", "Thu 03-12 08:30", "Tue 03-17 08:30"}},
		{"focal", "Far\n  2026-1.2 · uz-trade", nil},
		{"staff", "Overdue and due this week", nil}, // nothing is due
		{idle.Name, "", nil},
	} {
		if got := box.days(x.to, x.part); !slices.Equal(got, x.want) {
			t.Errorf("%s %q: %v, want %v", x.to, x.part, got, x.want)
		}
	}
}

// After two weeks no single mail tells of an overdue task any more; the weekly
// lists do, of the agency and of those who look after the register.
func TestLongOverdueIsInTheWeeklyListsOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("manager", o.joint, rules.Manager)
	box := o.box()
	o.tick()
	id := o.task("Late one", "2026-03-09")
	o.until("2026-04-07 18:00", 30*time.Minute)
	if got, want := box.days("focal", "Still overdue"), []string{"Tue 03-24 08:30", "Tue 03-31 08:30", "Tue 04-07 08:30"}; !slices.Equal(got, want) {
		t.Errorf("weekly: %v, want %v", got, want)
	}
	weeks := []string{"Mon 03-09 07:30", "Fri 03-13 07:30", "Mon 03-16 07:30", "Fri 03-20 07:30", "Mon 03-23 07:30", "Fri 03-27 07:30", "Mon 03-30 07:30", "Fri 04-03 07:30", "Mon 04-06 07:30"}
	for _, who := range []string{"staff", "manager"} {
		if got := box.days(who, "Late one"); !slices.Equal(slices.DeleteFunc(got, func(d string) bool { return !slices.Contains(weeks, d) }), weeks) {
			t.Errorf("%s: %v", who, box.days(who, "Late one"))
		}
	}
	for _, line := range o.told(id) {
		if strings.Compare(line, "03-24") > 0 && count([]string{line}, "silent")+count([]string{line}, "late_30") == 0 {
			t.Errorf("a single mail after two weeks: %s", line)
		}
	}
}

// A list names ten tasks and how many more there are; in five languages it
// stays small.
func TestAListIsShort(t *testing.T) {
	t.Parallel()
	for _, locale := range rules.Locales {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.check(o.Store.SetLocale(t.Context(), o.focal, locale, o.now()))
			box := o.box()
			o.tick()
			for i := range 25 {
				o.task(fmt.Sprintf("Task %d %s", i, strings.Repeat("ö", 480)), "2026-04-20")
			}
			o.until("2026-03-04 06:00", time.Hour)
			before := len(box.got)
			o.until("2026-03-05 06:00", time.Hour)
			got := box.got[before:]
			i := slices.IndexFunc(got, func(m mail.Message) bool {
				return strings.Count(m.Text, "/tasks/") >= 10 && strings.Contains(m.Text, "15")
			})
			if i < 0 {
				t.Fatalf("no list among %d mails", len(got))
			}
			if n := strings.Count(got[i].HTML, "Task "); n != 10 {
				t.Errorf("%d tasks in the list", n)
			}
			if size := len(got[i].HTML) + len(got[i].Text); size > 20_000*3/4 { // quoted-printable and headers come on top
				t.Errorf("%d bytes", size)
			}
		})
	}
}

// Several servers plan the same days, and a longer outage ends in one list of
// each kind, marked late.
func TestListsOnSeveralServersAndAfterAnOutage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	o.task("Late one", "2026-03-04")
	o.set(at("2026-03-30 04:00")) // Monday 9:00, four weeks later
	var servers sync.WaitGroup
	for range 6 {
		servers.Go(func() {
			if err := o.Plan(t.Context(), o.now()); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	o.until("2026-03-31 03:00", time.Hour)
	if got := box.days("staff", "Overdue and due this week"); len(got) != 1 {
		t.Errorf("lists of staff: %v", got)
	}
	o.until("2026-03-31 09:00", time.Hour)
	if got := box.days("focal", "comes late"); len(got) != 1 || !strings.HasPrefix(got[0], "Tue") {
		t.Errorf("the agency's mail after the outage: %v", got)
	}
	o.until("2026-04-07 09:00", time.Hour)
	if got := box.days("focal", "Still overdue"); len(got) != 1 || !strings.HasPrefix(got[0], "Tue 04-07") {
		t.Errorf("weekly lists after the outage: %v", got)
	}
}

// Who stands in gets the agency's list, the absent one does not; and what was
// done between planning and sending is no longer in it.
func TestListsFollowPeopleAndWork(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	deputy := o.person("deputy", o.agency, rules.Focal)
	o.check(o.Store.AddStandIn(t.Context(), o.focal, db.StandInInput{DeputyID: deputy.PersonID, From: at("2026-03-02 00:00"), To: at("2026-03-31 00:00"), Now: o.now()}))
	box := o.box()
	o.tick()
	id := o.task("Coming", "2026-04-20")
	o.until("2026-03-05 06:00", time.Hour)
	if got := box.days("deputy", "Coming\n  2026-1.1 · uz-trade"); len(got) != 1 {
		t.Errorf("the deputy: %v", got)
	}
	if got := box.days("focal", "Coming\n  2026-1.1 · uz-trade"); len(got) != 0 {
		t.Errorf("the absent one: %v", got)
	}
	o.until("2026-03-09 23:00", time.Hour) // Tuesday's is planned
	o.check(o.Store.Cancel(t.Context(), o.controller, db.ActInput{TaskID: id, Version: o.version(id), Now: o.now(), Ground: "outdated", Note: "By the minutes of 9 March"}))
	o.until("2026-03-10 06:00", time.Hour)
	if got := box.days("deputy", "Due to the end of next month"); len(got) != 1 {
		t.Errorf("a list without anything in it: %v", got)
	}
}

// Two weeks before an event its secretariats are told, on the working day before
// where that is a day off; of one recorded later on the next working day; of one
// without a date never.
func TestPackBeforeAnEvent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	box := o.box()
	o.tick()
	o.task("Until the summit", "2026-03-20")
	meeting, err := o.Store.SaveMeeting(t.Context(), o.staff, db.MeetingInput{Title: "Source", HeldOn: at("2026-03-01 00:00"), Place: "Almaty", Level: "heads_of_state", Sides: []string{"UZ"}, Now: o.now()})
	o.check(err)
	summit, visit := at("2026-03-29 00:00"), at("2026-03-10 00:00")
	for title, on := range map[string]*time.Time{"Summit": &summit, "Visit": &visit, "In the coming months": nil} {
		_, err := o.Store.AddEvent(t.Context(), o.staff, db.Event{MeetingID: meeting, Title: title, StartsOn: on, Wording: "soon"}, "", o.now())
		o.check(err)
	}
	o.until("2026-03-30 18:00", 30*time.Minute)
	for title, want := range map[string][]string{"Summit, Sunday, 29": {"Fri 03-13 07:30"}, "Visit, Tuesday, 10": {"Tue 03-03 07:30"}, "In the coming months": nil} {
		if got := box.days("staff", title); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", title, got, want)
		}
	}
	if got := box.days("staff", "1 task open and due until then"); len(got) != 1 {
		t.Errorf("what is due until the summit: %v", got)
	}
}
