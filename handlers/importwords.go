package handlers

import (
	"strings"
	"sync"
	"unicode"

	"amal/db"
	"amal/i18n"
	"amal/rules"
)

// alsoCalled are further names of columns, as registers have them.
var alsoCalled = map[string]string{
	"no": "number", "nr": "number", "n": "number", "рег номер": "number", "номер поручения": "directive_number", "directive no": "directive_number",
	"topshiriq raqami": "directive_number", "тапсырма нөмірі": "directive_number", "auftragsnummer": "directive_number",
	"исполнитель": "lead", "ответственный": "lead", "ijrochi": "lead", "орындаушы": "lead", "executor": "lead", "lead agency": "lead", "agency": "lead",
	"срок": "deadline", "дата исполнения": "deadline", "muddat": "deadline", "мерзім": "deadline", "due": "deadline", "due date": "deadline", "termin": "deadline",
	"содержание": "directive", "текст поручения": "wording", "формулировка": "wording", "text": "wording", "wortlaut": "wording",
	"дата": "meeting_date", "date": "meeting_date", "sana": "meeting_date", "күні": "meeting_date", "datum": "meeting_date",
	"мероприятие": "meeting", "event": "meeting", "tadbir": "meeting", "іс шара": "meeting",
	"email": "email", "e mail": "email", "mail": "email", "страна": "side", "country": "side", "mamlakat": "side", "ел": "side", "land": "side",
	"main task": "main_task", "parent task": "main_task", "subtask of": "main_task", "part of": "main_task", "основная задача": "main_task", "головная задача": "main_task", "в составе": "main_task",
	"asosiy vazifa": "main_task", "негізгі міндет": "main_task", "hauptaufgabe": "main_task", "übergeordnete aufgabe": "main_task",
	"название": "name_en", "name": "name_en", "type": "kind", "тип": "kind", "parent": "parent", "timezone": "time_zone",
}

// headerWord is a column's name without signs and case.
func headerWord(header string) string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, header)
	return strings.Join(strings.Fields(rules.Fold(text)), " ")
}

// headerFields finds a field by the name of a column, in any language.
var headerFields = sync.OnceValue(func() map[rules.ImportKind]map[string]string {
	all := map[rules.ImportKind]map[string]string{}
	for kind, fields := range rules.ImportFields {
		names := map[string]string{}
		for _, f := range fields {
			names[headerWord(f.Key)] = f.Key
			for _, l := range i18n.Langs {
				names[headerWord(i18n.For(l).T("column."+f.Key))] = f.Key
			}
		}
		for name, field := range alsoCalled {
			if known(fields, field) && names[headerWord(name)] == "" {
				names[headerWord(name)] = field
			}
		}
		all[kind] = names
	}
	return all
})

func known(fields []rules.ImportField, key string) bool {
	for _, f := range fields {
		if f.Key == key {
			return true
		}
	}
	return false
}

// columnsOf recognises the columns of a table by their names; of two with the
// same meaning the first counts, for the person to say otherwise.
func columnsOf(kind rules.ImportKind, header []string) []string {
	columns, taken := make([]string, len(header)), map[string]bool{}
	for i, name := range header {
		if field := headerFields()[kind][headerWord(name)]; field != "" && !taken[field] {
			columns[i], taken[field] = field, true
		}
	}
	return columns
}

// wordLists are the values that people write as words, by the prefix of their
// texts.
var wordLists = map[string][]string{
	"side.": append(asWords(rules.Sides), string(rules.Joint)), "agency.kind.": rules.AgencyKinds, "level.": rules.MeetingLevels,
	"strength.": asWords(rules.Strengths), "period.": {"once", string(rules.Monthly), string(rules.Quarterly), string(rules.Yearly)}, "official.": {"mark"}, "status.": append(asWords(rules.Statuses), string(rules.MarkLate), string(rules.MarkSoon)),
}

func asWords[T ~string](list []T) []string {
	var words []string
	for _, v := range list {
		words = append(words, string(v))
	}
	return words
}

// values finds a value by its own name or its word in any language.
var values = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for prefix, list := range wordLists {
		words := map[string]string{}
		for _, value := range list {
			words[headerWord(value)] = value
			for _, l := range i18n.Langs {
				words[headerWord(i18n.For(l).T(prefix+value))] = value
			}
		}
		all[prefix] = words
	}
	all["locale."] = map[string]string{}
	for _, l := range i18n.Langs {
		all["official."][headerWord(i18n.For(l).T("history.true"))] = "mark"
		all["locale."][string(l)], all["locale."][headerWord(l.Name())] = string(l), string(l)
	}
	return all
})

// agencyNames finds agencies by code, name, short name or other name.
type agencyNames map[string][]*db.Agency

func namesOfAgencies(all map[int64]*db.Agency) agencyNames {
	names := agencyNames{}
	for _, g := range all {
		seen := map[string]bool{"": true}
		for _, name := range append([]string{g.Code, g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe, g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk}, g.Aliases...) {
			if word := headerWord(name); !seen[word] {
				seen[word] = true
				names[word] = append(names[word], g)
			}
		}
	}
	return names
}

// find returns the one agency that is called so and not retired; nil for none or
// several.
func (n agencyNames) find(typed string) *db.Agency {
	var found *db.Agency
	for _, g := range n[headerWord(typed)] {
		if g.RetiredAt != nil {
			continue
		}
		if found != nil {
			return nil
		}
		found = g
	}
	return found
}
