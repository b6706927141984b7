package db

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lib/pq"

	"amal/rules"
)

// Why a known link in a mail does not answer.
var (
	ErrAnswerExpired  = errors.New("the link has run out")
	ErrAnswerOfficial = errors.New("for official use: answered behind the sign-in")
	ErrAnswered       = errors.New("done by this link before")
	// ErrAnswerEnded: its person is disabled, or answers for the task no more.
	// It is an ErrNotFound too.
	ErrAnswerEnded = fmt.Errorf("no longer his to answer: %w", ErrNotFound)
)

// expiredSaidFor is how long after its end a link is still known, so that its
// page can say that it ran out.
const expiredSaidFor = 90 * 24 * time.Hour

func newAnswerKey() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails, by its documentation
	return key
}

// answerToken makes the token of a message's link for a task: 130 bits that
// nobody can make without the message's key.
func answerToken(key []byte, taskID int64) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "answer %d", taskID)
	return base32.StdEncoding.EncodeToString(mac.Sum(nil))[:26]
}

// AddAnswerLinks gives claimed letters to people their answer links: one for
// each task that a recipient may answer for as its lead. A further try of the
// same letter gets the same ones (docs/decisions/0011-answer-links.md).
func (s *Store) AddAnswerLinks(ctx context.Context, now time.Time, letters ...*Letter) error {
	actors, err := s.actorsOf(ctx, letters, now)
	if err != nil {
		return err
	}
	var hashes pq.ByteaArray
	var tasks, people, messages []int64
	for _, l := range letters {
		me := actors[deref(l.PersonID)]
		if me == nil { // a mailbox, or somebody disabled meanwhile
			continue
		}
		l.Answers = map[int64]string{}
		for i := range l.Lines {
			t := &l.Lines[i].Task
			if l.Answers[t.ID] != "" || !rules.AnswersByMail(t.Status, t.Official, rules.HatsFor(*me, t.Scope())) {
				continue
			}
			token := answerToken(l.Key, t.ID)
			l.Answers[t.ID], hashes = token, append(hashes, hashed(token))
			tasks, people, messages = append(tasks, t.ID), append(people, me.PersonID), append(messages, l.ID)
		}
	}
	if len(tasks) == 0 {
		return nil
	}
	_, err = s.exec(ctx, `
		insert into answer_link (token_hash, person_id, task_id, message_id, created_at, expires_at)
		select h, p, t, m, $5, $6 from unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[]) as n (h, p, t, m)
		on conflict do nothing`, hashes, pq.Array(people), pq.Array(tasks), pq.Array(messages), now, now.Add(rules.AnswerFor))
	if err != nil {
		return fmt.Errorf("answer links of %d messages: %w", len(letters), err)
	}
	return nil
}

// actorsOf is what the people that letters are for are to rules.
func (s *Store) actorsOf(ctx context.Context, letters []*Letter, now time.Time) (map[int64]*rules.Actor, error) {
	actors := map[int64]*rules.Actor{}
	for _, l := range letters {
		if l.PersonID != nil {
			actors[*l.PersonID] = &rules.Actor{PersonID: *l.PersonID, Name: l.To.Name}
		}
	}
	if len(actors) == 0 {
		return actors, nil
	}
	var rows []MemberRow
	err := s.all(ctx, &rows, `
		select m.person_id, m.agency_id, m.role, a.side
		from member m join agency a on a.id = m.agency_id join person p on p.id = m.person_id
		where m.person_id = any($1) and p.disabled_at is null
		order by m.person_id, m.agency_id`, pq.Array(slices.Collect(maps.Keys(actors))))
	if err != nil {
		return nil, fmt.Errorf("roles of %d recipients: %w", len(actors), err)
	}
	for _, r := range rows {
		me := actors[r.PersonID]
		me.Members = append(me.Members, rules.Member{AgencyID: r.AgencyID, Side: rules.Side(r.Side), Role: rules.Role(r.Role)})
	}
	maps.DeleteFunc(actors, func(_ int64, me *rules.Actor) bool { return len(me.Members) == 0 })
	return actors, s.addStandIns(ctx, actors, now)
}

// Answer is what a link in a mail leads to: whose answer it is, on which task.
type Answer struct {
	Person *Person
	Me     rules.Actor // as a signed-in person would be
	Task   *Task
}

// Answer looks at a link without using it. ErrNotFound: unknown; ErrAnswerEnded
// as it says; ErrAnswerExpired and ErrAnswerOfficial come with the Answer.
func (s *Store) Answer(ctx context.Context, token string, now time.Time) (*Answer, error) {
	var link struct {
		PersonID  int64     `db:"person_id"`
		TaskID    int64     `db:"task_id"`
		ExpiresAt time.Time `db:"expires_at"`
	}
	err := s.get(ctx, &link, `select person_id, task_id, expires_at from answer_link where token_hash = $1`, hashed(token))
	if err != nil {
		return nil, fmt.Errorf("answer link: %w", err)
	}
	a, err := s.answerOf(ctx, link.PersonID, link.TaskID, now)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, fmt.Errorf("person %d, task %d: %w", link.PersonID, link.TaskID, ErrAnswerEnded)
	case err != nil:
		return nil, err
	case !link.ExpiresAt.After(now):
		return a, ErrAnswerExpired
	case a.Task.Official:
		return a, ErrAnswerOfficial
	}
	return a, nil
}

// answerOf is a person's answer for a task; ErrNotFound where he has none.
func (s *Store) answerOf(ctx context.Context, personID, taskID int64, now time.Time) (a *Answer, err error) {
	a = &Answer{}
	if a.Person, err = s.Person(ctx, personID); err != nil {
		return nil, err
	}
	if a.Me, err = s.ActorAt(ctx, a.Person, now); err != nil {
		return nil, err
	}
	if a.Task, _, err = s.Task(ctx, a.Me, taskID); err != nil {
		return nil, err
	}
	if !rules.HatsFor(a.Me, a.Task.Scope()).Has(rules.HatLead) {
		return nil, ErrNotFound
	}
	return a, nil
}

// AnswerUse is what was done by a link, and when.
type AnswerUse struct {
	Act    rules.Act
	UsedAt time.Time `db:"used_at"`
}

// AnswerPage is all that a link's page shows.
type AnswerPage struct {
	Answer
	Page TaskPage // without what changes when it is looked at: visits and drafts
	Uses []AnswerUse
}

// AnswerPage reads a link's page. Nothing changes by it: mail scanners open
// links. ErrAnswerExpired and
// ErrAnswerOfficial come with the Answer alone.
func (s *Store) AnswerPage(ctx context.Context, token string, now time.Time) (*AnswerPage, error) {
	a, err := s.Answer(ctx, token, now)
	if err != nil {
		if a == nil {
			return nil, err
		}
		return &AnswerPage{Answer: *a}, err
	}
	p := &AnswerPage{Answer: *a, Page: TaskPage{Task: *a.Task, Sight: rules.SeesAll, Hats: rules.HatsFor(a.Me, a.Task.Scope())}}
	if err := s.fillOutline(ctx, a.Me, &p.Page); err != nil {
		return nil, err
	}
	if p.Page.Points, err = s.taskPoints(ctx, a.Task.ID); err != nil {
		return nil, err
	}
	if p.Page.Requests, err = s.requests(ctx, a.Task.ID); err != nil {
		return nil, err
	}
	err = s.all(ctx, &p.Uses, `select act, used_at from answer_use where token_hash = $1 order by used_at, act`, hashed(token))
	if err != nil {
		return nil, fmt.Errorf("uses of an answer link: %w", err)
	}
	return p, nil
}

// UseAnswer does an act by a link, in one transaction with the note that the
// link was used for it; what do refuses leaves the link as it was. ErrAnswered:
// the act was done by this link before. The other errors are Answer's and do's.
func (s *Store) UseAnswer(ctx context.Context, token string, act rules.Act, now time.Time, do func(tx *Store, a *Answer) error) error {
	return s.InTx(ctx, func(tx *Store) error {
		a, err := tx.Answer(ctx, token, now)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `
			insert into answer_use (token_hash, act, used_at) values ($1, $2, $3)
			on conflict do nothing`, hashed(token), string(act), now)
		if err != nil {
			return fmt.Errorf("use of an answer link: %w", err)
		}
		if n == 0 {
			return ErrAnswered
		}
		return do(tx, a)
	})
}

// endAnswerLinks makes a person's links unknown.
func (s *Store) endAnswerLinks(ctx context.Context, personID int64) error {
	if _, err := s.exec(ctx, `delete from answer_link where person_id = $1`, personID); err != nil {
		return fmt.Errorf("answer links of person %d: %w", personID, err)
	}
	return nil
}
