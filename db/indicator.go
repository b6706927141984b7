package db

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Indicator is a figure that leaders named, with what it shall reach.
type Indicator struct {
	ID            int64
	MeetingID     int64 `db:"meeting_id"`
	Title         string
	Value         string     // as they named it
	Unit          string     // of its values
	Target        *float64   // nil: none named
	TargetOn      *time.Time `db:"target_on"`
	TargetWording string     `db:"target_wording"`
	Version       int
}

// IndicatorValue is what an indicator was at the end of a period.
type IndicatorValue struct {
	ID        int64
	Period    rules.ValuePeriod
	EndsOn    time.Time `db:"ends_on"`
	Value     float64
	Source    string
	Note      string
	Version   int
	Who       string    // who gave it as it stands
	ChangedAt time.Time `db:"changed_at"`
}

// ListedIndicator is an indicator in a list, with its meeting and latest value.
type ListedIndicator struct {
	Indicator
	Marked
	MeetingTitle string    `db:"meeting_title"`
	HeldOn       time.Time `db:"held_on"`
	Sides        pq.StringArray
	Last         *float64
	LastOn       *time.Time         `db:"last_on"`
	LastPeriod   *rules.ValuePeriod `db:"last_period"`
	LastSource   string             `db:"last_source"`
	Values       int
}

const indicatorColumns = `i.id, i.meeting_id, i.title, i.value, i.unit, i.target, i.target_on, i.target_wording, i.version`

func (i *Indicator) told() fields {
	return fields{"title": i.Title, "value": i.Value, "unit": i.Unit, "target": numberWord(i.Target), "target_on": dateWord(i.TargetOn), "target_wording": i.TargetWording}
}

func numberWord(n *float64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("%v", *n)
}

func (s *Store) indicators(ctx context.Context, meetingID int64) ([]Indicator, error) {
	var rows []Indicator
	err := s.all(ctx, &rows, `select `+indicatorColumns+` from indicator i where i.meeting_id = $1 order by i.id`, meetingID)
	if err != nil {
		return nil, fmt.Errorf("indicators of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// AddIndicator notes a figure on a meeting of me's sides and returns its id.
func (s *Store) AddIndicator(ctx context.Context, me rules.Actor, i Indicator, formKey string, now time.Time) (int64, error) {
	if err := rules.CheckIndicatorDraft(i.Title, i.Value, i.Unit, i.TargetWording); err != nil {
		return 0, err
	}
	return s.addFact(ctx, me, i.MeetingID, formKey, now, func(tx *Store) (entry, error) {
		id, err := tx.id(ctx, `
			insert into indicator (meeting_id, title, value, unit, target, target_on, target_wording, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`, i.MeetingID, i.Title, i.Value, i.Unit, i.Target, i.TargetOn, i.TargetWording, me.PersonID, now)
		return entry{Subject: "indicator", ID: id, New: i.told()}, err
	})
}

// indicatorOrders are what figures can be sorted by.
var indicatorOrders = orders{id: "i.id", own: "meeting", desc: true, by: map[string]order{
	"meeting": {keys: []key{byHeld}},
	"title":   {keys: []key{{"lower(i.title)", "text"}, byHeld}},
	"named":   {keys: []key{{"lower(i.value)", "text"}, byHeld}},
	"last":    {keys: []key{{"coalesce(v.ends_on, '-infinity')", "date"}, byHeld}},
	"target":  {keys: []key{{"coalesce(i.target_on, 'infinity')", "date"}, byHeld}},
	"values":  {keys: []key{{valuesOf, "bigint"}, byHeld}},
}}

// valuesOf is how many values figure i has.
const valuesOf = `(select count(*) from indicator_value x where x.indicator_id = i.id and x.removed_at is null)`

// Indicators lists the figures of me's register, by itself the latest meeting
// first, PageSize and one more where there are further ones.
func (s *Store) Indicators(ctx context.Context, me rules.Actor, by Sort) ([]ListedIndicator, error) {
	c := &clause{args: []any{pq.Array(me.RegisterSides())}}
	c.add(seesMeeting)
	order := indicatorOrders.page(c, by, false)
	var rows []ListedIndicator
	err := s.all(ctx, &rows, `
		select `+indicatorColumns+`, m.title as meeting_title, m.held_on, m.sides, `+indicatorOrders.mark(by)+`,
			v.value as last, v.ends_on as last_on, v.period as last_period, coalesce(v.source, '') as last_source,
			`+valuesOf+` as values
		from indicator i
		join meeting m on m.id = i.meeting_id
		left join lateral (
			select x.value, x.ends_on, x.period, x.source from indicator_value x
			where x.indicator_id = i.id and x.removed_at is null
			order by x.ends_on desc, x.id desc limit 1
		) v on true
		where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("indicators: %w", err)
	}
	return rows, nil
}

// IndicatorPage is an indicator with its values, the oldest first.
type IndicatorPage struct {
	Indicator
	MeetingTitle string    `db:"meeting_title"`
	HeldOn       time.Time `db:"held_on"`
	Values       []IndicatorValue
	History      []HistoryLine
}

// valuesAtMost is how many values a page shows, the latest.
const valuesAtMost = 500

// IndicatorPage reads an indicator's page. ErrNotFound where me may not see it.
func (s *Store) IndicatorPage(ctx context.Context, me rules.Actor, id int64) (*IndicatorPage, error) {
	var page IndicatorPage
	err := s.get(ctx, &page, `
		select `+indicatorColumns+`, m.title as meeting_title, m.held_on
		from indicator i join meeting m on m.id = i.meeting_id
		where i.id = $2 and `+seesMeeting, pq.Array(me.RegisterSides()), id)
	if err != nil {
		return nil, fmt.Errorf("indicator %d: %w", id, err)
	}
	err = s.all(ctx, &page.Values, `
		select id, period, ends_on, value, source, note, version, who, changed_at
		from (
			select v.*, p.name as who from indicator_value v join person p on p.id = v.changed_by
			where v.indicator_id = $1 and v.removed_at is null
			order by v.ends_on desc, v.id desc limit $2
		) v
		order by ends_on, id`, id, valuesAtMost)
	if err != nil {
		return nil, fmt.Errorf("values of indicator %d: %w", id, err)
	}
	page.History, err = s.history(ctx, "indicator", id, 100)
	return &page, err
}

// lockIndicator reads an indicator of me's register for a change. ErrStale where
// it is no longer the version that the form was made from; 0 takes any.
func (s *Store) lockIndicator(ctx context.Context, me rules.Actor, id int64, version int) (*Indicator, error) {
	var i Indicator
	err := s.get(ctx, &i, `
		select `+indicatorColumns+` from indicator i join meeting m on m.id = i.meeting_id
		where i.id = $2 and `+seesMeeting+` for update of i`, pq.Array(me.RegisterSides()), id)
	if err == nil && version != 0 && i.Version != version {
		err = ErrStale
	}
	if err != nil {
		return nil, fmt.Errorf("indicator %d: %w", id, err)
	}
	return &i, nil
}

// ChangeIndicator changes a figure's title, unit and target. ErrStale means that
// it changed meanwhile.
func (s *Store) ChangeIndicator(ctx context.Context, me rules.Actor, i Indicator, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		was, err := tx.lockIndicator(ctx, me, i.ID, i.Version)
		if err != nil {
			return err
		}
		if err := rules.CheckIndicatorDraft(i.Title, i.Value, i.Unit, i.TargetWording); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `
			update indicator set title = $2, value = $3, unit = $4, target = $5, target_on = $6, target_wording = $7, version = version + 1
			where id = $1`, i.ID, i.Title, i.Value, i.Unit, i.Target, i.TargetOn, i.TargetWording)
		if err != nil {
			return fmt.Errorf("indicator %d: %w", i.ID, err)
		}
		return tx.log(ctx, deed{Me: me, Act: rules.ActEdit, Now: now}, entry{Subject: "indicator", ID: i.ID, Old: was.told(), New: i.told()})
	})
}
