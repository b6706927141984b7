package db

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lib/pq"

	"amal/rules"
)

// TiedName is what a directive or a task that an event's history names is called
// now, for who may see it.
type TiedName struct {
	ID         int64
	Ref, Title string
}

// tiedNames finds the directives and tasks that the lines of an event's history
// name and that me may see: by subject and by the word that history keeps, which
// is a number, or an id while there is none.
func (s *Store) tiedNames(ctx context.Context, me rules.Actor, lines []HistoryLine) (map[string]map[string]TiedName, error) {
	words := tiedWords(lines)
	found := map[string]map[string]TiedName{"directive": {}, "task": {}}
	var tasks []struct {
		Word string
		Task
	}
	var directives []struct {
		Word string
		DueDirective
	}
	var err error
	if len(words["task"]) > 0 {
		err = s.all(ctx, &tasks, tiedTaskNames, pq.Array(words["task"]))
	}
	if err == nil && len(words["directive"]) > 0 {
		err = s.all(ctx, &directives, tiedDirectiveNames, pq.Array(me.RegisterSides()), pq.Array(me.AgenciesAs(rules.Focal)), pq.Array(words["directive"]))
	}
	if err != nil {
		return nil, fmt.Errorf("what history names: %w", err)
	}
	for _, t := range tasks {
		if rules.SightOf(me, t.Scope()) != rules.SeesNothing {
			found["task"][t.Word] = TiedName{t.ID, t.Ref(), t.Title}
		}
	}
	for _, d := range directives {
		found["directive"][d.Word] = TiedName{d.ID, d.Ref(), d.Title}
	}
	return found, nil
}

// tiedWords are the words of an event's history for directives and tasks.
func tiedWords(lines []HistoryLine) map[string][]string {
	words := map[string][]string{}
	for _, line := range lines {
		var changes map[string][2]any
		if json.Unmarshal(line.Changes, &changes) != nil {
			continue
		}
		for _, subject := range []string{"directive", "task"} {
			if word, ok := changes[subject][1].(string); ok {
				words[subject] = append(words[subject], word)
			}
		}
	}
	return words
}

// The numbers and ids that a word of history may be.
const (
	wordsID    = `cast(substring(w.word from '^#([0-9]{1,18})$') as bigint)`
	wordsYear  = `cast(substring(w.word from '^([0-9]{4})-') as integer)`
	wordsFirst = `cast(substring(w.word from '^[0-9]{4}-([0-9]{1,9})') as integer)`
	wordsLast  = `cast(substring(w.word from '\.([0-9]{1,9})$') as integer)`

	tiedTaskNames = `
		select w.word, ` + taskColumns + `
		from unnest($1::text[]) as w (word)
		cross join lateral (
			select id from task where id = ` + wordsID + `
			union
			select x.id from directive y join task x on x.directive_id = y.id
			where y.number_year = ` + wordsYear + ` and y.number = ` + wordsFirst + ` and x.number = ` + wordsLast + `
		) n
		join task t on t.id = n.id
		join directive d on d.id = t.directive_id
		left join agency a on a.id = t.lead_id`

	tiedDirectiveNames = `
		select w.word, d.id, d.title, d.number_year, d.number, d.official
		from unnest($3::text[]) as w (word)
		cross join lateral (
			select id from directive where id = ` + wordsID + `
			union
			select id from directive where number_year = ` + wordsYear + ` and number = ` + wordsFirst + `
		) n
		join directive d on d.id = n.id
		where ` + seesDirective
)
