package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// AgencyInput is what somebody types of an agency, or what an import brings.
// ID 0 is a new one.
type AgencyInput struct {
	ID         int64
	Version    int
	Code       string
	Side       string
	Kind       string
	ParentCode string            // "" = none
	Names      map[string]string // by language; "en" is compulsory
	Shorts     map[string]string
	Aliases    []string
	Certainty  string
	Email      string
	Locale     string
	TimeZone   string
	Country    string
	Retired    bool
	// ReviewLevels and ReviewDays are 1 to 3; 0 keeps what is set, or 1 and 3.
	ReviewLevels, ReviewDays int
	FormKey                  string
	Now                      time.Time
}

// folded is an agency's names as they are searched.
func (in AgencyInput) folded() string {
	words := []string{in.Code}
	for _, lang := range rules.Locales {
		words = append(words, in.Names[lang], in.Shorts[lang])
	}
	return rules.Fold(strings.Join(append(words, in.Aliases...), " "))
}

func (in AgencyInput) told() fields {
	return fields{
		"code": in.Code, "side": in.Side, "kind": in.Kind, "parent": in.ParentCode,
		"name_en": in.Names["en"], "name_ru": in.Names["ru"], "name_uz": in.Names["uz"], "name_kk": in.Names["kk"], "name_de": in.Names["de"],
		"email": in.Email, "locale": in.Locale, "time_zone": in.TimeZone, "country": in.Country,
		"aliases": len(in.Aliases), "retired": in.Retired,
		"review_levels": in.ReviewLevels, "review_days": in.ReviewDays,
	}
}

// Form returns an agency as a form shows it; parentCode is its parent's.
func (a *Agency) Form(parentCode string) AgencyInput {
	return AgencyInput{
		ID: a.ID, Version: a.Version, Code: a.Code, Side: a.Side, Kind: a.Kind, ParentCode: parentCode,
		Names:   map[string]string{"en": a.NameEn, "ru": a.NameRu, "uz": a.NameUz, "kk": a.NameKk, "de": a.NameDe},
		Shorts:  map[string]string{"en": a.ShortEn, "ru": a.ShortRu, "uz": a.ShortUz, "kk": a.ShortKk},
		Aliases: a.Aliases, Certainty: a.Certainty, Email: a.Email, Locale: a.Locale, TimeZone: a.TimeZone,
		Country: a.Country, Retired: a.RetiredAt != nil,
		ReviewLevels: a.ReviewLevels, ReviewDays: a.ReviewDays,
	}
}

// SaveAgency adds an agency or changes one, and returns its id. A changed zone
// or country sets the deadlines' moments of its open tasks anew. TakenError
// means that the code is in use, ErrStale that it changed meanwhile.
func (s *Store) SaveAgency(ctx context.Context, me rules.Actor, in AgencyInput) (id int64, err error) {
	zone, zoneErr := zoneNamed(in.TimeZone)
	err = rules.CheckAgency(rules.AgencyDraft{
		Code: in.Code, Side: rules.Side(in.Side), Kind: in.Kind, Names: in.Names, Email: in.Email,
		ReviewLevels: in.ReviewLevels, ReviewDays: in.ReviewDays, Locale: in.Locale, Zone: zoneErr == nil && in.TimeZone != "" && zone != time.Local, Country: in.Country,
	})
	if err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(tx *Store) error {
		parent, err := tx.parentAgency(ctx, in)
		if err != nil {
			return err
		}
		if in.ID == 0 {
			id, err = tx.addAgency(ctx, me, in, parent)
			return err
		}
		id = in.ID
		return tx.changeAgency(ctx, me, in, parent)
	})
	s.forgetDirectory()
	if err == nil {
		_, err = s.exec(ctx, `update agency set folded = $2 where id = $1`, id, in.folded())
	}
	return id, err
}

func (s *Store) parentAgency(ctx context.Context, in AgencyInput) (*int64, error) {
	if in.ParentCode == "" {
		return nil, nil
	}
	var id int64
	err := s.get(ctx, &id, `select id from agency where code = $1 and code <> $2`, in.ParentCode, in.Code)
	if err != nil {
		var p rules.Problems
		p.Add("parent", "form.error.choose")
		return nil, p
	}
	return &id, nil
}

func (s *Store) addAgency(ctx context.Context, me rules.Actor, in AgencyInput, parent *int64) (int64, error) {
	id, err := s.id(ctx, `
		insert into agency (code, side, kind, parent_id, name_en, name_ru, name_uz, name_kk, name_de,
			short_en, short_ru, short_uz, short_kk, aliases, certainty, email, locale, time_zone, country, created_at,
			review_levels, review_days)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, coalesce(nullif($21, 0), 1), coalesce(nullif($22, 0), 3)) returning id`,
		in.Code, in.Side, in.Kind, parent, in.Names["en"], in.Names["ru"], in.Names["uz"], in.Names["kk"], in.Names["de"],
		in.Shorts["en"], in.Shorts["ru"], in.Shorts["uz"], in.Shorts["kk"], pq.Array(nonNil(in.Aliases)), in.Certainty,
		in.Email, in.Locale, in.TimeZone, in.Country, in.Now, in.ReviewLevels, in.ReviewDays)
	if err != nil {
		return 0, fmt.Errorf("new agency %s: %w", in.Code, err)
	}
	if me.PersonID != 0 {
		if err := s.once(ctx, me, in.FormKey, fmt.Sprintf("/agencies/%d", id)); err != nil {
			return 0, err
		}
	}
	return id, s.log(ctx, deed{Me: me, Act: "add", Now: in.Now}, entry{Subject: "agency", ID: id, New: in.told()})
}

func nonNil(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

// AnyAgency returns an agency as its form shows it, with its history.
func (s *Store) AnyAgency(ctx context.Context, id int64) (*Agency, AgencyInput, []HistoryLine, error) {
	a, in, err := s.lockAgency(ctx, id)
	if err != nil {
		return nil, in, nil, err
	}
	lines, err := s.history(ctx, "agency", id, 50)
	return a, in, lines, err
}

func (s *Store) lockAgency(ctx context.Context, id int64) (*Agency, AgencyInput, error) {
	var a Agency
	if err := s.get(ctx, &a, `select `+agencyColumns+` from agency where id = $1 for update`, id); err != nil {
		return nil, AgencyInput{}, fmt.Errorf("agency %d: %w", id, err)
	}
	parent := ""
	if a.ParentID != nil {
		if err := s.get(ctx, &parent, `select code from agency where id = $1`, *a.ParentID); err != nil {
			return nil, AgencyInput{}, err
		}
	}
	return &a, a.Form(parent), nil
}

func (s *Store) changeAgency(ctx context.Context, me rules.Actor, in AgencyInput, parent *int64) error {
	was, old, err := s.lockAgency(ctx, in.ID)
	if err != nil {
		return err
	}
	if was.Version != in.Version {
		return fmt.Errorf("agency %d: %w", in.ID, ErrStale)
	}
	_, err = s.exec(ctx, `
		update agency set code = $2, side = $3, kind = $4, parent_id = $5, name_en = $6, name_ru = $7, name_uz = $8,
			name_kk = $9, name_de = $10, short_en = $11, short_ru = $12, short_uz = $13, short_kk = $14, aliases = $15,
			certainty = $16, email_refused_at = case when email = $17 then email_refused_at end, email = $17,
			locale = $18, time_zone = $19, country = $20,
			retired_at = case when not $21 then null else coalesce(retired_at, $22) end,
			review_levels = coalesce(nullif($23, 0), review_levels), review_days = coalesce(nullif($24, 0), review_days), version = version + 1
		where id = $1`,
		in.ID, in.Code, in.Side, in.Kind, parent, in.Names["en"], in.Names["ru"], in.Names["uz"], in.Names["kk"], in.Names["de"],
		in.Shorts["en"], in.Shorts["ru"], in.Shorts["uz"], in.Shorts["kk"], pq.Array(nonNil(in.Aliases)), in.Certainty,
		in.Email, in.Locale, in.TimeZone, in.Country, in.Retired, in.Now, in.ReviewLevels, in.ReviewDays)
	if err != nil {
		return fmt.Errorf("agency %d: %w", in.ID, err)
	}
	if was.TimeZone != in.TimeZone || was.Country != in.Country {
		if err := s.moveClocks(ctx, in.ID, in.Now); err != nil {
			return err
		}
	}
	return s.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: in.Now}, entry{Subject: "agency", ID: in.ID, Old: old.told(), New: in.told()})
}

// moveClocks sets the moments of an agency's tasks anew after its zone or
// calendar changed.
func (s *Store) moveClocks(ctx context.Context, agencyID int64, now time.Time) error {
	var tasks []*Task
	err := s.all(ctx, &tasks, `
		select `+taskColumns+`
		from task t join directive d on d.id = t.directive_id join agency a on a.id = t.lead_id
		where t.lead_id = $1 and t.status not in ('draft', 'accepted', 'cancelled')
		order by t.id
		for update of t`, agencyID)
	if err != nil {
		return fmt.Errorf("tasks of agency %d: %w", agencyID, err)
	}
	return s.CountedTogether(ctx, func(tx *Store) error {
		for _, t := range tasks {
			if err := tx.moveClock(ctx, t, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) moveClock(ctx context.Context, t *Task, now time.Time) error {
	was, setOn := *t, t.DeadlineSetOn
	if err := t.setDeadline(t.Deadline, rules.Date(now)); err != nil {
		return err
	}
	t.DeadlineSetOn = setOn
	if err := s.setNextStep(ctx, t, now); err != nil {
		return err
	}
	_, err := s.exec(ctx, `update task set overdue_at = $2, next_step_on = $3 where id = $1`, t.ID, t.OverdueAt, t.NextStepOn)
	if err != nil {
		return fmt.Errorf("task %d: %w", t.ID, err)
	}
	if err := s.recount(ctx, &was, t); err != nil {
		return err
	}
	return s.logClock(ctx, &was, t, now)
}

// logClock keeps the state of a task before its moments moved, so that past
// figures can be computed again.
func (s *Store) logClock(ctx context.Context, was, t *Task, now time.Time) error {
	before, err := json.Marshal(was.TaskState)
	if err != nil {
		return fmt.Errorf("task %d: %w", t.ID, err)
	}
	return s.log(ctx, deed{Act: rules.ActEdit, Now: now}, entry{Subject: "task", ID: t.ID, Old: was.told(), New: t.told(), Before: before})
}
