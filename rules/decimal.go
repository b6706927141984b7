package rules

import "strings"

// Decimal reads a number as people type it: with blanks between thousands, a
// comma or a point before at most four decimals, and a sign. It returns it as
// SQL writes it, "" where it is none or has more than 15 digits before the
// point.
func Decimal(typed string) string {
	text := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "−", "-", ",", ".").Replace(strings.TrimPrefix(strings.TrimSpace(typed), "+"))
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 15 || dotted && fraction == "" || len(fraction) > 4 || strings.Trim(whole+fraction, "0123456789") != "" {
		return ""
	}
	if dotted {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}
