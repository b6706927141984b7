package db

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/lib/pq"
)

// Agency is a body that executes or keeps the register, with its names in five
// languages.
type Agency struct {
	ID             int64
	Code           string
	Side           string
	Kind           string
	ParentID       *int64         `db:"parent_id"`
	NameEn         string         `db:"name_en"`
	NameRu         string         `db:"name_ru"`
	NameUz         string         `db:"name_uz"`
	NameKk         string         `db:"name_kk"`
	NameDe         string         `db:"name_de"`
	ShortEn        string         `db:"short_en"`
	ShortRu        string         `db:"short_ru"`
	ShortUz        string         `db:"short_uz"`
	ShortKk        string         `db:"short_kk"`
	Aliases        pq.StringArray `db:"aliases"`
	Certainty      string
	Email          string
	EmailRefusedAt *time.Time `db:"email_refused_at"`
	Locale         string
	TimeZone       string `db:"time_zone"`
	Country        string
	RetiredAt      *time.Time `db:"retired_at"`
	Version        int
	CreatedAt      time.Time `db:"created_at"`
	ReviewLevels   int       `db:"review_levels"` // of reports that its people control
	ReviewDays     int       `db:"review_days"`   // working days to decide
}

const agencyColumns = `
	id, code, side, kind, parent_id, name_en, name_ru, name_uz, name_kk, name_de,
	short_en, short_ru, short_uz, short_kk, aliases, certainty, email, email_refused_at,
	locale, time_zone, country, retired_at, version, created_at, review_levels, review_days`

// Name returns the agency's name in a language, in English where there is none.
func (a *Agency) Name(lang string) string {
	name := map[string]string{"ru": a.NameRu, "uz": a.NameUz, "kk": a.NameKk, "de": a.NameDe}[lang]
	if name == "" {
		return a.NameEn
	}
	return name
}

// keepAgencies is how long the directory read once is believed; a change on
// this server shows at once.
const keepAgencies = time.Minute

type agencyCache struct {
	mu   sync.Mutex
	at   time.Time
	kept map[int64]*Agency
}

// Directory returns every agency by id, at most a minute old. Callers must not
// change what it holds.
func (s *Store) Directory(ctx context.Context, now time.Time) (map[int64]*Agency, error) {
	c := &s.stmts.agencies
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil && now.Sub(c.at).Abs() < keepAgencies {
		return c.kept, nil
	}
	var rows []*Agency
	if err := s.all(ctx, &rows, `select `+agencyColumns+` from agency`); err != nil {
		return nil, fmt.Errorf("directory of agencies: %w", err)
	}
	c.kept, c.at = make(map[int64]*Agency, len(rows)), now
	for _, a := range rows {
		c.kept[a.ID] = a
	}
	return c.kept, nil
}

// forgetDirectory makes the next reader take the agencies from the database.
func (s *Store) forgetDirectory() {
	c := &s.stmts.agencies
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}
