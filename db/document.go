package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// ListedDocument is a document without its text.
type ListedDocument struct {
	ID        int64
	MeetingID int64 `db:"meeting_id"`
	Kind      string
	Title     string
	Language  string
	DatedOn   time.Time `db:"dated_on"`
	Origin    string
	FileName  string    `db:"file_name"`
	SHA256    []byte    `db:"sha256"` // of the original bytes
	Bytes     int       // of the original
	CreatedAt time.Time `db:"created_at"`
	CreatedBy string    `db:"created_by_name"`
}

// Document is a source text of a meeting; passages count the code points of
// Text.
type Document struct {
	ListedDocument
	Text     string
	Meeting  Meeting         `db:"-"`
	Passages []MarkedPassage `db:"-"`
}

// MarkedPassage is a span on which a directive rests.
type MarkedPassage struct {
	Starts, Ends int
	DirectiveID  int64 `db:"directive_id"`
	Title        string
	NumberYear   *int `db:"number_year"`
	Number       *int
}

const documentColumns = `
	c.id, c.meeting_id, c.kind, c.title, c.language, c.dated_on, c.origin, c.file_name, c.sha256,
	length(c.original) as bytes, c.created_at, p.name as created_by_name`

// documents lists a meeting's documents. Callers check before that the asker
// may see the meeting.
func (s *Store) documents(ctx context.Context, meetingID int64) ([]ListedDocument, error) {
	var rows []ListedDocument
	err := s.all(ctx, &rows, `
		select `+documentColumns+`
		from document c join person p on p.id = c.created_by
		where c.meeting_id = $1
		order by c.id`, meetingID)
	if err != nil {
		return nil, fmt.Errorf("documents of meeting %d: %w", meetingID, err)
	}
	return rows, nil
}

// OtherDocuments lists the texts of a document's meeting but for itself, for
// who sees the meeting.
func (s *Store) OtherDocuments(ctx context.Context, me rules.Actor, d *Document) ([]ListedDocument, error) {
	if len(me.RegisterSides()) == 0 {
		return nil, nil
	}
	all, err := s.documents(ctx, d.MeetingID)
	return slices.DeleteFunc(all, func(o ListedDocument) bool { return o.ID == d.ID }), err
}

// restsOn is which directive rests on which passage, twins in other languages
// among them.
const restsOn = `(
	select id as directive_id, passage_id from directive where passage_id is not null
	union all select directive_id, passage_id from twin_passage)`

// Document returns a document with its text, its meeting and the passages that
// directives rest on. Whoever sees a task sees the document that its directive
// rests on.
func (s *Store) Document(ctx context.Context, me rules.Actor, id int64) (*Document, error) {
	var c Document
	err := s.get(ctx, &c, `
		select `+documentColumns+`, c.text
		from document c join person p on p.id = c.created_by join meeting m on m.id = c.meeting_id
		where c.id = $2 and (`+seesMeeting+` or exists (
			select from passage x join `+restsOn+` r on r.passage_id = x.id join task t on t.directive_id = r.directive_id
			where x.document_id = c.id and t.status <> 'draft' and (t.lead_id = any($3) or exists (
				select from co_executor e where e.task_id = t.id and e.agency_id = any($3)))))`,
		pq.Array(me.RegisterSides()), id, pq.Array(me.AgenciesAs(rules.Focal)))
	if err != nil {
		return nil, fmt.Errorf("document %d: %w", id, err)
	}
	if err := s.get(ctx, &c.Meeting, `
		select id, title, held_on, place, level, sides, version, created_by, created_at
		from meeting where id = $1`, c.MeetingID); err != nil {
		return nil, fmt.Errorf("meeting of document %d: %w", id, err)
	}
	return &c, s.markPassages(ctx, me, &c)
}

func (s *Store) markPassages(ctx context.Context, me rules.Actor, c *Document) error {
	err := s.all(ctx, &c.Passages, `
		select x.starts, x.ends, d.id as directive_id, d.title, d.number_year, d.number
		from passage x join `+restsOn+` r on r.passage_id = x.id join directive d on d.id = r.directive_id
		where x.document_id = $1 and (d.sides && $2 or exists (
			select from task t where t.directive_id = d.id and t.status <> 'draft' and (t.lead_id = any($3) or exists (
				select from co_executor e where e.task_id = t.id and e.agency_id = any($3)))))
		order by x.starts, x.ends, d.id`,
		c.ID, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)))
	if err != nil {
		return fmt.Errorf("passages of document %d: %w", c.ID, err)
	}
	return nil
}

// DocumentInput is a source text as it came: Original the very bytes, Text the
// decoded ones.
type DocumentInput struct {
	MeetingID int64
	Kind      string
	Title     string
	Language  string
	DatedOn   time.Time
	Origin    string
	FileName  string
	Original  []byte
	Text      string
	FormKey   string
	Now       time.Time
}

// AddDocument keeps a source text word for word, with the SHA-256 of its
// bytes, and returns its id.
func (s *Store) AddDocument(ctx context.Context, me rules.Actor, in DocumentInput) (id int64, err error) {
	check := rules.DocumentDraft{Kind: in.Kind, Title: in.Title, Language: in.Language, Origin: in.Origin,
		FileName: in.FileName, DatedOn: in.DatedOn, Text: in.Text, Size: len(in.Original)}
	if err := rules.CheckDocument(check); err != nil {
		return 0, err
	}
	sum := sha256.Sum256(in.Original)
	err = s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.Meeting(ctx, me, in.MeetingID); err != nil {
			return err
		}
		id, err = tx.id(ctx, `
			insert into document (meeting_id, kind, title, language, dated_on, origin, file_name, original, sha256, text, created_by, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
			in.MeetingID, in.Kind, in.Title, in.Language, in.DatedOn, in.Origin, in.FileName, in.Original, sum[:], in.Text, me.PersonID, in.Now)
		if err != nil {
			return fmt.Errorf("new document: %w", err)
		}
		if err := tx.once(ctx, me, in.FormKey, fmt.Sprintf("/documents/%d", id)); err != nil {
			return err
		}
		kept := fields{"title": in.Title, "kind": in.Kind, "language": in.Language, "sha256": fmt.Sprintf("%x", sum)}
		return tx.log(ctx, deed{Me: me, Act: "add", Now: in.Now}, entry{Subject: "document", ID: id, New: kept})
	})
	return id, err
}

// Original returns the bytes of a document as they came.
func (s *Store) Original(ctx context.Context, me rules.Actor, id int64) (*Document, []byte, error) {
	c, err := s.Document(ctx, me, id)
	if err != nil {
		return nil, nil, err
	}
	var original []byte
	if err := s.get(ctx, &original, `select original from document where id = $1`, id); err != nil {
		return nil, nil, fmt.Errorf("original of document %d: %w", id, err)
	}
	return c, original, nil
}
