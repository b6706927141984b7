package db

import (
	"context"
	"fmt"
)

// Passage is an exact span of a document's text, with what stands around it.
// Offsets count code points, half-open.
type Passage struct {
	ID            int64
	DocumentID    int64  `db:"document_id"`
	DocumentTitle string `db:"document_title"`
	DocumentKind  string `db:"document_kind"`
	Language      string
	Starts        int
	Ends          int
	Before        string // at most passageMargin code points
	Words         string
	After         string
}

// passageMargin is how much of the text is read on either side of a passage.
const passageMargin = 1000

// passage returns a passage with its surroundings. Callers check before that
// the asker may see a directive that rests on it.
func (s *Store) passage(ctx context.Context, id int64) (*Passage, error) {
	var p Passage
	err := s.get(ctx, &p, `
		select p.id, p.document_id, c.title as document_title, c.kind as document_kind, c.language, p.starts, p.ends,
			substr(c.text, greatest(p.starts - $2, 0) + 1, least(p.starts, $2)) as before,
			substr(c.text, p.starts + 1, p.ends - p.starts) as words,
			substr(c.text, p.ends + 1, $2) as after
		from passage p join document c on c.id = p.document_id
		where p.id = $1`, id, passageMargin)
	if err != nil {
		return nil, fmt.Errorf("passage %d: %w", id, err)
	}
	return &p, nil
}
