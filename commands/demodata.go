package commands

import (
	"time"

	"amal/rules"
)

// demoPassword is the password of all accounts of the demonstration.
const demoPassword = "amal-demo"

// demoAgency is a made-up body: no delay is pinned on a real one.
type demoAgency struct {
	code, side, kind       string
	en, ru, uz, kk, de     string
	locale, zone, calendar string
}

var demoAgencies = []demoAgency{
	{"secretariat", "joint", "office", "Sample joint secretariat", "Образец: совместный секретариат", "Namuna: qoʻshma kotibiyat", "Үлгі: бірлескен хатшылық", "Muster: Gemeinsames Sekretariat", "en", "Asia/Tashkent", "UZ"},
	{"uz-industry", "UZ", "ministry", "Sample agency for industry (UZ)", "Образец: ведомство промышленности (УЗ)", "Namuna: sanoat idorasi (OʻZ)", "Үлгі: өнеркәсіп мекемесі (ӨЗ)", "Muster: Stelle für Industrie (UZ)", "uz", "Asia/Tashkent", "UZ"},
	{"uz-transport", "UZ", "ministry", "Sample agency for transport (UZ)", "Образец: ведомство транспорта (УЗ)", "Namuna: transport idorasi (OʻZ)", "Үлгі: көлік мекемесі (ӨЗ)", "Muster: Stelle für Verkehr (UZ)", "ru", "Asia/Tashkent", "UZ"},
	{"uz-customs", "UZ", "committee", "Sample agency for customs (UZ)", "Образец: таможенное ведомство (УЗ)", "Namuna: bojxona idorasi (OʻZ)", "Үлгі: кеден мекемесі (ӨЗ)", "Muster: Stelle für Zoll (UZ)", "uz", "Asia/Tashkent", "UZ"},
	{"uz-trade", "UZ", "agency", "Sample agency for trade (UZ)", "Образец: ведомство торговли (УЗ)", "Namuna: savdo idorasi (OʻZ)", "Үлгі: сауда мекемесі (ӨЗ)", "Muster: Stelle für Handel (UZ)", "en", "Asia/Tashkent", "UZ"},
	{"kz-industry", "KZ", "ministry", "Sample agency for industry (KZ)", "Образец: ведомство промышленности (КЗ)", "Namuna: sanoat idorasi (QZ)", "Үлгі: өнеркәсіп мекемесі (ҚЗ)", "Muster: Stelle für Industrie (KZ)", "kk", "Asia/Almaty", "KZ"},
	{"kz-transport", "KZ", "ministry", "Sample agency for transport (KZ)", "Образец: ведомство транспорта (КЗ)", "Namuna: transport idorasi (QZ)", "Үлгі: көлік мекемесі (ҚЗ)", "Muster: Stelle für Verkehr (KZ)", "ru", "Asia/Almaty", "KZ"},
	{"kz-agriculture", "KZ", "ministry", "Sample agency for agriculture (KZ)", "Образец: ведомство сельского хозяйства (КЗ)", "Namuna: qishloq xoʻjaligi idorasi (QZ)", "Үлгі: ауыл шаруашылығы мекемесі (ҚЗ)", "Muster: Stelle für Landwirtschaft (KZ)", "kk", "Asia/Almaty", "KZ"},
	{"kz-trade", "KZ", "agency", "Sample agency for trade (KZ)", "Образец: ведомство торговли (КЗ)", "Namuna: savdo idorasi (QZ)", "Үлгі: сауда мекемесі (ҚЗ)", "Muster: Stelle für Handel (KZ)", "de", "Asia/Almaty", "KZ"},
}

// demoPerson is one account of the demonstration.
type demoPerson struct {
	account, name string
	roles         map[string]rules.Role // by agency
}

var demoPeople = []demoPerson{
	{"staff", "Secretariat (sample)", map[string]rules.Role{"secretariat": rules.Staff}},
	{"controller", "Controller (sample)", map[string]rules.Role{"secretariat": rules.Controller}},
	{"manager", "Manager (sample)", map[string]rules.Role{"secretariat": rules.Manager}},
	{"head", "Head (sample)", map[string]rules.Role{"secretariat": rules.Head}},
	{"admin", "Administrator (sample)", map[string]rules.Role{"secretariat": rules.Admin}},
	{"auditor", "Auditor (sample)", map[string]rules.Role{"secretariat": rules.Auditor}},
	{"focal.uz", "Focal point UZ (sample)", map[string]rules.Role{"uz-industry": rules.Focal, "uz-transport": rules.Focal}},
	{"focal.kz", "Focal point KZ (sample)", map[string]rules.Role{"kz-transport": rules.Focal, "kz-industry": rules.Focal}},
	{"customs.uz", "Focal point customs UZ (sample)", map[string]rules.Role{"uz-customs": rules.Focal}},
	{"trade.uz", "Focal point trade UZ (sample)", map[string]rules.Role{"uz-trade": rules.Focal}},
	{"agriculture.kz", "Focal point agriculture KZ (sample)", map[string]rules.Role{"kz-agriculture": rules.Focal}},
	{"trade.kz", "Focal point trade KZ (sample)", map[string]rules.Role{"kz-trade": rules.Focal}},
}

// demoDirective is what the communiqué yields, by the exact words.
type demoDirective struct {
	key, words string
	strength   rules.Strength
	title      string
	points     []string
	due        string // fixed date
	wording    string
	noDate     string
	tasks      []demoTask
}

// demoTask is a task with its deadline in days from the day of loading, and
// what happened to it.
type demoTask struct {
	title, lead string
	others      []string
	points      []string
	due         int    // days from today
	parent      string // title of the task above
	milestone   bool
	given       int // days ago it was assigned; 0: a draft
	steps       []demoStep
}

// demoStep is something that happened to a task, days ago.
type demoStep struct {
	ago        int
	do         string // receive, report, help, same, input, file, finish, return, accept, cancel, ask, answer, more, grant, why
	text, next string
}

var demoDirectives = []demoDirective{
	{
		key: "programme", words: "ein langfristiges Programm der industriellen Zusammenarbeit auszuarbeiten", strength: rules.Instructed,
		title:  "Draw up a long-term programme of industrial cooperation",
		points: []string{"A joint draft of the programme is agreed by both governments", "Each branch has named projects with dates"},
		noDate: "The communiqué names no date; the programme follows its own plan.",
		tasks: []demoTask{
			{title: "Terms of reference of the joint working group", lead: "kz-industry", due: -45, given: 80, points: []string{"Terms of reference are signed"}, steps: []demoStep{
				{70, "receive", "", ""}, {50, "finish", "Both sides signed the terms of reference.", ""}, {48, "accept", "", ""}}},
			{title: "First draft of the programme", lead: "uz-industry", others: []string{"kz-industry"}, due: 25, given: 75, points: []string{"A draft with chapters for each branch is sent to the other side"}, steps: []demoStep{
				{72, "receive", "", ""}, {20, "report", "Three of five chapters are written.", "The chapters on energy and textiles follow in two weeks."},
				{7, "input", "Our part of the chapter on machine building is with you since Monday; figures for two branches still come.", ""}}},
			{title: "Joint projects in machine building and electrical engineering", lead: "uz-industry", due: -4, given: 60, parent: "First draft of the programme", points: []string{"A list of projects with partners"}, steps: []demoStep{
				{58, "receive", "", ""}, {10, "report", "Fourteen of twenty companies have answered.", "Six answers are expected this week."},
				{2, "why", "Six companies wait for their partners' signatures.", "The list is closed on Friday with the answers that are there."}}},
			{title: "Joint projects in textiles and agriculture", lead: "kz-agriculture", due: -12, given: 60, parent: "First draft of the programme", points: []string{"A list of projects with partners", "Needs for finance are named"}, steps: []demoStep{
				{57, "receive", "", ""}, {14, "finish", "The list names nine projects.", ""}, {9, "return", "Two projects have no partner yet, and the needs for finance are missing.", ""}}},
			{title: "Joint projects in oil and gas", lead: "uz-industry", due: 8, given: 60, parent: "First draft of the programme", points: []string{"A list of projects with partners"}, steps: []demoStep{
				{55, "receive", "", ""}, {1, "finish", "Five projects are agreed with the other side; the sixth has an owner since yesterday.", ""}}},
			{title: "Comments of both governments", lead: "kz-industry", others: []string{"uz-industry"}, due: 40, given: 30, milestone: true, points: []string{"Comments of all bodies are gathered in one table"}},
		},
	},
	{
		key: "infrastructure", words: "Infrastrukturvorhaben von regionaler Bedeutung zügiger umzusetzen", strength: rules.Instructed,
		title:  "Speed up infrastructure projects of regional importance",
		points: []string{"A joint list of projects with dates is kept", "Border crossings are modernised by plan"},
		noDate: "The communiqué names no date; each project has its own.",
		tasks: []demoTask{
			{title: "Joint list of priority transport projects", lead: "kz-transport", others: []string{"uz-transport"}, due: -32, given: 90, points: []string{"One list is agreed by both sides"}, steps: []demoStep{
				{88, "receive", "", ""}, {26, "report", "The list stands but for two rail projects.", "A call with the other side is set for next week."}, {6, "ask", "Which two rail projects are open, and who decides?", ""}, {5, "answer", "The two southern lines; the deputy heads decide.", ""},
				{20, "why", "Both sides count the southern lines in another way.", "The deputy heads settle it at their next call; the list follows within a week."}}},
			{title: "Timetable for modernising three border crossings", lead: "uz-customs", due: -18, given: 50, points: []string{"A timetable with dates for each crossing"}},
			{title: "Cost estimates for modernising border crossings", lead: "kz-transport", due: -11, given: 70, points: []string{"An estimate for each of the eleven crossings"}, steps: []demoStep{
				{65, "receive", "", ""}, {13, "finish", "Estimates for nine crossings are attached.", ""}, {8, "return", "The list names 11 crossings, but only 9 have an estimate.", ""},
				{2, "more", "The last two crossings wait for a survey of the ground; the surveyors come next week.", ""}}},
			{title: "Single electronic queue at crossing points", lead: "uz-transport", others: []string{"kz-transport"}, due: 3, given: 45, points: []string{"The queue runs at two crossings"}, steps: []demoStep{
				{44, "receive", "", ""}, {9, "help", "The data exchange is not agreed.", "Please bring the two data centres together."}}},
			{title: "Forecast of freight volumes on the southern corridor", lead: "kz-transport", due: 10, given: 40, points: []string{"A forecast for five years"}, steps: []demoStep{
				{39, "receive", "", ""}, {21, "more", "The figures of both railways come with the quarter's end only.", ""}, {19, "grant", "Granted; please show the first two years before.", ""}, {12, "same", "", ""}}},
			{title: "Progress report on road projects", lead: "uz-transport", due: -2, given: 50, points: []string{"A report on each project"}, steps: []demoStep{
				{49, "receive", "", ""}, {4, "file", "road-projects.csv", "project,state\nring road,under way\nbridge,under way\n"}, {3, "finish", "All four projects are described, with pictures.", ""}}},
			{title: "Power line feasibility: choose the route", lead: "kz-industry", due: -40, given: 85, points: []string{"One route is chosen, with reasons"}, steps: []demoStep{
				{80, "receive", "", ""}, {45, "report", "Two of three routes are examined.", "The third needs a survey."},
				{30, "why", "Snow kept the surveyors from the third route.", "The survey begins as soon as the road is open; the choice follows ten days later."}}},
			{title: "Passenger rail timetable for the summer", lead: "uz-transport", due: 60, points: []string{"A timetable agreed by both railways"}},
		},
	},
	{
		key: "centre", words: "die praktische Arbeit am Internationalen Zentrum für industrielle Zusammenarbeit noch in diesem Jahr beginnen", strength: rules.Stressed,
		title:  "Begin practical work on the International Centre for Industrial Cooperation",
		points: []string{"The founding documents are in force", "Building of stage one has begun"},
		due:    "2025-12-31", wording: "noch in diesem Jahr",
		tasks: []demoTask{
			{title: "Bring the founding documents into force", lead: "uz-industry", due: -60, given: 90, points: []string{"The documents are ratified by both sides"}, steps: []demoStep{
				{88, "receive", "", ""}, {62, "finish", "The documents are ratified and published.", ""}, {58, "accept", "", ""}}},
			{title: "Land plot and engineering networks", lead: "kz-industry", due: 0, given: 60, points: []string{"The plot is handed over", "Water and power are connected"}, steps: []demoStep{
				{58, "receive", "", ""}, {15, "report", "The plot is handed over; power is connected.", "Water follows."}}},
			{title: "Stage one: put into operation", lead: "uz-industry", others: []string{"kz-industry"}, due: 50, given: 35, milestone: true, points: []string{"The first residents work in the centre"}},
			{title: "Rules for resident companies", lead: "kz-trade", due: -6, given: 45, points: []string{"The rules are approved by both sides"}, steps: []demoStep{
				{44, "receive", "", ""}, {4, "finish", "The rules are approved; the text is linked.", ""}}},
		},
	},
	{
		key: "company", words: "die gemeinsame Außenhandelsgesellschaft ihre Tätigkeit ausweiten", strength: rules.Stressed,
		title:  "Extend the activities of the joint foreign trade company",
		points: []string{"The company works in both countries", "Its export list is agreed"},
		noDate: "The deadline in the sentence stands with the Centre only.",
		tasks: []demoTask{
			{title: "Open two offices of the joint trading company", lead: "uz-trade", due: -11, given: 55, points: []string{"Both offices are open to companies"}, steps: []demoStep{
				{54, "receive", "", ""}, {17, "report", "One office is open.", "The second lease is being signed."}}},
			{title: "Export list of the joint trading company", lead: "kz-trade", others: []string{"uz-trade"}, due: 5, given: 40, points: []string{"A list of goods agreed by both sides"}, steps: []demoStep{
				{39, "receive", "", ""}, {8, "report", "The list has 60 of about 80 goods.", "The rest follows this week."}}},
			{title: "Register a branch in a third country", lead: "kz-trade", due: 20, given: 40, points: []string{"The branch is registered"}, steps: []demoStep{
				{21, "cancel", "Replaced by the export list: minutes of the working group.", ""}}},
		},
	},
	{
		key: "reports", words: "Die stellvertretenden Premierminister beider Länder trugen vor, wie der Handel und die Kooperation führender Unternehmen im Maschinenbau, in der Elektrotechnik, bei Öl und Gas, Textilien und in der Landwirtschaft vorankommen.", strength: rules.Noted,
		title:  "Deputy prime ministers report on trade and cooperation projects",
		points: []string{"A report each quarter from both sides"},
		noDate: "The report comes again each quarter.",
		tasks: []demoTask{
			{title: "Quarterly report on trade and cooperation, Uzbekistan", lead: "uz-trade", due: -1, given: 30, points: []string{"Figures of trade by branch", "State of each project"}, steps: []demoStep{{29, "receive", "", ""}}},
			{title: "Quarterly report on trade and cooperation, Kazakhstan", lead: "kz-trade", due: 2, given: 30, points: []string{"Figures of trade by branch", "State of each project"}, steps: []demoStep{
				{28, "receive", "", ""}, {1, "finish", "Figures and projects are in the linked report.", ""}}},
		},
	},
}

// demoDay is the day of the meeting.
var demoDay = time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC)
