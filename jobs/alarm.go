package jobs

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"amal/db"
	"amal/i18n"
	"amal/mail"
	"amal/rules"
	"amal/templates"
)

// watch looks at the installation itself and plans what administrators are told.
func (j *Jobs) watch(ctx context.Context, now time.Time) error {
	return j.Store.Watch(ctx, j.host(), j.Senders == nil, now)
}

// noteMail notes in the database whether the mail server took a mail: at each
// change and once a minute, so that a mass of mails costs no mass of notes.
func (j *Jobs) noteMail(ctx context.Context, failed error) {
	said, now := "", j.Now()
	if failed != nil {
		said = failed.Error()
	}
	if !j.noted.worth("mail", failed != nil, mailEvery, now) || ctx.Err() != nil {
		return
	}
	if err := j.Store.NoteMail(ctx, j.Server, said, now); err != nil {
		j.Log.Warn("note of the mail server", "error", err.Error())
	}
}

// alarmView is what a mail to an administrator says.
type alarmView struct {
	Subject, Greeting, Preview string
	When, Count, Text, Do      string
	Detail                     string
	Over                       bool
	Href, Account, BaseURL     string
}

var alarmMail = templates.NewMail[alarmView]("alarm")

// composeAlarm writes a mail to an administrator about a trouble as it stands.
func (j *Jobs) composeAlarm(l *db.Letter, now time.Time) (mail.Message, error) {
	lang, _ := i18n.Parse(l.To.Locale)
	p, a := i18n.For(lang), l.Alarm
	key := "alarm." + string(a.Cause)
	what := p.T(key)
	v := alarmView{Subject: p.T("alarm.subject", "What", what), Greeting: p.T("mail.greeting"), Text: p.T(key + ".text"), Do: p.T(key + ".do"),
		Detail: cut(a.Detail, 400), Over: a.OverAt != nil, Href: j.link(alarmPlace[a.Cause]), BaseURL: j.BaseURL}
	zone := cmp.Or(l.To.Zone(), time.UTC)
	moment := func(t time.Time) string { return p.Moment(t, zone, rules.Today(now, zone)) }
	v.When = p.T("alarm.since", "When", moment(a.Since))
	switch {
	case v.Over:
		v.Subject, v.Text, v.Detail, v.Do = p.T("alarm.subject.over", "What", what), "", "", p.T("alarm.over")
		v.When = p.T("alarm.was", "From", moment(a.Since), "To", moment(*a.OverAt), "Long", lasted(p, a.OverAt.Sub(a.Since)))
	case a.Cause == rules.Addresses:
		v.Count = p.N("alarm.n.addresses", a.N)
	case a.N > 0:
		v.Count = p.N("alarm.n.mails", a.N)
	}
	v.Preview = v.When + " " + v.Do
	m := j.form(l, lang, now)
	m.Subject, m.Thread = v.Subject, fmt.Sprintf("alarm-%d-%s@%s", a.ID, l.To.Key(), j.host())
	v.Account = m.Help
	return write(m, alarmMail, lang, v)
}

// alarmPlace is where something can be done about a cause.
var alarmPlace = map[rules.Cause]string{
	rules.TicksLate: "/reminders", rules.JobFails: "/reminders", rules.MailServer: "/reminders?state=waiting", rules.MailsWait: "/reminders?state=waiting",
	rules.Addresses: "/reminders?state=refused", rules.MailsFailed: "/reminders?state=failed",
}

// lasted is a length of time in words, as exactly as one would say it.
func lasted(p *i18n.Printer, d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return p.N("alarm.long.minutes", max(1, int(d.Minutes())))
	case d < 48*time.Hour:
		return p.N("alarm.long.hours", int(d.Hours()))
	}
	return p.N("alarm.long.days", int(d.Hours()/24))
}
