package i18n

import (
	"math"
	"strconv"
	"strings"
)

// Decimal returns a number with its thousands set apart and the language's sign
// before the fraction, of which up to four digits are written: 1,234.5.
func (p *Printer) Decimal(v float64) string {
	text := strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return text
	}
	out := p.Number(n)
	if n == 0 && v < 0 && fraction != "" {
		out = "-" + out
	}
	if fraction == "" {
		return out
	}
	if p.lang == En {
		return out + "." + fraction
	}
	return out + "," + fraction
}
