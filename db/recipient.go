package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Recipient is a person or an agency's official mailbox that is told of a
// task. Zone and calendar are those of the agency a person belongs to first.
type Recipient struct {
	TaskID   int64  `db:"task_id"`
	Audience string // rules.Audience
	PersonID *int64 `db:"person_id"`
	AgencyID *int64 `db:"agency_id"` // of an official mailbox
	Name     string
	Email    string
	Refused  bool // the mail server refused the address for good
	Locale   string
	TimeZone string `db:"time_zone"`
	Country  string
	Roles    pq.StringArray
	Minute   *int `db:"mail_minute"` // of the day, his own choice
	OwnDays
	For  *int64 `db:"-"` // the absent person in whose place he stands
	zone *time.Location
}

// setZone finds the recipient's zone by its name.
func (r *Recipient) setZone() (err error) {
	if r.zone, err = zoneNamed(r.TimeZone); err != nil {
		return fmt.Errorf("zone of %s: %w", r.Key(), err)
	}
	return nil
}

// Key is the recipient's name in the ledger: p12 a person, a7 a mailbox.
func (r *Recipient) Key() string {
	if r.PersonID != nil {
		return "p" + strconv.FormatInt(*r.PersonID, 10)
	}
	return "a" + strconv.FormatInt(deref(r.AgencyID), 10)
}

// same tells whether two are one person or mailbox.
func (r *Recipient) same(other *Recipient) bool {
	return deref(r.PersonID) == deref(other.PersonID) && deref(r.AgencyID) == deref(other.AgencyID)
}

// Zone is the recipient's time zone.
func (r *Recipient) Zone() *time.Location { return r.zone }

// nextSlot returns the next of the recipient's mornings whose hour is still to
// come, and the moment of it.
func (r *Recipient) nextSlot(now time.Time, m rules.Mornings) (day, at time.Time) {
	day = m.OnOrAfter(rules.Today(now, r.zone))
	if at = r.slotOn(day); !at.After(now) {
		day = m.OnOrAfter(day.AddDate(0, 0, 1))
		at = r.slotOn(day)
	}
	return day, at
}

func (r *Recipient) slotOn(day time.Time) time.Time {
	roles := make([]rules.Role, len(r.Roles))
	for i, role := range r.Roles {
		roles[i] = rules.Role(role)
	}
	minute := rules.Slot(roles)
	if r.Minute != nil {
		minute = *r.Minute
	}
	return rules.At(day, minute/60, minute%60, r.zone)
}

// recipients are those of one task.
type recipients []*Recipient

// of returns those of the audiences, each person or mailbox once.
func (rs recipients) of(audiences []rules.Audience) recipients {
	var chosen recipients
	for _, a := range audiences {
		for _, r := range rs {
			if r.Audience == string(a) && !slices.ContainsFunc(chosen, r.same) {
				chosen = append(chosen, r)
			}
		}
	}
	return chosen
}

// homeOf joins a person's first agency, which decides language, zone and
// calendar of his mails, and his roles.
const homeOf = `
	cross join lateral (
		select h.locale, h.time_zone, h.country from member f join agency h on h.id = f.agency_id
		where f.person_id = p.id order by f.agency_id limit 1
	) h
	cross join lateral (select array_agg(distinct r.role) as roles from member r where r.person_id = p.id) ro`

const personRecipient = `p.id as person_id, cast(null as bigint) as agency_id, p.name, p.email,
	p.email_refused_at is not null as refused, coalesce(p.locale, h.locale) as locale, coalesce(p.time_zone, h.time_zone) as time_zone, h.country, ro.roles, p.mail_minute,
	p.mail_days, p.pause_from, p.pause_to`

// audiences finds the people and mailboxes of each audience, for tasks t of a
// with clause. Who asks for few does not pay for all: the late steps' heads and
// managers are looked for when the ladder comes to them.
var audiences = []struct {
	Of    rules.Audience
	Query string
}{
	// the named focal point, as long as he is active there, else all
	{rules.Lead, `
		select t.id as task_id, 'lead' as audience, ` + personRecipient + `
		from t join member m on m.agency_id = t.lead_id join person p on p.id = m.person_id ` + homeOf + `
		where ` + activeFocal + ` and (p.id = t.focal_id or not exists (
			select from member n join person q on q.id = n.person_id
			where n.agency_id = t.lead_id and n.person_id = t.focal_id and n.role = 'focal' and q.disabled_at is null))`},
	{rules.CoExecutor, `
		select t.id as task_id, 'co_executor' as audience, ` + personRecipient + `
		from t join co_executor c on c.task_id = t.id join member m on m.agency_id = c.agency_id
		join person p on p.id = m.person_id ` + homeOf + `
		where ` + activeFocal},
	{rules.ByController, `
		select t.id as task_id, 'controller' as audience, ` + personRecipient + `
		from t join directive d on d.id = t.directive_id join person p on p.id = d.controller_id ` + homeOf + `
		where p.disabled_at is null and exists (
			select from member m join agency g on g.id = m.agency_id
			where m.person_id = p.id and m.role in ('controller', 'manager') and (g.side = 'joint' or g.side = any(d.sides)))`},
	{rules.Mailbox, `
		select t.id as task_id, 'mailbox' as audience, ` + mailboxRecipient + `
		from t join agency a on a.id = t.lead_id
		where a.email <> ''`},
	// the heads of the lead, else of the agency above it
	{rules.AgencyHead, `
		select t.id as task_id, 'head' as audience, ` + personRecipient + `
		from t join agency l on l.id = t.lead_id
		join member m on m.role = 'head' and m.agency_id = case when exists (
			select from member n join person q on q.id = n.person_id
			where n.agency_id = l.id and n.role = 'head' and q.disabled_at is null) then l.id else l.parent_id end
		join person p on p.id = m.person_id ` + homeOf + `
		where p.disabled_at is null`},
	// without one its mailbox
	{rules.AgencyHead, `
		select t.id as task_id, 'head' as audience, ` + mailboxRecipient + `
		from t join agency a on a.id = t.lead_id
		where a.email <> '' and not exists (
			select from member n join person q on q.id = n.person_id
			where n.agency_id in (a.id, a.parent_id) and n.role = 'head' and q.disabled_at is null)`},
	// who answered for it in the agency that it was taken from last, and does not
	// now; as a co-executor it is told of that
	{rules.FormerLead, `
		select t.id as task_id, 'former' as audience, ` + personRecipient + `
		from t cross join lateral (
			select cast(h.changes->'lead'->>0 as bigint) as lead_id, cast(h.changes->'focal_point'->>0 as bigint) as focal_id
			from history h
			where h.subject = 'task' and h.subject_id = t.id and h.act in ('transfer', 'edit') and h.changes ? 'lead'
				and not exists (select from history u where u.undoes = h.id)
			order by h.id desc limit 1
		) f
		join member m on m.agency_id = f.lead_id join person p on p.id = m.person_id ` + homeOf + `
		where ` + activeFocal + ` and (p.id = f.focal_id or not exists (
			select from member n join person q on q.id = n.person_id
			where n.agency_id = f.lead_id and n.person_id = f.focal_id and n.role = 'focal' and q.disabled_at is null))
			and f.lead_id <> t.lead_id and not exists (select from co_executor c where c.task_id = t.id and c.agency_id = f.lead_id)
			and not exists (
			select from member n where n.person_id = p.id and n.agency_id = t.lead_id and n.role = 'focal')`},
	// the managers where the controller sits, else those of the lead's side
	{rules.Supervisor, `
		select t.id as task_id, 'manager' as audience, ` + personRecipient + `
		from t join directive d on d.id = t.directive_id join agency l on l.id = t.lead_id
		join lateral (
			select n.person_id from near n where n.directive_id = d.id
			union
			select g.person_id from managers g
			where not exists (select from near n where n.directive_id = d.id) and g.side in (l.side, 'joint')
		) m on true
		join person p on p.id = m.person_id ` + homeOf + `
		where p.disabled_at is null`},
}

const mailboxRecipient = `null as person_id, a.id as agency_id, a.name_en as name, a.email,
	a.email_refused_at is not null as refused, a.locale, a.time_zone, a.country, '{}' as roles, null as mail_minute,
	cast(null as smallint) as mail_days, cast(null as date) as pause_from, cast(null as date) as pause_to`

// managers are all active ones, near those who sit where a task's controller
// does.
const managers = `, managers as (
			select m.person_id, m.agency_id, g.side
			from member m join agency g on g.id = m.agency_id join person q on q.id = m.person_id
			where m.role = 'manager' and q.disabled_at is null
		), near as (
			select distinct d.id as directive_id, g.person_id
			from (select distinct directive_id from t) x join directive d on d.id = x.directive_id
			join member c on c.person_id = d.controller_id join managers g on g.agency_id = c.agency_id
		)`

// activeFocal is the condition that person p answers for agency m.
const activeFocal = `m.role = 'focal' and p.disabled_at is null`

// recipientsOf finds those of the audiences who may be told of the tasks at
// now, absent ones replaced by who stands in for them.
func (s *Store) recipientsOf(ctx context.Context, tasks []*Task, of []rules.Audience, now time.Time) (map[int64]recipients, error) {
	ids := make([]int64, len(tasks))
	for i, t := range tasks {
		ids[i] = t.ID
	}
	var wanted []string
	for _, a := range audiences {
		if slices.Contains(of, a.Of) {
			wanted = append(wanted, a.Query)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	var rows []*Recipient
	err := s.all(ctx, &rows, `
		with t as (select id, lead_id, focal_id, directive_id from task where id = any($1))`+managers+strings.Join(wanted, `
		union all`), pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	byTask := map[int64]recipients{}
	for _, r := range rows {
		if err := r.setZone(); err != nil {
			return nil, err
		}
	}
	if rows, err = s.deputise(ctx, rows, now); err != nil {
		return nil, err
	}
	for _, r := range rows {
		byTask[r.TaskID] = append(byTask[r.TaskID], r)
	}
	return byTask, nil
}
