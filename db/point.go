package db

import (
	"context"
	"fmt"

	"github.com/lib/pq"
)

// directivePoints returns the expected result of a directive, point by point.
func (s *Store) directivePoints(ctx context.Context, id int64) ([]string, error) {
	var points []string
	err := s.all(ctx, &points, `select text from directive_point where directive_id = $1 order by number`, id)
	if err != nil {
		return nil, fmt.Errorf("points of directive %d: %w", id, err)
	}
	return points, nil
}

// savePoints replaces the expected result of a directive or task.
func (s *Store) savePoints(ctx context.Context, subject string, id int64, points []string) error {
	table, column := subject+"_point", subject+"_id"
	if _, err := s.exec(ctx, `delete from `+table+` where `+column+` = $1`, id); err != nil {
		return err
	}
	return s.addPoints(ctx, subject, id, points)
}

// addPoints writes the points of what has none yet.
func (s *Store) addPoints(ctx context.Context, subject string, id int64, points []string) error {
	table, column := subject+"_point", subject+"_id"
	_, err := s.exec(ctx, `
		insert into `+table+` (`+column+`, number, text)
		select $1, n, e from unnest($2::text[]) with ordinality as p (e, n)`, id, pq.Array(points))
	if err != nil {
		return fmt.Errorf("points of %s %d: %w", subject, id, err)
	}
	return nil
}
