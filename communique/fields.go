package communique

import "strings"

// field is a label and its value inside or behind a sentence: "Срок: 1 мая".
type field struct {
	name     string // due, owner, with, action, number, status
	label    Span
	from, to int // words of the value
}

// findFields finds the labels of a unit. The words from the first label on
// are no longer part of its sentence.
func (u *unit) findFields() {
	for i := 0; i < len(u.words); i++ {
		name, end := u.labelAt(i)
		if name == "" {
			continue
		}
		if n := len(u.fields); n > 0 {
			u.fields[n-1].to = i
		}
		u.fields = append(u.fields, field{name, u.spanOf(i, end), end, len(u.words)})
		u.to = min(u.to, i)
		i = end - 1
	}
}

// labelAt reads a label at words[i]: it begins a line, a bracket or a part
// behind a sign, and a colon, dash or bracket follows it.
func (u *unit) labelAt(i int) (string, int) {
	opened := i == 0 || strings.ContainsAny(u.words[i].sep, "(;,.[|") || u.words[i].sep == "-" && u.words[i].blank
	if !opened {
		return "", 0
	}
	name, best := "", i
	u.lex.labels.at(u.words, i, u, func(n string, end int, _ []capture) {
		if end > best && end < len(u.words) {
			s := u.words[end].sep
			if strings.Contains(s, ":") || (s == "-" || s == ".-" || s == ")-") && u.words[end].blank {
				name, best = n, end
			}
		}
	})
	return name, best
}

// dueIn reads the deadline of a field's value; a bare "10 days" counts there.
func (u *unit) dueIn(from, to int) *Deadline {
	for k := range u.timings {
		t := &u.timings[k]
		if t.from >= from && t.to <= to && t.rank > 0 {
			d := t.deadline
			return &d
		}
	}
	if from >= to {
		return nil
	}
	if n, count := u.count(from); n > 0 && from+n < to {
		if k, unit := u.value("unit", from+n); k > 0 {
			return &Deadline{Date: plus(count, unit, u.r.date), Text: u.spanOf(from, from+n+k), Precision: Relative, Rule: "plus"}
		}
	}
	return nil
}

// ownersIn reads the bodies of a field's value; what the tables do not know
// is taken as written, between commas.
func (u *unit) ownersIn(from, to int, role Role) []Owner {
	var owners []Owner
	known := false
	for _, m := range u.mentions {
		if m.from >= from && m.to <= to {
			known = true
			o := u.owner(m)
			if role == With {
				o.Role = With
			}
			owners = append(owners, o)
		}
	}
	if known {
		return owners
	}
	for i := from; i < to; {
		end := i + 1
		for end < to && !strings.ContainsAny(u.words[end].sep, ",;/") {
			end++
		}
		if m := (mention{from: i, to: end}); !u.nobody(m) && u.words[i].number < 0 {
			owners = append(owners, Owner{Span: u.spanOf(i, end), Role: role})
		}
		i = end
	}
	return owners
}

// apply gives the values of a unit's fields to proposals.
func (u *unit) apply(fields []field, proposals []Proposal) {
	for _, f := range fields {
		switch f.name {
		case "due":
			setDeadline(proposals, u.dueIn(f.from, f.to))
		case "owner":
			u.addOwners(proposals, u.ownersIn(f.from, f.to, Lead))
		case "with":
			u.addOwners(proposals, u.ownersIn(f.from, f.to, With))
		}
	}
}

func setDeadline(proposals []Proposal, d *Deadline) {
	for k := range proposals {
		if d != nil && proposals[k].Kind != Indicator {
			proposals[k].Deadline, proposals[k].Shared = d, nil
		}
	}
}

func (u *unit) addOwners(proposals []Proposal, owners []Owner) {
	for k := range proposals {
		for _, o := range owners {
			if !u.names(proposals[k].Owners, o) {
				proposals[k].Owners = append(proposals[k].Owners, o)
			}
		}
	}
}

// names tells whether a body stands among owners by the same words.
func (u *unit) names(owners []Owner, o Owner) bool {
	for _, x := range owners {
		if string(u.r.folded[x.Span.Start:x.Span.End]) == string(u.r.folded[o.Span.Start:o.Span.End]) {
			return true
		}
	}
	return false
}

// orders tells whether a field makes an order of the sentence it stands at.
func orders(fields []field) bool {
	for _, f := range fields {
		if f.name == "due" || f.name == "owner" {
			return true
		}
	}
	return false
}
