package rules

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// AgencyDraft is what somebody typed of an agency. Zone tells whether its time
// zone is a known one.
type AgencyDraft struct {
	Code    string
	Side    Side
	Kind    string
	Names   map[string]string
	Email   string
	Locale  string
	Zone    bool
	Country string
	// ReviewLevels and ReviewDays are 1 to 3, 0 for the usual.
	ReviewLevels, ReviewDays int
}

var code = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,59}$`)

// CheckAgency returns Problems with what an agency still lacks.
func CheckAgency(a AgencyDraft) error {
	var p Problems
	if !code.MatchString(a.Code) {
		p.Add("code", "form.error.code")
	}
	OneOf(&p, "side", a.Side, append([]Side{Joint}, Sides...))
	OneOf(&p, "kind", a.Kind, AgencyKinds)
	for _, lang := range Locales {
		p.Text("name_"+lang, a.Names[lang], lang == "en", MaxName)
	}
	if a.Email != "" && !IsEmail(a.Email) {
		p.Add("email", "form.error.email")
	}
	OneOf(&p, "locale", a.Locale, Locales)
	if !a.Zone {
		p.Add("time_zone", "form.error.time_zone")
	}
	OneOf(&p, "country", a.Country, Countries)
	if a.ReviewLevels < 0 || a.ReviewLevels > 3 {
		p.Add("review_levels", "form.error.choose")
	}
	if a.ReviewDays < 0 || a.ReviewDays > 3 {
		p.Add("review_days", "form.error.choose")
	}
	return p.OrNil()
}

// CheckPerson returns Problems with what a person still lacks. Roles is role by
// agency; somebody without one can't sign in to anything.
func CheckPerson(email, name, locale string, roles map[int64]Role) error {
	var p Problems
	if !IsEmail(email) {
		p.Add("email", "form.error.email")
	}
	p.Text("name", name, true, MaxName)
	if locale != "" {
		OneOf(&p, "locale", locale, Locales)
	}
	if len(roles) == 0 {
		p.Add("role", "form.error.role")
	}
	for _, role := range roles {
		OneOf(&p, "role", role, Roles)
	}
	return p.OrNil()
}

// IsEmail reports whether a text is one plain address, without a name and
// without line breaks (RFC 5322, at most 254 octets).
func IsEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, "\r\n\x00")
}

// CheckHoliday returns Problems with a day of a working calendar.
func CheckHoliday(country, kind, nameEn, nameLocal, basis, certainty string, day time.Time) error {
	var p Problems
	OneOf(&p, "country", country, Countries)
	p.date("day", day)
	OneOf(&p, "kind", kind, []string{"off", "work"})
	p.Text("name_en", nameEn, true, MaxName)
	p.Text("name_local", nameLocal, false, MaxName)
	p.Text("basis", basis, false, MaxTitle)
	OneOf(&p, "certainty", certainty, []string{"official", "press", "computed", "expected"})
	return p.OrNil()
}

// MinPassword and MaxPassword are the lengths a password may have, in code
// points (NIST SP 800-63B without composition rules).
const (
	MinPassword = 12
	MaxPassword = 256
)

// common are passwords and patterns that everybody tries first.
var common = strings.Fields(`password passwort parol kalit qwerty qwertz azerty 123456 654321 111111 000000 abcdef
	iloveyou letmein welcome admin monkey dragon football sunshine princess superman tashkent toshkent almaty astana
	samarkand uzbekistan kazakhstan ozbekiston qazaqstan`)

// CheckPassword returns Problems if a password is too short, too long, mostly a
// common word, or made of the account's own name or address.
func CheckPassword(password, email, name string) error {
	var p Problems
	n := len([]rune(password))
	switch {
	case n < MinPassword:
		p = append(p, &Invalid{Field: "password", Key: "form.error.password_short", Max: MinPassword})
	case n > MaxPassword:
		p = append(p, &Invalid{Field: "password", Key: "form.error.too_long", Max: MaxPassword})
	case guessable(strings.ToLower(password), strings.ToLower(email), strings.ToLower(name)):
		p.Add("password", "form.error.password_common")
	}
	return p.OrNil()
}

// guessable reports whether little is left of a password once what everybody
// would try is taken out of it.
func guessable(password, email, name string) bool {
	own, _, _ := strings.Cut(email, "@")
	left := password
	for _, word := range append(append([]string{own}, strings.Fields(name)...), common...) {
		if len(word) > 2 {
			left = strings.ReplaceAll(left, word, "")
		}
	}
	different := map[rune]bool{}
	for _, r := range left {
		different[r] = true
	}
	return len(different) < 5
}
