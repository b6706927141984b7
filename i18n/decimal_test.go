package i18n

import (
	"testing"
	"time"
)

func TestNumbersAndMonthsInFiveLanguages(t *testing.T) {
	t.Parallel()
	june := time.Date(2025, 6, 13, 0, 0, 0, 0, time.UTC)
	for l, want := range map[Lang][3]string{
		En: {"1,234.5", "June\u00a02025", "Fri"}, Ru: {"1\u00a0234,5", "Июнь\u00a02025", "пт"}, Uz: {"1\u00a0234,5", "2025-yil\u00a0iyun", "ju"},
		Kk: {"1\u00a0234,5", "2025\u00a0жылғы\u00a0маусым", "жм"}, De: {"1.234,5", "Juni\u00a02025", "Fr"},
	} {
		p := For(l)
		if got := [3]string{p.Decimal(1234.5), p.Month(june), p.ShortDay(june)}; got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", -0.25: "-0.25", -1234: "-1,234", 0.1 + 0.2: "0.3", 5: "5"} {
		if got := For(En).Decimal(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}
