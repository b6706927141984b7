package commands

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"amal/db"
	"amal/rules"
)

func userAdd(ctx context.Context, c *call) error {
	email := c.flags.String("email", "", "address")
	name := c.flags.String("name", "", "name")
	role := c.flags.String("role", "", "one of staff, focal, controller, manager, head, admin, auditor")
	agency := c.flags.String("agency", "", "code of the agency; without it the only one there is")
	locale := c.flags.String("locale", "", "language: en, ru, uz, kk or de")
	if err := c.parse(0); err != nil {
		return err
	}
	if !slices.Contains(rules.Roles, rules.Role(*role)) {
		return fmt.Errorf("%w: --role %q is none of %v", errUsage, *role, rules.Roles)
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	agencyID, err := agencyByCode(ctx, d.Store, *agency)
	if err != nil {
		return err
	}
	now := time.Now()
	id, err := d.SavePerson(ctx, rules.Actor{}, db.PersonInput{Email: *email, Name: *name, Locale: *locale,
		Roles: map[int64]rules.Role{agencyID: rules.Role(*role)}, Now: now})
	var taken *db.TakenError
	if errors.As(err, &taken) {
		return fmt.Errorf("%s belongs to somebody already", *email)
	}
	if err != nil {
		return err
	}
	token := rand.Text()
	if err := d.AddLink(ctx, token, db.LinkPassword, id, now, now.Add(24*time.Hour)); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Added. To set a password, open once within 24 hours: %s/link/%s\n", c.settings.BaseURL, token)
	return nil
}

func agencyByCode(ctx context.Context, store *db.Store, code string) (int64, error) {
	all, err := store.Directory(ctx, time.Now())
	if err != nil {
		return 0, err
	}
	for id, a := range all {
		if a.Code == code || code == "" && len(all) == 1 {
			return id, nil
		}
	}
	if len(all) == 0 {
		return 0, errors.New("there are no agencies yet: amal agency import FILE.csv")
	}
	return 0, fmt.Errorf("no agency has the code %q: give one with --agency", code)
}
