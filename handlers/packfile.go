package handlers

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
	"amal/i18n"
	"amal/rules"
)

// packFile answers with the pack as a spreadsheet, a sheet for each part and the
// matrix, or as one plain table of its tasks: the rows and numbers of the page.
func (a *App) packFile(c echo.Context, me rules.Actor, format string, of *packOf) error {
	n, err := a.names(c)
	if err != nil {
		return err
	}
	p := i18n.For(of.langs[0])
	notes := []string{eventLine(p, of.event), inBoth(of.sinceText())}
	for _, count := range of.counts(p) {
		notes = append(notes, inBoth(count.Name)+": "+count.N)
	}
	parts := a.packParts(n, me, of)
	for _, part := range parts {
		if len(part.More) > 0 {
			notes = append(notes, inBoth(part.Name)+": "+inBoth(part.More))
		}
	}
	all := a.grid(c, fmt.Sprintf("pack-%d", of.event.ID), of.event.Title, notes...)
	all.Lang, all.Mark, all.Columns = p.Lang(), p.T("official.mark"), packColumns(p)
	tasks := map[string][]db.PackTask{"done": of.pack.Done, "late": of.pack.Late, "going": of.pack.Going, "idle": of.pack.Idle}
	rows := map[string][][]any{}
	for _, part := range parts {
		for i := range part.Rows {
			rows[part.ID] = append(rows[part.ID], a.packCells(p, inBoth(part.Name), &part.Rows[i], &tasks[part.ID][i]))
		}
	}
	if format == "csv" {
		var every [][]any
		for _, part := range parts {
			every = append(every, rows[part.ID]...)
		}
		all.Rows = rowsOf(every, func(row *[]any) []any { return *row })
		return a.export(c, me, format, all)
	}
	var sheets []files.Grid
	for _, id := range []string{"done", "late", "going", "idle"} {
		sheet := all
		sheet.Title, sheet.Rows = p.T("pack."+id), rowsOf(rows[id], func(row *[]any) []any { return *row })
		sheets = append(sheets, sheet)
	}
	sheets = append(sheets, a.packMatrix(p, all, n, of))
	return sendBook(c, all.Name, sheets)
}

// sendBook answers with a spreadsheet of several sheets.
func sendBook(c echo.Context, name string, sheets []files.Grid) error {
	var body bytes.Buffer
	if err := files.Book(&body, sheets...); err != nil {
		return err
	}
	exportHeader(c, "xlsx", name+".xlsx", int64(body.Len()))
	_, err := body.WriteTo(c.Response())
	return err
}

func packColumns(p *i18n.Printer) []files.Column {
	return []files.Column{{Title: p.T("pack.part"), Width: 24}, {Title: p.T("column.number"), Width: 11}, {Title: p.T("column.task"), Width: 40}, {Title: p.T("column.directive"), Width: 34},
		{Title: p.T("column.side"), Width: 8}, {Title: p.T("column.lead"), Width: 28}, {Title: p.T("column.deadline"), Width: 13, Kind: files.Date}, {Title: p.T("column.status"), Width: 18},
		{Title: p.T("pack.why"), Width: 50}, {Title: p.T("column.official"), Width: 11}}
}

func (a *App) packCells(p *i18n.Printer, part string, r *packRow, t *db.PackTask) []any {
	return []any{part, files.Link{Text: r.Ref, Href: a.addressOf(fmt.Sprintf("/tasks/%d", r.ID))}, r.Title, r.Directive, r.Side.Code, inBoth(r.Who), dayCell(t.Deadline), inBoth(r.Status), r.Why, officialCell(p, t.Official)}
}

// packMatrix is the matrix's sheet.
func (a *App) packMatrix(p *i18n.Printer, grid files.Grid, n names, of *packOf) files.Grid {
	table := a.matrixTable(n, of.langs, of.event.Sides, of.matrix)
	grid.Title = p.T("pack.matrix")
	grid.Columns = []files.Column{{Title: p.T("column.number"), Width: 11}, {Title: p.T("column.directive"), Width: 44}, {Title: p.T("column.deadline"), Width: 13, Kind: files.Date}}
	for _, side := range of.event.Sides {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T("side." + side), Width: 44})
	}
	grid.Columns = append(grid.Columns, files.Column{Title: p.T("column.official"), Width: 11})
	var rows [][]any
	for i := range table.Rows {
		r := &table.Rows[i]
		row := []any{files.Link{Text: r.Ref, Href: a.addressOf(fmt.Sprintf("/directives/%d", r.ID))}, r.Title, dayCell(of.matrix[i].Deadline)}
		for _, cell := range r.Cells {
			var lines []string
			for _, part := range cell.Parts {
				lines = append(lines, inBoth(part.Who)+": "+inBoth(part.Status)+orNothing(", ", part.Due))
			}
			row = append(row, strings.Join(lines, "; "))
		}
		rows = append(rows, append(row, officialCell(p, of.matrix[i].Official)))
	}
	grid.Rows = rowsOf(rows, func(row *[]any) []any { return *row })
	return grid
}
