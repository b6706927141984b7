package handlers

import (
	"context"
	"reflect"
	"slices"

	"amal/db"
	"amal/rules"
)

// planAgency knows an agency by its code.
func (b *bringer) planAgency(ctx context.Context, s *db.Store, r *row) (plan, error) {
	code := r.values["code"]
	if code == "" {
		r.wrong("code", "form.error.required")
		return plan{}, nil
	}
	in, was := b.agencyForm(code)
	b.fillAgency(r, &in)
	in.Now = b.now
	if in.ParentCode != "" && was.ParentCode != in.ParentCode && b.byCode(in.ParentCode) == nil && b.im.State == "checking" {
		column := slices.Index(b.im.Columns, "code")
		there, err := s.ImportHolds(ctx, b.im.ID, column, in.ParentCode)
		if err != nil {
			return plan{}, err
		}
		if there {
			in.ParentCode = "" // it comes with this table
		}
	}
	p := plan{identity: identityOf(code), fate: fateNew, write: func(ctx context.Context, s *db.Store) error {
		_, err := s.SaveAgency(ctx, b.me, in)
		return err
	}}
	if in.ID != 0 {
		p.fate = fateChanged
		was.Now = in.Now
		if reflect.DeepEqual(was, in) {
			p.fate = fateSame
		}
	}
	return p, nil
}

func (b *bringer) byCode(code string) *db.Agency {
	for _, g := range b.agencies {
		if g.Code == code {
			return g
		}
	}
	return nil
}

// agencyForm is an agency as it stands, twice: to fill, and to compare.
func (b *bringer) agencyForm(code string) (in, was db.AgencyInput) {
	g := b.byCode(code)
	if g == nil {
		empty := db.AgencyInput{Code: code, Names: map[string]string{}, Shorts: map[string]string{}}
		return empty, db.AgencyInput{}
	}
	parent := ""
	if g.ParentID != nil && b.agencies[*g.ParentID] != nil {
		parent = b.agencies[*g.ParentID].Code
	}
	return g.Form(parent), g.Form(parent)
}

// fillAgency puts a row's values over what stands there; an empty cell says
// nothing.
func (b *bringer) fillAgency(r *row, in *db.AgencyInput) {
	in.Side = r.word("side", "side.", in.Side)
	in.Kind = r.word("kind", "agency.kind.", in.Kind)
	in.Locale = r.word("locale", "locale.", in.Locale)
	for field, to := range map[string]*string{"parent": &in.ParentCode, "email": &in.Email, "time_zone": &in.TimeZone} {
		if v, ok := r.values[field]; ok {
			*to = v
		}
	}
	for _, lang := range rules.Locales {
		if v, ok := r.values["name_"+lang]; ok {
			in.Names[lang] = v
		}
		if v, ok := r.values["short_"+lang]; ok {
			in.Shorts[lang] = v
		}
	}
	if list := r.list("aliases"); len(list) > 0 {
		in.Aliases = nil
		in.Aliases = append(in.Aliases, list...)
	}
	usual, known := map[string][3]string{"UZ": {"uz", "Asia/Tashkent", "UZ"}, "KZ": {"kk", "Asia/Almaty", "KZ"}}[in.Side]
	if !known {
		usual = [3]string{"ru", "Asia/Tashkent", "UZ"}
	}
	for i, field := range []*string{&in.Locale, &in.TimeZone, &in.Country} {
		if *field == "" {
			*field = usual[i]
		}
	}
}

// parentsFirst orders the rows of agencies so that one above comes before those
// below it.
func (b *bringer) parentsFirst(rows []db.ImportRow) []db.ImportRow {
	if b.im.Kind != rules.ImportAgencies {
		return rows
	}
	inTable := map[string]bool{}
	for _, r := range rows {
		inTable[b.row(r.Cells).values["code"]] = true
	}
	var ordered []db.ImportRow
	placed, taken := map[string]bool{}, map[int]bool{}
	for len(ordered) < len(rows) {
		before := len(ordered)
		for _, r := range rows {
			v := b.row(r.Cells).values
			if parent := v["parent"]; !taken[r.Line] && (parent == "" || placed[parent] || !inTable[parent]) {
				ordered = append(ordered, r)
				placed[v["code"]], taken[r.Line] = true, true
			}
		}
		if len(ordered) == before { // a circle: as the rows stand, each says what is wrong
			return rows
		}
	}
	return ordered
}
