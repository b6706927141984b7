package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Stopped reports whether an import failed too often to go on by itself.
func (im *Import) Stopped() bool { return im.Failures >= importFailures }

// Import is a table that somebody brings in.
type Import struct {
	Marked
	ID        int64
	PersonID  int64 `db:"person_id"`
	Kind      rules.ImportKind
	Name      string         // of the file
	Header    pq.StringArray // as it stands in the file
	Columns   pq.StringArray // which field each column is, "" for none
	Days1904  bool           `db:"days_1904"`
	State     string         // mapping, checking, checked, writing, done
	Total     int
	Failures  int
	CreatedAt time.Time  `db:"created_at"`
	DoneAt    *time.Time `db:"done_at"`
}

// ImportRow is a row of it with its fate: new, changed, same or bad.
type ImportRow struct {
	Marked
	Line     int
	Cells    []string `db:"-"`
	Raw      []byte   `db:"cells"`
	Identity string   // while it waits for its ties: what it wrote, and in which version
	Fate     string
	Problems rules.Problems `db:"-"`
	Said     []byte         `db:"problems"`
	Written  bool
	Later    bool // written, but for its ties to what stands further down
}

// ImportCount is how many rows have a fate, and are written.
type ImportCount struct {
	Fate    string
	Rows    int
	Written int
}

const importColumns = `id, person_id, kind, name, header, columns, days_1904, state, total, failures, created_at, done_at`

// ImportKept is how long an import and its rows are kept.
const ImportKept = 30 * 24 * time.Hour

const (
	importLease    = 2 * time.Minute
	importFailures = 5
	importInsert   = 1000 // rows at a time
)

// AddImport keeps a table and returns its id. columns says which field each of
// its columns is; nothing is checked yet.
func (s *Store) AddImport(ctx context.Context, me rules.Actor, in Import, rows []ImportRow, formKey string) (id int64, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		id, err = tx.id(ctx, `
			insert into import (person_id, kind, name, header, columns, days_1904, rights, state, total, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, 'mapping', $8, $9) returning id`,
			me.PersonID, in.Kind, in.Name, pq.Array(in.Header), pq.Array(in.Columns), in.Days1904, rightsOf(me), len(rows), in.CreatedAt)
		if err != nil {
			return err
		}
		if err := tx.once(ctx, me, formKey, fmt.Sprintf("/imports/%d", id)); err != nil {
			return err
		}
		for from := 0; from < len(rows); from += importInsert {
			if err := tx.addImportRows(ctx, id, rows[from:min(from+importInsert, len(rows))]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("import of person %d: %w", me.PersonID, err)
	}
	return id, nil
}

func (s *Store) addImportRows(ctx context.Context, id int64, rows []ImportRow) error {
	type line struct {
		Line  int      `json:"line"`
		Cells []string `json:"cells"`
	}
	var lines []line
	for _, r := range rows {
		lines = append(lines, line{r.Line, r.Cells})
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `
		insert into import_row (import_id, line, cells)
		select $1, r.line, r.cells from jsonb_to_recordset($2::jsonb) as r (line integer, cells jsonb)`, id, string(raw))
	return err
}

// Import returns one of me's own imports, brought in as what me still is.
func (s *Store) Import(ctx context.Context, me rules.Actor, id int64) (*Import, error) {
	return s.readImport(ctx, me, id, "")
}

func (s *Store) readImport(ctx context.Context, me rules.Actor, id int64, lock string) (*Import, error) {
	var im Import
	err := s.get(ctx, &im, `select `+importColumns+` from import where id = $1 and person_id = $2 and rights = $3 `+lock, id, me.PersonID, rightsOf(me))
	if err != nil {
		return nil, fmt.Errorf("import %d: %w", id, err)
	}
	return &im, nil
}

// importOrders are what imports can be sorted by, importRowOrders what their rows.
var (
	importOrders = orders{id: "i.id", own: "when", desc: true, by: map[string]order{
		"when":  {},
		"name":  {keys: []key{{"lower(i.name)", "text"}}},
		"kind":  {keys: []key{{"i.kind", "text"}}},
		"rows":  {keys: []key{{"i.total", "bigint"}}},
		"state": {keys: []key{{"i.state", "text"}}},
	}}
	importRowOrders = orders{id: "line", own: "line", by: map[string]order{"line": {}, "fate": {keys: []key{{"fate", "text"}}}}}
)

// Imports lists me's own imports, by itself the newest first, PageSize and one
// more where there are further ones.
func (s *Store) Imports(ctx context.Context, me rules.Actor, by Sort) ([]Import, error) {
	c := &clause{}
	c.add(`i.person_id = ? and i.rights = ?`, me.PersonID, rightsOf(me))
	order := importOrders.page(c, by, false)
	var list []Import
	err := s.all(ctx, &list, `select `+importColumns+`, `+importOrders.mark(by)+` from import i where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("imports of person %d: %w", me.PersonID, err)
	}
	return list, nil
}

// ImportCounts counts an import's rows by fate. Callers read it before.
func (s *Store) ImportCounts(ctx context.Context, id int64) ([]ImportCount, error) {
	var counts []ImportCount
	err := s.all(ctx, &counts, `
		select fate, count(*) as rows, count(*) filter (where written) as written
		from import_row where import_id = $1 group by fate`, id)
	if err != nil {
		return nil, fmt.Errorf("rows of import %d: %w", id, err)
	}
	return counts, nil
}

// ImportRows lists an import's rows, of one fate or (with "") of every, PageSize
// and one more where there are further ones.
func (s *Store) ImportRows(ctx context.Context, id int64, fate string, by Sort) ([]ImportRow, error) {
	c := &clause{}
	c.add(`import_id = ?`, id)
	if fate != "" {
		c.add(`fate = ?`, fate)
	}
	order := importRowOrders.page(c, by, false)
	var rows []ImportRow
	err := s.all(ctx, &rows, `select line, cells, identity, fate, problems, written, `+importRowOrders.mark(by)+` from import_row where `+c.where()+order+` limit 51`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("rows of import %d: %w", id, err)
	}
	return unpacked(rows)
}

func unpacked(rows []ImportRow) ([]ImportRow, error) {
	for i := range rows {
		if err := json.Unmarshal(rows[i].Raw, &rows[i].Cells); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(rows[i].Said, &rows[i].Problems); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// CheckImport has the fate of each row found out, with these columns. ErrStale
// where it is being written or is done.
func (s *Store) CheckImport(ctx context.Context, me rules.Actor, id int64, columns []string) error {
	return s.InTx(ctx, func(tx *Store) error {
		im, err := tx.readImport(ctx, me, id, "for update")
		if err != nil {
			return err
		}
		if im.State == "writing" || im.State == "done" || len(columns) != len(im.Header) {
			return fmt.Errorf("import %d is %s: %w", id, im.State, ErrStale)
		}
		if _, err := tx.exec(ctx, `update import_row set fate = '', identity = '', problems = '[]' where import_id = $1 and fate <> ''`, id); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update import set columns = $2, state = 'checking', failures = 0, leased_until = null, leased_by = '' where id = $1`, id, pq.Array(columns))
		return err
	})
}

// WriteImport has the new and changed rows written. ErrStale where it was not
// checked, or is being written.
func (s *Store) WriteImport(ctx context.Context, me rules.Actor, id int64) error {
	n, err := s.exec(ctx, `
		update import set state = 'writing', failures = 0, leased_until = null, leased_by = ''
		where id = $1 and person_id = $2 and rights = $3 and (state = 'checked' or state = 'writing' and failures >= $4)`, id, me.PersonID, rightsOf(me), importFailures)
	if err == nil && n == 0 {
		if _, err = s.Import(ctx, me, id); err == nil {
			err = ErrStale
		}
	}
	if err != nil {
		return fmt.Errorf("import %d: %w", id, err)
	}
	return nil
}

// DropImport takes an import away; what it wrote stays.
func (s *Store) DropImport(ctx context.Context, me rules.Actor, id int64) error {
	n, err := s.exec(ctx, `delete from import where id = $1 and person_id = $2 and state <> 'writing'`, id, me.PersonID)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("import %d: %w", id, err)
	}
	return nil
}
