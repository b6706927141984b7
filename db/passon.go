package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// passOn plans a line that is no longer for its recipient for who has his place
// by now: for who stands in for him, or for whom he stood in and who is back. So
// it is not lost between the two.
func (s *Store) passOn(ctx context.Context, l *Letter, line LetterLine, all recipients, now time.Time) error {
	if l.PersonID == nil {
		return nil
	}
	his, err := s.stoodFor(ctx, *l.PersonID, line.StepOn, now)
	if err != nil {
		return err
	}
	his = append(his, *l.PersonID)
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return err
	}
	var rows []reminderRow
	for _, r := range all {
		back := r.For == nil && r.PersonID != nil && *r.PersonID != *l.PersonID && slices.Contains(his, *r.PersonID)
		instead := r.For != nil && slices.Contains(his, *r.For)
		if !back && !instead || r.Audience != line.Audience {
			continue
		}
		row := reminderRow{Rule: line.Rule, SubjectID: line.ID, Occasion: line.Occasion, To: r, StepOn: line.StepOn, Late: line.Late, Note: line.Note,
			AtOnce: l.Kind == "now" && !r.Pause().Covers(rules.Today(now, r.zone)), PlannedFor: now, LocalDay: rules.Today(now, r.zone)}
		if !row.AtOnce {
			row.LocalDay, row.PlannedFor = r.soonest(now, r.mornings(calendars))
		}
		rows = append(rows, row)
	}
	return s.planRows(ctx, rows, now)
}

// passListOn plans an agency's list that waited for somebody absent, or for who
// stood in for somebody who is back, for the other of the two. not says that
// the list is no longer his to whom the letter goes.
func (s *Store) passListOn(ctx context.Context, l *Letter, list *LetterList, me rules.Actor, now time.Time) (not bool, err error) {
	if l.PersonID == nil || list.Rule == rules.ListPack { // packs are planned anew each day
		return false, nil
	}
	to, err := s.deputise(ctx, []*Recipient{&l.To}, now)
	if err != nil {
		return false, err
	}
	if not = to[0].For != nil; !not {
		if to, err = s.backInPlace(ctx, *l.PersonID, list, me, now); err != nil {
			return false, err
		}
	}
	calendars, err := s.Calendars(ctx, now)
	if err != nil {
		return false, err
	}
	var rows []reminderRow
	for _, r := range to {
		row := reminderRow{Rule: list.Rule, Subject: "agency", SubjectID: list.SubjectID, Occasion: list.Occasion, To: r, StepOn: list.StepOn, Late: list.Late}
		row.To.Audience = list.Audience
		row.LocalDay, row.PlannedFor = r.soonest(now, r.mornings(calendars))
		rows = append(rows, row)
	}
	return not, s.planRows(ctx, rows, now)
}

// backInPlace are the list's readers for whom a person stood in and does no
// more, each replaced by who stands in for him now. A list that they have
// already they keep.
func (s *Store) backInPlace(ctx context.Context, person int64, list *LetterList, me rules.Actor, now time.Time) ([]*Recipient, error) {
	his, err := s.stoodFor(ctx, person, list.StepOn, now)
	his = slices.DeleteFunc(his, func(id int64) bool { return slices.Contains(me.StandsFor, id) })
	if err != nil || len(his) == 0 {
		return nil, err
	}
	roles := []string{string(rules.Manager), string(rules.Staff)}
	if list.Audience == string(rules.Lead) {
		roles = []string{string(rules.Focal)}
	}
	var them []*Recipient
	err = s.all(ctx, &them, `
		select `+personRecipient+` from person p `+homeOf+`
		where p.id = any($1) and p.disabled_at is null
			and exists (select from member m where m.person_id = p.id and m.agency_id = $2 and m.role = any($3))`,
		pq.Array(his), list.SubjectID, pq.Array(roles))
	if err != nil {
		return nil, fmt.Errorf("whom person %d stood in for: %w", person, err)
	}
	for _, r := range them {
		if err := r.setZone(); err != nil {
			return nil, err
		}
	}
	return s.deputise(ctx, them, now)
}

// stoodFor are those in whose place a person was about when a step was planned,
// at most a day or two before its day.
func (s *Store) stoodFor(ctx context.Context, person int64, step, now time.Time) (ids []int64, err error) {
	err = s.all(ctx, &ids, `select distinct person_id from stand_in where deputy_id = $1 and from_day <= cast($3 as date) + 1 and to_day >= cast($2 as date) - 2`, person, step, now)
	if err != nil {
		return nil, fmt.Errorf("whom person %d stood in for: %w", person, err)
	}
	return ids, nil
}

// soonest returns today where it is one of the recipient's mornings, at his hour
// or at now, else the next morning. Where the day's mail has gone, opening mails
// moves what comes after it.
func (r *Recipient) soonest(now time.Time, m rules.Mornings) (day, at time.Time) {
	today := rules.Today(now, r.zone)
	if !m.Takes(today) {
		return r.nextSlot(now, m)
	}
	if at = r.slotOn(today); at.Before(now) {
		at = now
	}
	return today, at
}
