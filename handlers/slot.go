package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"amal/db"
	"amal/rules"
	"amal/templates"
)

// slotForm is when somebody wants his daily mail.
type slotForm struct {
	Minute   string   `form:"mail_minute"` // of the day; "" by role
	TimeZone string   `form:"time_zone"`   // "" as the agency's
	Days     []string `form:"mail_day"`    // 1 Monday to 7 Sunday
}

// slotView is that form with the hours and zones offered.
type slotView struct {
	slotForm
	Minutes  []templates.Choice
	Zones    []string
	Weekdays []templates.Choice
}

// The hours that are offered, in minutes of the day.
const firstSlot, lastSlot = 5 * 60, 21 * 60

// slots shows when a person gets his daily mail, typed or as it is kept.
func slots(c echo.Context, me rules.Actor, person *db.Person, typed *slotForm) slotView {
	v := slotView{Zones: zones}
	if typed != nil {
		v.slotForm = *typed
	} else {
		if person.MailMinute != nil {
			v.Minute = strconv.Itoa(*person.MailMinute)
		}
		if person.TimeZone != nil {
			v.TimeZone = *person.TimeZone
		}
		for _, n := range person.Weekdays().Numbers() {
			v.Days = append(v.Days, strconv.Itoa(n))
		}
	}
	for n := 1; n <= 7; n++ {
		number := strconv.Itoa(n)
		v.Weekdays = append(v.Weekdays, templates.Choice{Value: number, Label: say(c).Weekday(time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC)), Chosen: slices.Contains(v.Days, number)})
	}
	roles := make([]rules.Role, len(me.Members))
	for i, m := range me.Members {
		roles[i] = m.Role
	}
	v.Minutes = []templates.Choice{{Label: say(c).T("account.mail.by_role", "Hour", clockWord(rules.Slot(roles))), Chosen: v.Minute == ""}}
	for m := firstSlot; m <= lastSlot; m += rules.SlotEvery {
		v.Minutes = append(v.Minutes, templates.Choice{Value: strconv.Itoa(m), Label: clockWord(m), Chosen: v.Minute == strconv.Itoa(m)})
	}
	return v
}

func clockWord(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// weekdays reads the days ticked; none, which is refused, where one is no day.
func weekdays(ticked []string) rules.Weekdays {
	var days rules.Weekdays
	for _, number := range ticked {
		n, err := strconv.Atoi(number)
		if err != nil || rules.OnDay(n) == 0 {
			return 0
		}
		days |= rules.OnDay(n)
	}
	return days
}

// setSlot keeps when one's daily mail comes.
func (a *App) setSlot(c echo.Context, me rules.Actor) error {
	form, err := bind[slotForm](c)
	if err != nil {
		return err
	}
	in := db.SlotInput{TimeZone: form.TimeZone, Days: weekdays(form.Days), Now: a.Now()}
	if form.Minute != "" {
		minute, err := strconv.Atoi(form.Minute)
		if err != nil {
			minute = -1 // refused below, with the others
		}
		in.Minute = &minute
	}
	if err := a.Store.SetSlot(c.Request().Context(), me, in); err != nil {
		return a.showAccount(c, me, accountTyped{slot: form}, err)
	}
	return a.seeOther(c, "/account", "account.mail.saved")
}
