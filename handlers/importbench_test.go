package handlers

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"amal/db"
	"amal/rules"
)

// BenchmarkImport brings tasks in, checks them and writes them; AMAL_BENCH_ROWS
// sets how many. With AMAL_BENCH_TREE each is part of a task of a later row.
func BenchmarkImport(b *testing.B) {
	rows := 2000
	if n, err := strconv.Atoi(os.Getenv("AMAL_BENCH_ROWS")); err == nil {
		rows = n
	}
	app := loadedSite(b, db.LoadPlan{Tasks: 5000, Agencies: 20, People: 60, Seed: 1})
	ctx := b.Context()
	p, err := app.Store.PersonByEmail(ctx, "staff@load.example")
	if err != nil {
		b.Fatal(err)
	}
	me, err := app.Store.ActorAt(ctx, p, app.Now())
	if err != nil {
		b.Fatal(err)
	}
	found, err := app.Store.Directives(ctx, me, db.DirectiveFilter{}, app.Now())
	if err != nil {
		b.Fatal(err)
	}
	agencies, err := app.Store.Directory(ctx, app.Now())
	if err != nil {
		b.Fatal(err)
	}
	header := []string{"directive_number", "task", "lead", "deadline", "status", "points"}
	tree := os.Getenv("AMAL_BENCH_TREE") != ""
	if tree {
		header = append(header, "number", "main_task")
	}
	for b.Loop() {
		var table []db.ImportRow
		for i := range rows {
			d := found[i%len(found)]
			lead := agencies[d.Leads[i%len(d.Leads)]]
			table = append(table, db.ImportRow{Line: i + 2, Cells: []string{d.Ref(), fmt.Sprintf("Task %d of the table", i), lead.Code, fmt.Sprintf("%02d.%02d.2027", 1+i%28, 1+i%12), "in_progress", "A draft | A decision"}})
			if main := i + len(found); tree && main < rows {
				table[i].Cells = append(table[i].Cells, fmt.Sprintf("%s.%d", d.Ref(), 1000+i), fmt.Sprintf("%s.%d", d.Ref(), 1000+main))
			} else if tree {
				table[i].Cells = append(table[i].Cells, fmt.Sprintf("%s.%d", d.Ref(), 1000+i))
			}
		}
		id, err := app.Store.AddImport(ctx, me, db.Import{Kind: rules.ImportTasks, Name: "bench.csv", Header: header, Columns: header, CreatedAt: app.Now()}, table, "")
		if err != nil {
			b.Fatal(err)
		}
		for _, step := range []struct {
			name  string
			begin func() error
		}{{"check", func() error { return app.Store.CheckImport(ctx, me, id, header) }}, {"write", func() error { return app.Store.WriteImport(ctx, me, id) }}} {
			before, began := app.Store.Queries(), time.Now()
			if err := step.begin(); err != nil {
				b.Fatal(err)
			}
			if err := app.RunImports(ctx, "bench"); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(began).Microseconds())/float64(rows), "µs/row_"+step.name)
			b.ReportMetric(float64(app.Store.Queries()-before)/float64(rows), "queries/row_"+step.name)
		}
		counts, err := app.Store.ImportCounts(ctx, id)
		if err != nil || len(counts) != 1 || counts[0].Written != rows {
			b.Fatalf("%+v, %v", counts, err)
		}
	}
}
