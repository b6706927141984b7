package handlers

import (
	"fmt"
	"slices"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// count says how many rows have which fate, and how far the work is.
func (v *importView) count(c echo.Context, im *db.Import, counts []db.ImportCount) {
	p := say(c)
	byFate, written := map[string]int{}, 0
	for _, n := range counts {
		byFate[n.Fate] = n.Rows
		if n.Fate == fateNew || n.Fate == fateChanged { // a row that is written in part does not count any more
			written += n.Written
		}
	}
	for _, fate := range []string{fateNew, fateChanged, fateSame, fateBad} {
		if byFate[fate] > 0 {
			v.Fates = append(v.Fates, fateView{Status: fateStatus(c, fate, v.Done && fate != fateBad), Count: p.Number(byFate[fate]), Href: fmt.Sprintf("/imports/%d?fate=%s", im.ID, fate), Current: c.QueryParam("fate") == fate})
		}
	}
	todo := byFate[fateNew] + byFate[fateChanged]
	switch im.State {
	case "checking":
		v.Progress = p.T("import.checked_of", "Done", p.Number(im.Total-byFate[""]), "All", p.Number(im.Total))
	case "writing":
		v.Progress = p.T("import.written_of", "Done", p.Number(written), "All", p.Number(todo))
	case "checked":
		if v.Nothing = todo == 0; todo > 0 {
			v.Write = p.N("import.write", todo)
		}
		if byFate[fateBad] > 0 {
			v.Bad = p.N("import.left_out", byFate[fateBad])
		}
	}
}

func fateStatus(c echo.Context, fate string, done bool) templates.Status {
	key := "import.fate." + fate
	if done && (fate == fateNew || fate == fateChanged) {
		return templates.Status{Key: "done", Word: say(c).T(key + ".done")}
	}
	if done && fate == fateBad {
		return templates.Status{Key: "soon", Word: say(c).T(key + ".done")}
	}
	if fate == "" {
		key = "import.fate.unknown"
	}
	return templates.Status{Key: fateShapes[fate], Word: say(c).T(key)}
}

// rows shows the rows with the columns that count, and each fault beside its
// cell.
func (v *importView) rows(c echo.Context, im *db.Import, rows []db.ImportRow, columns []string) {
	v.columns(c, im, rows, columns)
	for _, r := range rows {
		line := importLine{Line: say(c).Number(r.Line), Fate: fateStatus(c, r.Fate, v.Done && r.Written), Cells: v.cells(im, r.Cells)}
		v.faults(c, im, &line, r.Problems)
		v.Rows = append(v.Rows, line)
	}
}

// cells are a row's cells under the heads that are shown.
func (v *importView) cells(im *db.Import, cells []string) []importCell {
	var list []importCell
	for i, title := range im.Header {
		if im.Columns[i] == "" && !v.Ask {
			continue
		}
		cell := importCell{Title: title}
		if i < len(cells) {
			cell.Text = cells[i]
		}
		list = append(list, cell)
	}
	return list
}

func (v *importView) columns(c echo.Context, im *db.Import, rows []db.ImportRow, columns []string) {
	p := say(c)
	for i, title := range im.Header {
		col := columnView{N: i + 1, Title: title, Choices: []templates.Choice{{Label: p.T("import.column.none")}}}
		for _, f := range rules.ImportFields[im.Kind] {
			col.Choices = append(col.Choices, templates.Choice{Value: f.Key, Label: p.T("column." + f.Key), Chosen: columns[i] == f.Key})
		}
		if len(rows) > 0 && i < len(rows[0].Cells) {
			col.Sample = rows[0].Cells[i]
		}
		v.Columns = append(v.Columns, col)
		if im.Columns[i] != "" || v.Ask {
			v.Heads = append(v.Heads, title)
		}
	}
}

// cellOf names the columns of fields that a form calls otherwise.
var cellOf = map[string]string{"title": "task", "held_on": "meeting_date", "place": "meeting_place", "level": "meeting_level", "oral_by": "said_by", "words": "wording", "parent": "main_task"}

func (v *importView) faults(c echo.Context, im *db.Import, line *importLine, problems rules.Problems) {
	p := say(c)
	for _, e := range problems {
		text := p.T(e.Key, "Max", p.Number(e.Max))
		field := fieldOf(im, e.Field)
		at := v.headOf(im, field)
		switch {
		case at >= 0 && at < len(line.Cells) && line.Cells[at].Fault == "":
			line.Cells[at].Fault = text
		case p.Has("column." + field):
			line.Faults = append(line.Faults, p.T("column."+field)+": "+text)
		default:
			line.Faults = append(line.Faults, text)
		}
	}
}

// fieldOf is the field of the table that a form's field is.
func fieldOf(im *db.Import, field string) string {
	also, ok := cellOf[field]
	switch {
	case !ok || slices.Contains(im.Columns, field):
		return field
	case also == "task" && im.Kind == rules.ImportDirectives:
		return "directive"
	case also == "main_task" && im.Kind != rules.ImportTasks:
		return field
	}
	return also
}

// headOf is at which of the heads that are shown a field stands, -1 at none.
func (v *importView) headOf(im *db.Import, field string) int {
	n := 0
	for _, column := range im.Columns {
		if column == field && field != "" {
			return n
		}
		if column != "" || v.Ask {
			n++
		}
	}
	return -1
}
