package communique

// cell is text between the bars or tabs of a table row.
type cell struct {
	span Span
	unit *unit
}

// cells cuts a row.
func (r *reader) cells(l line, d dialect) []cell {
	var all []cell
	from := l.start
	for i := l.start; i <= l.end; i++ {
		if i < l.end && r.text[i] != '|' && r.text[i] != '\t' {
			continue
		}
		start, end := trim(r.text, from, i)
		if start < end || i < l.end || from < l.end {
			c := cell{span: Span{start, end}}
			if start < end {
				c.unit = r.newUnit(c.span, d)
			}
			all = append(all, c)
		}
		from = i + 1
	}
	return all
}

// readRow takes a row as a header, or as an order whose cells name the act,
// its doer and its term.
func (r *reader) readRow(l line, d dialect) {
	span := Span{l.start, l.end}
	why := r.reading(span, l, "heading")
	cells := r.cells(l, d)
	if header := columnsOf(cells); header != nil {
		r.columns = header
		return
	}
	action, roles := r.assign(cells)
	if action < 0 {
		why.Reason = "no cue"
		return
	}
	r.propose(span, cells, action, roles, why)
}

// propose makes the proposals of a row.
func (r *reader) propose(span Span, cells []cell, action int, roles []string, why *Reading) {
	u := cells[action].unit
	given := false
	for k := range cells {
		given = given || (roles[k] == "due" || roles[k] == "owner") && cells[k].unit != nil
	}
	at := len(r.proposals)
	proposals := u.proposals()
	if given && (len(proposals) == 0 || proposals[0].Kind == Indicator) {
		proposals = u.ordered([]Cue{{Rule: u.lex.lang + ": table row", Kind: Instruction, Weight: 8, Span: u.span}})
	}
	for k, c := range cells {
		if c.unit == nil || k == action {
			continue
		}
		c.unit.apply([]field{{name: roles[k], to: len(c.unit.words)}}, proposals)
	}
	for k := range proposals {
		proposals[k].Start, proposals[k].End = span.Start, span.End
	}
	r.proposals = append(r.proposals, proposals...)
	why.Reason = ""
	r.explain(u, why, at)
	r.last, r.lastAt, r.lastRow = u, at, len(r.readings)-1
}

// columnsOf names the columns of a header row, nil where it is none.
func columnsOf(cells []cell) []string {
	names, found := make([]string, len(cells)), 0
	for k, c := range cells {
		if c.unit == nil || len(c.unit.words) == 0 || len(c.unit.words) > 6 {
			continue
		}
		c.unit.lex.labels.at(c.unit.words, 0, c.unit, func(n string, end int, _ []capture) {
			if names[k] == "" || end == len(c.unit.words) {
				names[k] = n
			}
		})
		if names[k] != "" {
			found++
		}
	}
	if found < 2 || found < len(cells)-1 {
		return nil
	}
	return names
}

// assign says what each cell is: by the header, or by what stands in it.
func (r *reader) assign(cells []cell) (action int, roles []string) {
	roles = make([]string, len(cells))
	action = -1
	shift := len(r.columns) - len(cells)
	for k, c := range cells {
		if r.columns != nil && k+max(shift, 0) < len(r.columns) && shift <= 1 {
			roles[k] = r.columns[k+max(shift, 0)]
		} else if c.unit != nil {
			roles[k] = c.unit.looksLike()
		}
		if c.unit == nil || roles[k] != "" && roles[k] != "action" {
			continue
		}
		if action < 0 || roles[k] == "action" && roles[action] != "action" ||
			(roles[k] == "action") == (roles[action] == "action") && c.span.End-c.span.Start > cells[action].span.End-cells[action].span.Start {
			action = k
		}
	}
	return action, roles
}

// looksLike tells by its words whether a cell is a term or a doer.
func (u *unit) looksLike() string {
	covered := 0
	for _, t := range u.timings {
		covered += t.to - t.from
	}
	if covered > 0 && covered*2 >= len(u.words) {
		return "due"
	}
	covered = 0
	for _, m := range u.mentions {
		covered += m.to - m.from
	}
	if covered > 0 && covered*2 > len(u.words) && len(u.verbs(0, u.to)) == 0 {
		return "owner"
	}
	return ""
}
