package handlers

import (
	"sort"
	"strings"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/files"
)

// filterNote says by what a list is filtered; "" where by nothing.
func filterNote(c echo.Context, key, value string) string {
	if value == "" {
		return ""
	}
	p := say(c)
	return p.T("export.filter", "Name", p.T(key), "Value", value)
}

// agenciesGrid is the directory as a file, in the form that an import takes.
func (a *App) agenciesGrid(c echo.Context, n names) files.Grid {
	p, find := say(c), strings.ToLower(c.QueryParam("find"))
	var list []*db.Agency
	for _, agency := range n.all {
		if foundAgency(agency, agency.Name(n.lang), find) {
			list = append(list, agency)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name(n.lang) < list[j].Name(n.lang) })
	grid := a.grid(c, "agencies", p.T("nav.agencies"), filterNote(c, "action.find", c.QueryParam("find")))
	for _, column := range agencyColumns {
		grid.Columns = append(grid.Columns, files.Column{Title: p.T("column." + column.key), Width: column.width})
	}
	grid.Rows = rowsOf(list, func(row **db.Agency) []any {
		g := *row
		parent := ""
		if g.ParentID != nil && n.all[*g.ParentID] != nil {
			parent = n.all[*g.ParentID].Code
		}
		return []any{g.Code, p.T("side." + g.Side), p.T("agency.kind." + g.Kind), parent, g.NameEn, g.NameRu, g.NameUz, g.NameKk, g.NameDe,
			g.ShortEn, g.ShortRu, g.ShortUz, g.ShortKk, strings.Join(g.Aliases, " | "), g.Email, g.Locale, g.TimeZone}
	})
	return grid
}

// agencyColumns are the columns of the directory as a file.
var agencyColumns = []struct {
	key   string
	width float64
}{{"code", 16}, {"side", 12}, {"kind", 14}, {"parent", 14}, {"name_en", 32}, {"name_ru", 32}, {"name_uz", 32}, {"name_kk", 32}, {"name_de", 32},
	{"short_en", 14}, {"short_ru", 14}, {"short_uz", 14}, {"short_kk", 14}, {"aliases", 24}, {"email", 24}, {"locale", 8}, {"time_zone", 16}}
