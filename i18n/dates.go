package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nb is a no-break space: a date does not break across lines.
const nb = "\u00a0"

// names are the months and weekdays of a language, and the months as they
// stand in a short date.
type names struct {
	months   [12]string
	short    [12]string
	weekdays [7]string // Sunday first
	group    string    // between thousands
}

var calendar = map[Lang]names{
	En: {
		months:   split12("January February March April May June July August September October November December"),
		short:    split12("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
		weekdays: split7("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
		group:    ",",
	},
	Ru: {
		months:   split12("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
		short:    split12("янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек."),
		weekdays: split7("воскресенье понедельник вторник среда четверг пятница суббота"),
		group:    nb,
	},
	Uz: {
		months:   split12("yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr"),
		short:    split12("yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr"),
		weekdays: split7("yakshanba dushanba seshanba chorshanba payshanba juma shanba"),
		group:    nb,
	},
	Kk: {
		months:   split12("қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"),
		short:    split12("қаң. ақп. нау. сәу. мам. мау. шіл. там. қыр. қаз. қар. жел."),
		weekdays: split7("жексенбі дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі"),
		group:    nb,
	},
	De: {
		months:   split12("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
		short:    split12("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."),
		weekdays: split7("Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag"),
		group:    ".",
	},
}

func split12(s string) [12]string { return [12]string(strings.Fields(s)) }
func split7(s string) [7]string   { return [7]string(strings.Fields(s)) }

// Weekday returns the name of a date's day of the week.
func (p *Printer) Weekday(d time.Time) string { return calendar[p.lang].weekdays[d.Weekday()] }

// Date returns a date with the month's name and the year: 13 June 2025.
func (p *Printer) Date(d time.Time) string {
	month := calendar[p.lang].months[d.Month()-1]
	switch p.lang {
	case Ru:
		return fmt.Sprintf("%d"+nb+"%s"+nb+"%d"+nb+"г.", d.Day(), month, d.Year())
	case Uz:
		return fmt.Sprintf("%d-yil"+nb+"%d-%s", d.Year(), d.Day(), month)
	case Kk:
		return fmt.Sprintf("%d"+nb+"жылғы"+nb+"%d"+nb+"%s", d.Year(), d.Day(), month)
	case De:
		return fmt.Sprintf("%d."+nb+"%s"+nb+"%d", d.Day(), month, d.Year())
	}
	return fmt.Sprintf("%d"+nb+"%s"+nb+"%d", d.Day(), month, d.Year())
}

// LongDate returns a date with its weekday: Friday, 13 June 2025.
func (p *Printer) LongDate(d time.Time) string {
	if p.lang == Kk {
		return p.Date(d) + ", " + p.Weekday(d)
	}
	return p.Weekday(d) + ", " + p.Date(d)
}

// ShortDate returns a date without its year where that is today's: 13 Jun.
func (p *Printer) ShortDate(d, today time.Time) string {
	if d.Year() != today.Year() {
		return p.shortYear(d)
	}
	month := calendar[p.lang].short[d.Month()-1]
	switch p.lang {
	case Uz:
		return fmt.Sprintf("%d-%s", d.Day(), month)
	case De:
		return fmt.Sprintf("%d."+nb+"%s", d.Day(), month)
	}
	return fmt.Sprintf("%d"+nb+"%s", d.Day(), month)
}

func (p *Printer) shortYear(d time.Time) string {
	month := calendar[p.lang].short[d.Month()-1]
	switch p.lang {
	case Uz, Ru, Kk:
		return p.Date(d)
	case De:
		return fmt.Sprintf("%d."+nb+"%s"+nb+"%d", d.Day(), month, d.Year())
	}
	return fmt.Sprintf("%d"+nb+"%s"+nb+"%d", d.Day(), month, d.Year())
}

// NumericDate returns a date in figures, for print and files: 13.06.2025, in
// English 13/06/2025.
func (p *Printer) NumericDate(d time.Time) string {
	if p.lang == En {
		return d.Format("02/01/2006")
	}
	return d.Format("02.01.2006")
}

// Clock returns hours and minutes of a moment in a zone: 08:30.
func (p *Printer) Clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") }

// Moment returns a moment's short date and time in a zone: 13 Jun, 08:30.
func (p *Printer) Moment(t time.Time, zone *time.Location, today time.Time) string {
	return p.ShortDate(t.In(zone), today) + ", " + p.Clock(t, zone)
}

// Number returns a whole number with its thousands set apart.
func (p *Printer) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, parts...), calendar[p.lang].group)
}

// ShortMonth returns the month of a date as the head of a column: Jun.
func (p *Printer) ShortMonth(d time.Time) string {
	switch {
	case p.lang == Uz:
		return string([]rune(calendar[Uz].short[d.Month()-1])[:3])
	case p.lang == Ru && d.Month() == time.May: // as it stands alone; a date has мая
		return "май"
	}
	return calendar[p.lang].short[d.Month()-1]
}
