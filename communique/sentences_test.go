package communique

import (
	"reflect"
	"testing"
)

func quotes(text string) []string {
	runes := []rune(text)
	var out []string
	for _, s := range Sentences(text) {
		out = append(out, string(runes[s.Start:s.End]))
	}
	return out
}

func TestSentencesOfALine(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		want       []string
	}{
		{"two plain sentences", "The parties agreed. The work goes on.", []string{"The parties agreed.", "The work goes on."}},
		{"German ordinal", "Am 29. März begann das Treffen zum 75. Jahrestag. Es war die 3. Sitzung.",
			[]string{"Am 29. März begann das Treffen zum 75. Jahrestag.", "Es war die 3. Sitzung."}},
		{"German number at the end", "Der Wert stieg auf 46. Die Seiten waren zufrieden.", []string{"Der Wert stieg auf 46.", "Die Seiten waren zufrieden."}},
		{"German year at the end", "Das gilt bis 2027. Beide Seiten stimmten zu.", []string{"Das gilt bis 2027.", "Beide Seiten stimmten zu."}},
		{"Russian number at the end", "Принято решений: 12. Совет доволен.", []string{"Принято решений: 12.", "Совет доволен."}},
		{"Russian abbreviations", "Ввод составит 5 тыс. тонн к 2026 г. в г. Ташкенте. Отв. А. Б. Каримов.",
			[]string{"Ввод составит 5 тыс. тонн к 2026 г. в г. Ташкенте.", "Отв. А. Б. Каримов."}},
		{"year sign at the end", "Срок до 1 мая 2025 г. Министерству доложить.", []string{"Срок до 1 мая 2025 г.", "Министерству доложить."}},
		{"English abbreviations", "Mr. Karimov met Dr. Smith at No. 5 St. James St. on Monday. They talked.",
			[]string{"Mr. Karimov met Dr. Smith at No. 5 St. James St. on Monday.", "They talked."}},
		{"initials", "Вице-премьеру Р. Скляру поручено это. Конец.", []string{"Вице-премьеру Р. Скляру поручено это.", "Конец."}},
		{"inline numbers", "They will meet next year. 2. They agreed on trade. 3. Done.",
			[]string{"They will meet next year.", "They agreed on trade.", "Done."}},
		{"number begins a sentence", "Йиғилиш тугади. 20 ноябрь куни учрашув бўлди.", []string{"Йиғилиш тугади.", "20 ноябрь куни учрашув бўлди."}},
		{"quote goes on", "«Что делать?» – спросил он. «Работать!» Все встали.", []string{"«Что делать?» – спросил он.", "«Работать!»", "Все встали."}},
		{"decimal and date", "Рост 2.6 и срок 30.06.2025 названы. Итог.", []string{"Рост 2.6 и срок 30.06.2025 названы.", "Итог."}},
		{"ellipsis", "Мы ждали… и дождались. Да… Хорошо.", []string{"Мы ждали… и дождались.", "Да…", "Хорошо."}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := quotes(c.text); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestMarkersAndRows(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"number", "1. Министерству сделать.", "Министерству сделать."},
		{"nested number", "2.1. Министерству сделать.", "Министерству сделать."},
		{"nested number without dot", "2.1 Министерству сделать.", "Министерству сделать."},
		{"letter", "a) The side will act.", "The side will act."},
		{"bracketed", "(3) The side will act.", "The side will act."},
		{"Roman", "IV. The side will act.", "The side will act."},
		{"dash", "– Министерству сделать;", "Министерству сделать;"},
		{"bullet", "• Министерству сделать", "Министерству сделать"},
		{"number and tab", "7)\tМинистерству сделать", "Министерству сделать"},
		{"piped row", "| 3 | Сделать | Минфин |", "Сделать | Минфин"},
		{"tabbed row", "4\tСделать\tМинфин", "Сделать\tМинфин"},
		{"German date is no marker", "29. März 2025 in Almaty", "29. März 2025 in Almaty"},
		{"date is no marker", "15.03.2025 начало", "15.03.2025 начало"},
		{"decimal is no marker", "1.5 million tonnes", "1.5 million tonnes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := quotes(c.text); len(got) != 1 || got[0] != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSentencesNeverCrossLines(t *testing.T) {
	t.Parallel()
	for _, br := range []string{"\n", "\r\n", "\u2028", "\v", "\f", "\u0085"} {
		got := quotes("The work" + br + "goes on." + br)
		if want := []string{"The work", "goes on."}; !reflect.DeepEqual(got, want) {
			t.Errorf("break %q: got %q", br, got)
		}
	}
}

func TestHeadlineAndParagraphs(t *testing.T) {
	t.Parallel()
	got := Sentences("Presidents meet\nin Bukhara\n\nThey talked. They left.\n\nThe end.")
	want := []Sentence{{1, 0, 15, 1, true}, {2, 16, 26, 1, true}, {3, 28, 40, 2, false}, {4, 41, 51, 2, false}, {5, 53, 61, 3, false}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if one := Sentences("Ministry to act by May"); len(one) != 1 || one[0].Headline {
		t.Errorf("a single line is no headline: %v", one)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, lang, script string }{
		{"Die Seiten vereinbarten, die Zusammenarbeit zu vertiefen.", "de", "Latn"},
		{"The parties agreed to deepen their cooperation.", "en", "Latn"},
		{"Стороны договорились углубить сотрудничество.", "ru", "Cyrl"},
		{"Tomonlar hamkorlikni chuqurlashtirishga kelishib oldilar.", "uz", "Latn"},
		{"Томонлар ҳамкорликни чуқурлаштиришга келишиб олдилар ва қарор қилдилар.", "uz", "Cyrl"},
		{"Тараптар ынтымақтастықты тереңдетуге уағдаласты.", "kk", "Cyrl"},
		{"تاراپتار ىنتىماقتاستىقتى تەرەڭدەتۋگە ۋاعدالاستى", "kk", "Arab"},
		{"Taraptar yntymaqtastyqty tereńdetý jáne damytý úshin kelisti.", "kk", "Latn"},
		{"Тәреплер биргеликте ислесиў ҳәм раўажландырыў бойынша келисип алды.", "kaa", "Cyrl"},
		{"Тараптар кызматташтыкты тереңдетүү жөнүндө макулдашты, өкмөт үчүн.", "ky", "Cyrl"},
		{"Cumhurbaşkanı ve bakanlar için bir toplantı yapıldı.", "tr", "Latn"},
		{"12345", "und", "Zyyy"},
		{"", "und", "Zyyy"},
	}
	for _, c := range cases {
		if lang, script := Detect(c.text); lang != c.lang || script != c.script {
			t.Errorf("%q: got %s-%s, want %s-%s", c.text, lang, script, c.lang, c.script)
		}
	}
}

// FuzzSentences: any bytes give sentences that lie in the text, in order, one
// after the other, the same each time.
func FuzzSentences(f *testing.F) {
	for _, text := range []string{"", "\n\n", "Am 29. März kamen sie. Danach gingen sie.", "1. Поручить…\r\n2) Срок: 30.06.2025 г.", "a\tb\tc\n\x00\xff\xfe", "Oʻzbekiston. Ҳукуматга topshirildi!", "«»)(…?!."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		length, end := len([]rune(text)), 0
		all := Sentences(text)
		for i, s := range all {
			if s.Number != i+1 || s.Start < end || s.End <= s.Start || s.End > length {
				t.Fatalf("sentence %+v after %d in %d signs", s, end, length)
			}
			end = s.End
		}
		if again := Sentences(text); len(again) != len(all) {
			t.Fatal("a second reading gives something else")
		}
	})
}
