package communique

import (
	"slices"
	"testing"
)

// statements of three commitments, each in several languages and wordings.
var sameMatters = [][]string{
	{
		"die praktische Arbeit am Internationalen Zentrum für industrielle Zusammenarbeit noch in diesem Jahr beginnen",
		"приступить к созданию Международного центра промышленной кооперации в ближайшее время",
		"build the International Centre for Industrial Cooperation from August 2024 and open it in 2027",
		"Xalqaro sanoat kooperatsiyasi markazini shu yil ishga tushirish",
		"Халқаро саноат кооперацияси маркази қурилишини бошлаш",
		"Халықаралық өнеркәсіптік кооперация орталығының бірінші кезегін жыл соңына дейін аяқтау",
	},
	{
		"die Tätigkeit der gemeinsamen Außenhandelsgesellschaft ausweiten",
		"расширить деятельность совместной внешнеторговой компании",
		"the joint foreign trade company is to widen its activities",
		"qoʻshma tashqi savdo kompaniyasi faoliyatini kengaytirish",
	},
	{
		"modernise the border crossings for cargo and customs data exchange",
		"модернизировать пункты пропуска на границе и обмен таможенными данными о грузах",
		"die Grenzübergänge für Fracht und den Austausch von Zolldaten modernisieren",
	},
}

func TestTheSameMatterIsKnownInEveryLanguage(t *testing.T) {
	for i, group := range sameMatters {
		for _, a := range group {
			for j, other := range sameMatters {
				for _, b := range other {
					if same := SameMatter(TermsOf(a), TermsOf(b)); same && i != j {
						t.Errorf("taken for the same: %q and %q (%.2f)", a, b, Alike(TermsOf(a), TermsOf(b)))
					} else if !same && i == j && i != 1 { // two telling words are the least; the company has only one
						t.Errorf("not taken for the same: %q and %q (%.2f): %v %v", a, b, Alike(TermsOf(a), TermsOf(b)), TermsOf(a), TermsOf(b))
					}
				}
			}
		}
	}
	if SameMatter(TermsOf("draw up a long-term programme of industrial cooperation"), TermsOf(sameMatters[0][2])) {
		t.Error("the programme is taken for the centre")
	}
}

// What SameMatter joins, the index of pairs finds.
func TestLikenessFindsTheSameMatter(t *testing.T) {
	for _, group := range sameMatters {
		for _, a := range group {
			for _, b := range group {
				if !SameMatter(TermsOf(a), TermsOf(b)) {
					continue
				}
				pairs := Likeness(b)
				if !slices.ContainsFunc(Likeness(a), func(p string) bool { return slices.Contains(pairs, p) }) {
					t.Errorf("no pair in common: %q and %q", a, b)
				}
			}
		}
	}
}

func TestTwinsStandInOrder(t *testing.T) {
	matter := func(text string, at float64) Matter { return Matter{Terms: TermsOf(text), At: at} }
	german := []Matter{matter(sameMatters[2][2], .2), matter(sameMatters[0][0], .5), matter(sameMatters[1][0], .6)}
	russian := []Matter{matter("обсудить региональную повестку", .05), matter(sameMatters[2][1], .25), matter(sameMatters[0][1], .5), matter(sameMatters[1][1], .62), matter("провести очередную встречу", .9)}
	if twins, _ := Align(german, russian); !slices.Equal(twins, []int{1, 2, 3}) {
		t.Errorf("twins are %v", twins)
	}
	if twins, _ := Align(german[:1], nil); !slices.Equal(twins, []int{-1}) {
		t.Errorf("twins of nothing are %v", twins)
	}
}
