package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"amal/jobs"
	"amal/mail"
	"amal/rules"
)

func remind(ctx context.Context, c *call) error {
	at := c.flags.String("at", "", "moment, such as 2026-12-01T08:30:00+05:00 (default now)")
	dry := c.flags.Bool("dry-run", false, "print who would get what, and why; change nothing")
	release := c.flags.Bool("release", false, "let the mails go that are held since a restore; the server sends them")
	until := c.flags.String("sent-until", "", "with --release: moment until which mails had still gone out before the loss; what was due by then is left out")
	if err := c.parse(0); err != nil {
		return err
	}
	now := time.Now()
	if *release {
		return c.release(ctx, *until, now)
	}
	if *at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, *at); err != nil {
			return fmt.Errorf("%w: --at %q is not a moment such as 2026-12-01T08:30:00+05:00", errUsage, *at)
		}
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	s := &server{call: c, store: d.Store}
	if c.settings.SMTP != nil {
		s.senders = func() mail.Sender { return mail.NewSMTP(c.settings.SMTP) }
	} else if value, err := d.Setting(ctx, "demo"); err == nil && value == "true" {
		s.senders = func() mail.Sender { return jobs.Catcher{Store: d.Store, Now: func() time.Time { return now }} }
	}
	j := s.jobs()
	j.Now = func() time.Time { return now }
	if *dry {
		return j.Explain(ctx, c.out, now)
	}
	if hold, err := d.Held(ctx); err != nil || hold != nil {
		return cmp.Or(err, errHeld)
	}
	if err := j.Plan(ctx, now); err != nil {
		return err
	}
	if s.senders == nil {
		return errors.New("planned; but no mail server is set (AMAL_SMTP_URL), so mails wait")
	}
	n, err := j.SendAll(ctx)
	fmt.Fprintf(c.out, "%d mails sent\n", n)
	return err
}

// errHeld says that mails wait for somebody's word.
var errHeld = errors.New("mails are held since a restore; amal remind --release lets them go")

func (c *call) release(ctx context.Context, until string, now time.Time) error {
	var sentUntil *time.Time
	if until != "" {
		t, err := time.Parse(time.RFC3339, until)
		if err != nil || t.After(now) {
			return fmt.Errorf("%w: --sent-until %q is not a moment of the past such as 2026-12-01T08:30:00+05:00", errUsage, until)
		}
		sentUntil = &t
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	hold, err := d.Held(ctx)
	if err != nil {
		return err
	}
	if hold == nil {
		fmt.Fprintln(c.out, "No mails are held.")
		return nil
	}
	n, err := d.ReleaseHold(ctx, rules.Actor{}, sentUntil, now)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "released: %d mails go out now or at their hour\n", n)
	return nil
}

func testMail(ctx context.Context, c *call) error {
	if err := c.parse(1); err != nil {
		return err
	}
	if c.settings.SMTP == nil {
		return errors.New("no mail server is set: AMAL_SMTP_URL")
	}
	sender := mail.NewSMTP(c.settings.SMTP)
	defer sender.Close()
	now := time.Now()
	answer, err := sender.Send(ctx, mail.Message{From: c.settings.MailFrom, To: c.args[0], Subject: "Amal: test message",
		Text: "This message shows that Amal can send mail.\n", MessageID: fmt.Sprintf("test-%d@%s", now.UnixNano(), hostOf(c.settings.BaseURL)), Lang: "en", Date: now})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, answer)
	return nil
}

// finding is one line of the doctor's report.
type finding struct {
	what, says string
	bad        bool
}

func doctor(ctx context.Context, c *call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	findings := append(c.examineDatabase(ctx), examineZones(), c.examineMail(ctx), c.examineDKIM(), c.examineDisk())
	bad := 0
	for _, f := range findings {
		mark := "ok "
		if f.bad {
			mark = "BAD"
			bad++
		}
		fmt.Fprintf(c.out, "%s  %-11s %s\n", mark, f.what, f.says)
	}
	if bad > 0 {
		return fmt.Errorf("%d things need care", bad)
	}
	return nil
}

// maxSkew is how far the clocks of app and database may be apart.
const maxSkew = time.Minute

func (c *call) examineDatabase(ctx context.Context) []finding {
	d, err := c.openDatabase(ctx)
	if err != nil {
		return []finding{{"database", err.Error(), true}}
	}
	defer d.Close()
	facts, err := d.Facts(ctx)
	if err != nil {
		return []finding{{"database", err.Error(), true}}
	}
	skew := time.Since(facts.Now).Abs()
	list := []finding{
		{"database", "Postgres " + facts.Version, false},
		{"clock", fmt.Sprintf("%d ms apart from the database's", skew.Milliseconds()), skew > maxSkew},
	}
	if facts.Audit {
		list = append(list, finding{"roles", "the app's role owns nothing", false})
	} else {
		list = append(list, finding{"roles", "audit not protected: the app's role owns the tables; set AMAL_OWNER_DATABASE_URL", true})
	}
	fresh, err := d.SchemaUpToDate(ctx)
	list = append(list, finding{"migrations", map[bool]string{true: "up to date", false: "not up to date"}[fresh], err != nil || !fresh})
	if hold, err := d.Held(ctx); err == nil && hold != nil {
		list = append(list, finding{"mails", "held since " + hold.HeldAt.UTC().Format(time.RFC3339) + ", after a restore: amal remind --release", true})
	}
	at, err := d.LastTick(ctx)
	switch {
	case err != nil:
		list = append(list, finding{"last tick", err.Error(), true})
	case at.Year() <= 1970:
		list = append(list, finding{"last tick", "none yet: amal serve has not run", false})
	default:
		list = append(list, finding{"last tick", at.UTC().Format(time.RFC3339), false})
	}
	return list
}

// examineZones makes sure that the time zone data know Kazakhstan's change.
func examineZones() finding {
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		return finding{"time zones", err.Error(), true}
	}
	offset := func(day int) int {
		_, seconds := time.Date(2024, 2, 29+day, 12, 0, 0, 0, time.UTC).In(zone).Zone()
		return seconds / 3600
	}
	ok := offset(0) == 6 && offset(1) == 5
	return finding{"time zones", fmt.Sprintf("Almaty UTC+%d until 29 February 2024, UTC+%d since", offset(0), offset(1)), !ok}
}

func (c *call) examineMail(ctx context.Context) finding {
	if c.settings.SMTP == nil {
		return finding{"mail", "no mail server set (AMAL_SMTP_URL): reminders wait", false}
	}
	sender := mail.NewSMTP(c.settings.SMTP)
	defer sender.Close()
	if err := sender.Connect(ctx); err != nil {
		return finding{"mail", err.Error(), true}
	}
	return finding{"mail", "the mail server takes our sign-in", false}
}

// examineDKIM says what to publish in DNS.
func (c *call) examineDKIM() finding {
	d := c.settings.DKIM
	if d == nil {
		return finding{"dkim", "mails are not signed (AMAL_DKIM_KEY)", false}
	}
	name, value, err := d.Record()
	if err != nil {
		return finding{"dkim", err.Error(), true}
	}
	return finding{"dkim", fmt.Sprintf("the %s key is readable; publish in DNS: %s TXT %s", d.Kind(), name, mail.TXT(value)), false}
}

// minFree is how much disk should be free, in bytes.
const minFree = 1 << 30

func (c *call) examineDisk() finding {
	folder := c.settings.Data
	for {
		if _, err := os.Stat(folder); err == nil || folder == "." || folder == "/" {
			break
		}
		folder = filepath.Dir(folder)
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return finding{"disk", err.Error(), true}
	}
	free := fs.Bavail * uint64(fs.Bsize)
	return finding{"disk", fmt.Sprintf("%d GB free", free>>30), free < minFree}
}
