package i18n

import (
	"fmt"
	"time"
)

// alone are the months as they stand without a day, and the weekdays in short,
// Monday first, where a language has them in another form.
var alone = map[Lang]struct {
	months [12]string
	days   [7]string
}{
	En: {calendar[En].months, split7("Mon Tue Wed Thu Fri Sat Sun")},
	Ru: {split12("Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь"), split7("пн вт ср чт пт сб вс")},
	Uz: {calendar[Uz].months, split7("du se ch pa ju sh ya")},
	Kk: {calendar[Kk].months, split7("дс сс ср бс жм сб жс")},
	De: {calendar[De].months, split7("Mo Di Mi Do Fr Sa So")},
}

// Month returns a month with its year, as a heading: June 2025.
func (p *Printer) Month(d time.Time) string {
	month := alone[p.lang].months[d.Month()-1]
	switch p.lang {
	case Uz:
		return fmt.Sprintf("%d-yil"+nb+"%s", d.Year(), month)
	case Kk:
		return fmt.Sprintf("%d"+nb+"жылғы"+nb+"%s", d.Year(), month)
	}
	return month + nb + fmt.Sprint(d.Year())
}

// ShortDay returns the short name of a date's day of the week: Fri.
func (p *Printer) ShortDay(d time.Time) string { return alone[p.lang].days[(d.Weekday()+6)%7] }
