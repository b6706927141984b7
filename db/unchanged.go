package db

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// unchanged holds what reads returned for as long as nothing is written to the
// database: Postgres tells at the start of each request which transactions one
// sees, and while that text is the same, equal questions have equal answers
// (docs/decisions/0021).
type unchanged struct {
	mu     sync.Mutex
	sight  string         // of what is held, see FindCtx
	byKey  map[string]any // question → []T
	weight int            // about so many bytes
}

// How many bytes are held, past which one begins anew, and of one answer.
const (
	mostHeld = 4 << 20
	mostOf   = 1 << 20
)

// find returns what an equal question got in the same sight, nil for nothing.
func (u *unchanged) find(sight, key string) any {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.sight != sight {
		return nil
	}
	return u.byKey[key]
}

// hold keeps an answer that was read in a sight, or after it.
func (u *unchanged) hold(sight, key string, rows any, weight int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if weight > mostOf {
		return
	}
	if u.sight != sight || u.weight+weight > mostHeld {
		u.sight, u.byKey, u.weight = sight, map[string]any{}, 0
	}
	u.byKey[key] = rows
	u.weight += weight
}

// keyOf is a query with its arguments, as a text that no other question has.
func keyOf(query string, args []any) (string, error) {
	var key strings.Builder
	key.WriteString(query)
	for _, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return "", err
		}
		text := fmt.Sprint(value)
		fmt.Fprintf(&key, "\x00%T %d %s", value, len(text), text)
	}
	return key.String(), nil
}

// same reads rows as all does, or returns those of an equal read since which
// nothing was written; what the rows point to is shared and must not be changed.
// The query may depend on its arguments and the database alone, not on
// now(). Only requests that write nothing are answered so: see Visitor.
func same[T any](ctx context.Context, s *Store, query string, args ...any) ([]T, error) {
	return held[T](ctx, s, s.all, query, args)
}

// samePlanned is same for a query that is planned anew for its arguments.
func samePlanned[T any](ctx context.Context, s *Store, query string, args ...any) ([]T, error) {
	return held[T](ctx, s, s.plan, query, args)
}

func held[T any](ctx context.Context, s *Store, read func(context.Context, any, string, ...any) error, query string, args []any) (rows []T, err error) {
	sight := visitorOf(ctx).sight()
	if sight == "" || s.tx != nil {
		return rows, read(ctx, &rows, query, args...)
	}
	key, err := keyOf(query, args)
	if err != nil {
		return nil, err
	}
	if known, ok := s.stmts.unchanged.find(sight, key).([]T); ok {
		return slices.Clone(known), nil
	}
	if err := read(ctx, &rows, query, args...); err != nil {
		return nil, err
	}
	s.stmts.unchanged.hold(sight, key, slices.Clone(rows), len(key)+weightOf(reflect.ValueOf(rows)))
	return rows, nil
}

// sameOne is same for a query of one row; none is ErrNotFound.
func sameOne[T any](ctx context.Context, s *Store, query string, args ...any) (row T, err error) {
	rows, err := same[T](ctx, s, query, args...)
	if err != nil {
		return row, err
	}
	if len(rows) == 0 {
		return row, ErrNotFound
	}
	return rows[0], nil
}

// noteRun counts a query, and notes one that also writes: what a request reads
// after it is what it wrote.
func (s *Store) noteRun(ctx context.Context, query string) {
	s.stmts.run.Add(1)
	if strings.Contains(query, "insert into ") || strings.Contains(query, "update ") || strings.Contains(query, "delete from ") {
		visitorOf(ctx).wrote.Store(true)
	}
}

// weightOf is about how many bytes a value has, with what it points to.
func weightOf(v reflect.Value) int {
	weight := int(v.Type().Size())
	switch v.Kind() {
	case reflect.String:
		weight += v.Len()
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
			weight += weightOf(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			weight += weightOf(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			weight += weightOf(v.Field(i)) - int(v.Field(i).Type().Size())
		}
	}
	return weight
}

// wholeMinute is the moment as questions about deadlines have it: these end with
// a day, and so with a minute in every zone. Equal questions of one minute are
// then the same.
func wholeMinute(now time.Time) time.Time { return now.Truncate(time.Minute) }
