package handlers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"amal/communique"
	"amal/db"
)

// readings keeps what the reader made of the documents looked at lately. A
// document's text never changes, so a reading holds as long as the register of
// agencies does.
type readings struct {
	register readerRegister
	mu       sync.Mutex
	kept     []*reading // the latest asked for last
	places   chan struct{}
}

// reading is one document as the reader sees it. Its result is there once done
// is closed.
type reading struct {
	document int64
	register *communique.Register
	letters  int
	percent  atomic.Int64
	done     chan struct{}
	text     []rune
	result   communique.Result
}

// mostLetters is how much text the kept readings may have, in code points.
const mostLetters = 12 << 20

// of returns the reading of a document, begun now unless it is kept. all is
// the register of agencies.
func (r *readings) of(d *db.Document, all map[int64]*db.Agency) *reading {
	register := r.register.get(all)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, k := range r.kept {
		if k.document == d.ID && k.register == register {
			r.kept = append(slices.Delete(r.kept, i, i+1), k)
			return k
		}
	}
	k := &reading{document: d.ID, register: register, done: make(chan struct{}), text: []rune(d.Text)}
	k.letters = len(k.text)
	doc := communique.Doc{Text: d.Text, Date: d.DatedOn, Lang: d.Language, Agencies: register,
		Progress: func(read, letters int) { k.percent.Store(int64(100 * read / max(letters, 1))) }}
	go k.read(doc, r.turn())
	r.kept = append(r.kept, k)
	r.forget()
	return k
}

// atATime is how many documents are read at a time.
const atATime = 2

// turn returns the places for reading; the caller holds the lock.
func (r *readings) turn() chan struct{} {
	if r.places == nil {
		r.places = make(chan struct{}, atATime)
	}
	return r.places
}

// read reads a document when it is its turn. A fault in the reader must not
// stop the server: the document counts as one that can't be read.
func (k *reading) read(doc communique.Doc, places chan struct{}) {
	places <- struct{}{}
	defer func() {
		if recover() != nil {
			k.result = communique.Result{}
		}
		<-places
		close(k.done)
	}()
	k.result = communique.Propose(doc)
}

// forget drops the readings that were not asked for longest.
func (r *readings) forget() {
	letters := 0
	for i := len(r.kept) - 1; i >= 0; i-- {
		if letters += r.kept[i].letters; letters > mostLetters && i < len(r.kept)-1 {
			r.kept = slices.Delete(r.kept, 0, i+1)
			return
		}
	}
}

// How long a page waits for a reading before it shows how far it is, and how
// long a decision does.
const (
	patience    = 700 * time.Millisecond
	persistence = 15 * time.Second
)

// ready waits for the reading for a while and tells whether it is there.
func (k *reading) ready(ctx context.Context, within time.Duration) bool {
	wait, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	select {
	case <-k.done:
		return true
	case <-wait.Done():
		return false
	}
}

// words is a span of the text.
func (k *reading) words(s communique.Span) string { return string(k.text[s.Start:s.End]) }

// readerRegister keeps the register of agencies as the reader matches it, by
// their ids: making it takes many times longer than reading a text.
type readerRegister struct {
	mu    sync.Mutex
	of    map[int64]*db.Agency
	built *communique.Register
}

// sameNames tells whether the reader would know two agencies by the same words.
func sameNames(a, b *db.Agency) bool {
	return a == b || a.NameEn == b.NameEn && a.NameRu == b.NameRu && a.NameUz == b.NameUz && a.NameKk == b.NameKk && a.NameDe == b.NameDe &&
		a.ShortEn == b.ShortEn && a.ShortRu == b.ShortRu && a.ShortUz == b.ShortUz && a.ShortKk == b.ShortKk && slices.Equal(a.Aliases, b.Aliases)
}

// get returns the register of a directory, made anew when the directory was
// read anew.
func (r *readerRegister) get(all map[int64]*db.Agency) *communique.Register {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.built != nil && maps.EqualFunc(r.of, all, sameNames) {
		return r.built
	}
	agencies := make([]communique.Agency, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		g := all[id]
		agencies = append(agencies, communique.Agency{Code: fmt.Sprint(id), Names: append([]string{g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe}, g.Aliases...),
			Short: []string{g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk}})
	}
	r.of, r.built = all, communique.NewRegister(agencies)
	return r.built
}
