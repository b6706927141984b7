package e2e

import (
	"database/sql"
	"fmt"
	"testing"

	"amal/db/embedded"
)

// While mails are held the ledger says so, on a phone too, and an administrator
// lets them go there.
func TestHeldMailsOnTheLedger(t *testing.T) {
	private, err := embedded.Open(t.Context(), embedded.Options{Dir: dataDir})
	if err != nil {
		t.Fatal(err)
	}
	defer private.Close()
	owner, err := sql.Open("postgres", private.OwnerDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.ExecContext(t.Context(), `insert into hold (held_at, state_at) select now(), max(ran_at) from tick`); err != nil {
		t.Fatal(err)
	}
	var b *tab
	for _, v := range []struct {
		width        int64
		scheme, lang string
	}{{390, "dark", "ru"}, {1366, "light", "en"}} {
		b = newTab(t)
		b.view(v.width, v.scheme)
		b.signIn("admin", v.lang)
		b.open("/reminders?lang=" + v.lang)
		for _, found := range b.axe() {
			t.Errorf("%v: %s", v, found)
		}
		if over := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && over[0] != '-' {
			t.Errorf("%v: %s px too wide", v, over)
		}
		b.shoot(fmt.Sprintf("held-%d-%s-%s", v.width, v.scheme, v.lang))
	}
	b.open("/people")
	b.sees("Mails have been held")
	b.open("/reminders")
	b.sees("Mails are held")
	b.press(`form[action="/reminders/release"] button`)
	b.sees("Released.")
	b.lacks("Mails are held")
}
