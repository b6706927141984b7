package handlers

import (
	"fmt"
	"math"
	"time"

	"amal/db"
	"amal/i18n"
)

// chart is a line of values over time, in percent of its drawing, so that it
// fits any width without a script. The table beside it says the same.
type chart struct {
	Label  string // read aloud
	Ticks  []chartText
	Lines  []chartLine
	Dots   []chartDot
	Days   []chartText
	Target *chartText // its height, "" for none
}

type chartLine struct{ X1, Y1, X2, Y2 string }
type chartDot struct{ X, Y, Title string }
type chartText struct{ X, Y, Anchor, Text string }

// The part of the drawing that the values take, in percent.
const (
	chartLeft, chartRight = 13.0, 97.0
	chartTop, chartBottom = 6.0, 84.0
)

// chartOf draws the values of an indicator; nil for fewer than two.
func chartOf(p *i18n.Printer, i *db.IndicatorPage) *chart {
	if len(i.Values) < 2 {
		return nil
	}
	first, last := i.Values[0], i.Values[len(i.Values)-1]
	lo, hi := 0.0, 0.0
	for _, v := range i.Values {
		lo, hi = min(lo, v.Value), max(hi, v.Value)
	}
	if i.Target != nil {
		lo, hi = min(lo, *i.Target), max(hi, *i.Target)
	}
	step := tick(hi - lo)
	lo, hi = math.Floor(lo/step)*step, math.Ceil(hi/step)*step
	x := func(day time.Time) float64 {
		return chartLeft + (chartRight-chartLeft)*day.Sub(first.EndsOn).Hours()/max(24, last.EndsOn.Sub(first.EndsOn).Hours())
	}
	y := func(v float64) float64 { return chartBottom - (chartBottom-chartTop)*(v-lo)/(hi-lo) }
	c := &chart{}
	for n := 0; n <= int(math.Round((hi-lo)/step)); n++ {
		v := lo + float64(n)*step
		c.Ticks = append(c.Ticks, chartText{Y: percentOf(y(v)), Text: p.Decimal(v)})
	}
	for k, v := range i.Values {
		c.Dots = append(c.Dots, chartDot{percentOf(x(v.EndsOn)), percentOf(y(v.Value)), periodWord(p, v.Period, v.EndsOn) + ": " + amount(p, v.Value, i.Unit)})
		if k > 0 {
			c.Lines = append(c.Lines, chartLine{c.Dots[k-1].X, c.Dots[k-1].Y, c.Dots[k].X, c.Dots[k].Y})
		}
	}
	c.Days = []chartText{{X: percentOf(x(first.EndsOn)), Anchor: "start", Text: periodWord(p, first.Period, first.EndsOn)},
		{X: percentOf(x(last.EndsOn)), Anchor: "end", Text: periodWord(p, last.Period, last.EndsOn)}}
	c.Label = p.T("indicator.chart", "Title", i.Title, "From", c.Dots[0].Title, "To", c.Dots[len(c.Dots)-1].Title)
	if i.Target != nil {
		c.Target = &chartText{Y: percentOf(y(*i.Target)), Text: targetWord(p, &i.Indicator)}
	}
	return c
}

// tick is a round step that parts a span into three to six.
func tick(span float64) float64 {
	if span <= 0 {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, by := range []float64{1, 2, 2.5, 5, 10} {
		if span/(base*by) <= 5 {
			return base * by
		}
	}
	return base * 10
}

// percentOf writes a length in a picture, of 100.
func percentOf(v float64) string { return fmt.Sprintf("%.2f%%", v) }
