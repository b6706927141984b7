package db

import (
	"context"
	"fmt"

	"amal/rules"
)

// foldDirective writes a directive as it is searched.
func (s *Store) foldDirective(ctx context.Context, id int64) error {
	var d struct {
		Title, Words string
		NumberYear   *int `db:"number_year"`
		Number       *int
	}
	err := s.get(ctx, &d, `
		select d.title, coalesce(substr(c.text, x.starts + 1, x.ends - x.starts), d.oral_by) as words, d.number_year, d.number
		from directive d left join passage x on x.id = d.passage_id left join document c on c.id = x.document_id
		where d.id = $1`, id)
	if err == nil {
		_, err = s.exec(ctx, `update directive set folded = $2 where id = $1`, id,
			rules.Fold(rules.DirectiveRef(deref(d.NumberYear), deref(d.Number))+" "+d.Title+" "+d.Words))
	}
	if err != nil {
		return fmt.Errorf("directive %d: %w", id, err)
	}
	return nil
}

// foldAtOnce is how many rows are folded in one go.
const foldAtOnce = 500

// FoldRest folds rows that were written before there was a search, or are to be
// folded anew since a migration; it returns how many. Runs until it returns 0.
func (s *Store) FoldRest(ctx context.Context) (n int, err error) {
	rest := []struct{ table, text string }{
		{"task", `select t.id, concat_ws(' ', d.number_year || '-' || d.number || '.' || t.number, t.title) as words from task t join directive d on d.id = t.directive_id where t.folded is null limit $1`},
		{"report", `select id, concat_ws(' ', done, next, (select string_agg(answer, ' ') from report_point where report_id = r.id)) as words from report r where folded is null limit $1`},
		{"agency", `select id, concat_ws(' ', code, name_en, name_ru, name_uz, name_kk, name_de, short_en, short_ru, short_uz, short_kk, array_to_string(aliases, ' ')) as words from agency where folded is null limit $1`},
		{"directive", `select d.id, concat_ws(' ', d.number_year || '-' || d.number, d.title, d.oral_by, substr(c.text, x.starts + 1, x.ends - x.starts)) as words
			from directive d left join passage x on x.id = d.passage_id left join document c on c.id = x.document_id where d.folded is null limit $1`},
		{"file", `select id, name as words from file where folded is null limit $1`},
	}
	for _, r := range rest {
		var rows []struct {
			ID    int64
			Words string
		}
		if err := s.all(ctx, &rows, r.text, foldAtOnce); err != nil {
			return n, fmt.Errorf("folding of %s: %w", r.table, err)
		}
		for _, row := range rows {
			if _, err := s.exec(ctx, `update `+r.table+` set folded = $2 where id = $1`, row.ID, rules.Fold(row.Words)); err != nil {
				return n, fmt.Errorf("folding of %s %d: %w", r.table, row.ID, err)
			}
		}
		n += len(rows)
	}
	return n, nil
}
