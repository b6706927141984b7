package commands

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"amal/mail"
)

// settings are read from the environment. A wrong one stops the start.
type settings struct {
	Listen, BaseURL               string
	DatabaseURL, OwnerDatabaseURL string
	Data, PGBin, BackupDir        string
	SMTP                          *mail.Server
	MailFrom                      string
	DKIM                          *mail.DKIM // nil: mails are not signed
	AuditMail                     string
	TrustedProxies                []*net.IPNet
	MetricsListen                 string
	Log                           *slog.Logger
}

// settingsTable lists the settings as amal serve -h shows them.
var settingsTable = []struct{ name, about string }{
	{"AMAL_LISTEN", "address to listen on (default 127.0.0.1:8080)"},
	{"AMAL_BASE_URL", "address people use; all links come from it (default http:// and AMAL_LISTEN)"},
	{"AMAL_DATABASE_URL", "Postgres, as the app's role; without it a private one in AMAL_DATA"},
	{"AMAL_OWNER_DATABASE_URL", "Postgres, as the role that owns the schema, for migrations"},
	{"AMAL_DATA", "folder of the private Postgres (default ./amal-data/serve)"},
	{"AMAL_PG_BIN", "folder of the Postgres programs, where they are not found"},
	{"AMAL_BACKUP_DIR", "folder of the dumps made before a migration (default AMAL_DATA/backups); none for no dumps"},
	{"AMAL_SMTP_URL", "smtp://user:password@host:587 or smtps://…:465; without it reminders wait"},
	{"AMAL_MAIL_FROM", "sender of mails (default amal@ and the base URL's host)"},
	{"AMAL_DKIM_KEY", "file with the private key (PEM) that signs mails (default none)"},
	{"AMAL_DKIM_SELECTOR", "name of that key in DNS, such as amal1"},
	{"AMAL_AUDIT_MAIL", "address outside that gets the head of the sealed history each day (default none)"},
	{"AMAL_TRUSTED_PROXIES", "networks of proxies, such as 10.0.0.0/8, separated by commas"},
	{"AMAL_METRICS_LISTEN", "address for /metrics (default off)"},
	{"AMAL_LOG", "text or json (default text)"},
}

func readSettings(env func(string) string) (settings, error) {
	or := func(name, otherwise string) string {
		if v := env(name); v != "" {
			return v
		}
		return otherwise
	}
	s := settings{
		Listen: or("AMAL_LISTEN", "127.0.0.1:8080"), DatabaseURL: env("AMAL_DATABASE_URL"), Data: or("AMAL_DATA", "amal-data/serve"),
		PGBin: env("AMAL_PG_BIN"), BackupDir: env("AMAL_BACKUP_DIR"), AuditMail: env("AMAL_AUDIT_MAIL"), MetricsListen: env("AMAL_METRICS_LISTEN"),
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return s, fmt.Errorf("AMAL_LISTEN %q: %w", s.Listen, err)
	}
	s.OwnerDatabaseURL = or("AMAL_OWNER_DATABASE_URL", s.DatabaseURL)
	s.BaseURL = strings.TrimSuffix(or("AMAL_BASE_URL", "http://"+s.Listen), "/")
	var err error
	if address := env("AMAL_SMTP_URL"); address != "" {
		if s.SMTP, err = mail.ParseURL(address); err != nil {
			return s, err
		}
	}
	s.MailFrom = or("AMAL_MAIL_FROM", "Amal <amal@"+hostOf(s.BaseURL)+">")
	if s.DKIM, err = mail.NewDKIM(s.MailFrom, env("AMAL_DKIM_SELECTOR"), env("AMAL_DKIM_KEY")); err != nil {
		return s, err
	}
	if s.SMTP != nil {
		s.SMTP.DKIM = s.DKIM
	}
	if s.TrustedProxies, err = networks(env("AMAL_TRUSTED_PROXIES")); err != nil {
		return s, err
	}
	s.Log, err = logger(or("AMAL_LOG", "text"))
	return s, err
}

func hostOf(base string) string {
	_, rest, _ := strings.Cut(base, "://")
	host, _, err := net.SplitHostPort(rest)
	if err != nil {
		host = rest
	}
	if net.ParseIP(host) != nil || host == "" {
		return "amal.localhost"
	}
	return host
}

func networks(list string) ([]*net.IPNet, error) {
	var nets []*net.IPNet
	for _, part := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		_, n, err := net.ParseCIDR(part)
		if err != nil {
			return nil, fmt.Errorf("AMAL_TRUSTED_PROXIES: %w", err)
		}
		nets = append(nets, n)
	}
	return nets, nil
}

func logger(form string) (*slog.Logger, error) {
	switch form {
	case "text":
		return slog.New(slog.NewTextHandler(os.Stderr, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, nil)), nil
	}
	return nil, fmt.Errorf("AMAL_LOG %q is neither text nor json", form)
}
