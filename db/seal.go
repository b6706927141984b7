package db

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

// sealLock is the advisory lock that writers of history share until their
// commit and that sealing takes alone: what it sees up to its last row is then
// all there will ever be.
const sealLock = 0x7365616c

// sealLine writes a row of history h as the seals hash it: every field with its
// length before it, moments in microseconds since 1970 in UTC.
const sealLine = `convert_to(concat_ws('|', h.id, ` +
	`length(h.subject) || ':' || h.subject, h.subject_id, length(h.act) || ':' || h.act, coalesce(cast(h.person_id as text), '-'), ` +
	`cast(extract(epoch from h.at) * 1000000 as bigint), length(cast(h.changes as text)) || ':' || cast(h.changes as text), ` +
	`length(h.note) || ':' || h.note, coalesce(length(cast(h.before as text)) || ':' || cast(h.before as text), '-'), ` +
	`coalesce(cast(h.undoes as text), '-')) || E'\n', 'UTF8')`

// sealAtOnce is how many rows one seal covers at most.
const sealAtOnce = 20_000

// How often and how long sealing tries to find no writer at work.
const (
	sealTries = 20
	sealPause = 20 * time.Millisecond
)

// Seal seals the rows of history that are not sealed yet, in their order, and
// returns how many. While others write without pause it seals nothing; the
// next run does.
func (s *Store) Seal(ctx context.Context, now time.Time) (sealed int, err error) {
	for range sealTries {
		n, free, err := s.sealOnce(ctx, now)
		sealed += n
		if err != nil || free && n < sealAtOnce {
			return sealed, err
		}
		if free {
			continue
		}
		select {
		case <-ctx.Done():
			return sealed, ctx.Err()
		case <-time.After(sealPause):
		}
	}
	return sealed, nil
}

func (s *Store) sealOnce(ctx context.Context, now time.Time) (n int, free bool, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		if err := tx.get(ctx, &free, `select pg_try_advisory_xact_lock($1)`, sealLock); err != nil || !free {
			return err
		}
		return tx.get(ctx, &n, `
			with last as (
				select coalesce(max(to_id), 0) as to_id, coalesce((select hash from seal order by id desc limit 1), decode(repeat('00', 32), 'hex')) as hash
				from seal
			),
			rows as (
				select h.id, `+sealLine+` as line from history h
				where h.id > (select to_id from last) order by h.id limit $2
			),
			added as (
				insert into seal (from_id, to_id, entries, previous, hash, at)
				select min(id), max(id), count(*), (select hash from last),
					sha256((select hash from last) || string_agg(line, cast('' as bytea) order by id)), $1
				from rows having count(*) > 0
				returning entries
			)
			select coalesce((select entries from added), 0)`, now, sealAtOnce)
	})
	if err != nil {
		return 0, free, fmt.Errorf("seal: %w", err)
	}
	return n, free, nil
}

// Fault is something that the seals show to have been tampered with.
type Fault struct {
	Kind         string // changed, missing, added, link, cut
	FromID, ToID int64  // of history
}

// Chain is what a check of the seals found.
type Chain struct {
	Entries  int    // sealed rows of history
	Seals    int    //
	Unsealed int    // rows written since the last seal
	Head     string // the last seal's hash, in hexadecimal; "" without seals
	Faults   []Fault
}

// Head returns the last seal's hash in hexadecimal, "" without seals: whoever
// wrote it down elsewhere can tell later whether the history before it stands.
func (s *Store) Head(ctx context.Context) (string, error) {
	var head []byte
	err := s.get(ctx, &head, `select coalesce((select hash from seal order by id desc limit 1), cast('' as bytea))`)
	if err != nil {
		return "", fmt.Errorf("head of the seals: %w", err)
	}
	return hex.EncodeToString(head), nil
}

// ClaimOnce reports whether the caller is the first to ask for a name: of
// several servers exactly one does what is to be done once.
func (s *Store) ClaimOnce(ctx context.Context, name string) (bool, error) {
	n, err := s.exec(ctx, `insert into setting (key, value) values ($1, 'done') on conflict (key) do nothing`, name)
	if err != nil {
		return false, fmt.Errorf("claim of %s: %w", name, err)
	}
	return n == 1, nil
}

// Verify checks every seal against the rows of history under it, the links
// between the seals, and that no task was changed after the last word of its
// history. head, unless empty, is a hash that must be one of the seals'.
func (s *Store) Verify(ctx context.Context, head string) (*Chain, error) {
	var chain Chain
	err := s.get(ctx, &chain, `
		select (select coalesce(sum(entries), 0) from seal) as entries, (select count(*) from seal) as seals,
			(select count(*) from history where id > (select coalesce(max(to_id), 0) from seal)) as unsealed,
			coalesce((select encode(hash, 'hex') from seal order by id desc limit 1), '') as head`)
	if err != nil {
		return nil, fmt.Errorf("seals: %w", err)
	}
	if err := s.checkSeals(ctx, &chain); err != nil {
		return nil, err
	}
	return &chain, s.checkTail(ctx, &chain, head)
}

func (s *Store) checkSeals(ctx context.Context, chain *Chain) error {
	var faults []Fault
	err := s.all(ctx, &faults, `
		with linked as (
			select id, from_id, to_id, entries, previous, hash,
				coalesce(lag(hash) over (order by id), decode(repeat('00', 32), 'hex')) as before,
				coalesce(lag(to_id) over (order by id), 0) as after
			from seal
		)
		select f.kind, l.from_id as fromid, l.to_id as toid
		from linked l
		cross join lateral (
			select count(*) as n, string_agg(`+sealLine+`, cast('' as bytea) order by h.id) as lines
			from history h where h.id > l.after and h.id <= l.to_id
		) r
		cross join lateral (
			select case
				when l.previous <> l.before or l.from_id <= l.after then 'link'
				when r.n < l.entries then 'missing'
				when r.n > l.entries then 'added'
				when l.hash <> sha256(l.previous || coalesce(r.lines, cast('' as bytea))) then 'changed'
			end as kind
		) f
		where f.kind is not null
		order by l.id`)
	if err != nil {
		return fmt.Errorf("seals: %w", err)
	}
	chain.Faults = append(chain.Faults, faults...)
	return nil
}

// checkTail looks for what was cut off at the end: a task that says it changed
// after its history ends, or a head that is no longer there.
func (s *Store) checkTail(ctx context.Context, chain *Chain, head string) error {
	var cut int
	err := s.get(ctx, &cut, `
		select count(*) from task t
		where not exists (select from history h where h.subject = 'task' and h.subject_id = t.id and h.at >= t.changed_at)`)
	if err != nil {
		return fmt.Errorf("end of the history: %w", err)
	}
	if cut > 0 {
		chain.Faults = append(chain.Faults, Fault{Kind: "cut"})
	}
	if head == "" {
		return nil
	}
	var there bool
	err = s.get(ctx, &there, `select exists (select from seal where encode(hash, 'hex') = lower($1))`, head)
	if err == nil && !there {
		chain.Faults = append(chain.Faults, Fault{Kind: "cut"})
	}
	return err
}
