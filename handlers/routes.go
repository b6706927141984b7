package handlers

import (
	"net/http"
	"slices"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is every address of Amal with the permission it asks for. It reads as
// the list of what the web does; a golden file shows it by role.
var routes = slices.Concat(accountRoutes, registerRoutes, calendarRoutes, taskRoutes, adminRoutes, ledgerRoutes, tableRoutes, roundRoutes)

var accountRoutes = []route{
	{get, "/", "anyone", (*App).start, 0},
	{get, "/signin", "anyone", (*App).signInForm, 0},
	{post, "/signin", "anyone", (*App).signIn, 0},
	{post, "/signin/link", "anyone", (*App).askForLink, 0},
	{get, "/link/:token", "anyone", (*App).linkPage, 0},
	{post, "/link/:token", "anyone", (*App).useLink, 0},
	{get, "/a/:token", "anyone", (*App).answerPage, 0},
	{post, "/a/:token", "anyone", (*App).answer, 0},
	{post, "/signout", "signed in", (*App).signOut, 0},
	{get, "/help", "anyone", (*App).help, 0},
	{get, "/kept", "signed in", (*App).keptForm, 0},
	{get, "/account", "signed in", (*App).account, 0},
	{post, "/account/language", "signed in", (*App).setLanguage, 0},
	{post, "/account/mail", "signed in", (*App).setSlot, 0},
	{post, "/account/password", "signed in", (*App).setPassword, 0},
	{post, "/account/absence", "signed in", (*App).addStandIn, 0},
	{post, "/account/absence/:id/end", "signed in", (*App).endStandIn, 0},
	{post, "/account/pause", "signed in", (*App).setPause, 0},
	{post, "/account/pause/end", "signed in", (*App).endPause, 0},
	{post, "/account/sessions/end", "signed in", (*App).endSessions, 0},
	{post, "/account/calendars", "see tasks", (*App).addOwnFeed, 0},
	{post, "/account/calendars/:id/renew", "signed in", (*App).renewFeed, 0},
	{post, "/account/calendars/:id/revoke", "signed in", (*App).revokeFeed, 0},
	{get, "/feeds/:token", "anyone", (*App).feed, 0},
}

var registerRoutes = []route{
	{get, "/meetings", "see the register", (*App).meetings, 0},
	{get, "/meetings/new", "record", (*App).newMeeting, 0},
	{post, "/meetings", "record", (*App).addMeeting, 0},
	{get, "/meetings/:id", "see the register", (*App).meeting, 0},
	{get, "/meetings/:id/edit", "record", (*App).editMeeting, 0},
	{post, "/meetings/:id", "record", (*App).changeMeeting, 0},
	{get, "/meetings/:id/documents/new", "record", (*App).newDocument, 0},
	{post, "/meetings/:id/documents", "record", (*App).addDocument, documentLimit},
	{post, "/meetings/:id/events", "record", (*App).addEvent, 0},
	{post, "/meetings/:id/indicators", "record", (*App).addIndicator, 0},
	{get, "/documents/:id", "see tasks", (*App).document, 0},
	{post, "/documents/:id/proposals", "record", (*App).decide, 0},
	{get, "/documents/:id/beside/:other", "see the register", (*App).beside, 0},
	{get, "/documents/:id/original", "see tasks", (*App).original, 0},
	{get, "/directives", "see the register", (*App).directives, 0},
	{get, "/directives/new", "record", (*App).newDirective, 0},
	{post, "/directives", "record", (*App).addDirective, 0},
	{get, "/directives/:id", "see tasks", (*App).directive, 0},
	{get, "/directives/:id/edit", "record", (*App).editDirective, 0},
	{post, "/directives/:id", "record", (*App).changeDirective, 0},
	{get, "/directives/:id/statements.pdf", "see tasks", (*App).chainPDF, 0},
	{post, "/directives/:id/ladder", "see tasks", (*App).setLadder, 0},
	{post, "/directives/:id/lineage", "record", (*App).relate, 0},
	{post, "/directives/:id/lineage/remove", "record", (*App).unrelate, 0},
	{post, "/directives/:id/calendar", "see tasks", (*App).addDirectiveFeed, 0},
	{post, "/directives/:id/assign", "assign", (*App).assignAll, 0},
	{get, "/directives/:id/tasks/new", "record", (*App).newTask, 0},
	{post, "/directives/:id/tasks", "record", (*App).addTask, 0},
}

var calendarRoutes = []route{
	{get, "/calendar", "see tasks", (*App).calendarMonth, 0},
	{get, "/events", "see tasks", (*App).events, 0},
	{get, "/events/new", "record", (*App).newEvent, 0},
	{post, "/events", "record", (*App).noteEvent, 0},
	{get, "/events/:id", "see tasks", (*App).event, 0},
	{get, "/events/:id/edit", "record", (*App).editEvent, 0},
	{post, "/events/:id", "record", (*App).changeEvent, 0},
	{post, "/events/:id/cancel", "record", (*App).callOff, 0},
	{post, "/events/:id/reinstate", "record", (*App).reinstate, 0},
	{post, "/events/:id/remove", "record", (*App).removeEvent, 0},
	{post, "/events/:id/due", "record", (*App).tie, 0},
	{post, "/events/:id/due/remove", "record", (*App).untie, 0},
	{post, "/events/:id/move-along", "review", (*App).moveAlong, 0},
	{post, "/directives/:id/event", "record", (*App).setEventOf, 0},
	{get, "/events/:id/pack", "see the register", (*App).packHTML, 0},
	{get, "/events/:id/pack.pdf", "see the register", (*App).packPDF, 0},
	{get, "/events/:id/brief", "see the register", (*App).brief, 0},
	{get, "/events/:id/brief.pdf", "see the register", (*App).briefPDF, 0},
	{get, "/reports", "see the register", (*App).reports, 0},
	{get, "/reports/overdue", "see the register", (*App).overdueRegister, 0},
	{get, "/reports/due", "see the register", (*App).dueRegister, 0},
	{get, "/reports/matrix", "see the register", (*App).matrix, 0},
	{get, "/meetings/:id/open", "see the register", (*App).openOfMeeting, 0},
	{get, "/indicators", "see the register", (*App).indicators, 0},
	{get, "/indicators/:id", "see the register", (*App).indicator, 0},
	{post, "/indicators/:id", "record", (*App).changeIndicator, 0},
	{post, "/indicators/:id/values", "record", (*App).addValue, 0},
	{post, "/indicators/:id/values/:value", "record", (*App).correctValue, 0},
	{post, "/indicators/:id/values/:value/remove", "record", (*App).takeOffValue, 0},
	{post, "/indicators/:id/values/:value/restore", "record", (*App).putBackValue, 0},
	{post, "/indicators/:id/remove", "record", (*App).removeIndicator, 0},
}

var taskRoutes = []route{
	{get, "/stocktake", "see the register", (*App).stocktake, 0},
	{get, "/stocktake/agencies", "see tasks", (*App).agencyTable, 0},
	{get, "/search", "see tasks", (*App).search, 0},
	{get, "/tasks", "report", (*App).myTasks, 0},
	{get, "/tasks/:id", "see tasks", (*App).task, 0},
	{get, "/tasks/:id/edit", "assign", (*App).editTask, 0},
	{post, "/tasks/:id", "assign", (*App).changeTask, 0},
	{post, "/tasks/:id/assign", "assign", (*App).assign, 0},
	{post, "/tasks/:id/receive", "report", (*App).receive, 0},
	{post, "/tasks/:id/report", "report", (*App).report, 0},
	{post, "/tasks/:id/no-change", "report", (*App).noChange, 0},
	{post, "/tasks/:id/withdraw", "report", (*App).withdraw, 0},
	{post, "/tasks/:id/accept", "review", (*App).accept, 0},
	{post, "/tasks/:id/return", "review", (*App).sendBack, 0},
	{post, "/tasks/:id/cancel", "review", (*App).cancel, 0},
	{post, "/tasks/:id/reopen", "reopen", (*App).reopen, 0},
	{get, "/tasks/:id/card", "see tasks", (*App).card, 0},
	{get, "/tasks/:id/card.pdf", "see tasks", (*App).cardPDF, 0},
	{get, "/tasks/:id/letter", "remind", (*App).letter, 0},
	{get, "/tasks/:id/letter.pdf", "remind", (*App).letterPDF, 0},
	{post, "/tasks/:id/files", "report", (*App).addFile, fileLimit},
	{get, "/files/:id", "see tasks", (*App).file, 0},
	{post, "/files/:id/remove", "report", (*App).removeFile, 0},
	{post, "/tasks/:id/draft", "report", (*App).keepDraft, 0},
	{post, "/tasks/:id/contribution", "report", (*App).contribute, 0},
	{post, "/tasks/:id/extension", "report", (*App).askMore, 0},
	{post, "/tasks/:id/transfer", "report", (*App).askTransfer, 0},
	{post, "/tasks/:id/deadline", "review", (*App).moveDeadline, 0},
	{post, "/tasks/:id/requests/:request", "review", (*App).judge, 0},
	{post, "/tasks/:id/requests/:request/withdraw", "report", (*App).takeBackRequest, 0},
	{post, "/tasks/:id/notes", "ask and answer", (*App).addNote, 0},
	{post, "/tasks/:id/undo", "see tasks", (*App).undo, 0},
	{get, "/review", "review", (*App).reviewQueue, 0},
	{get, "/overdue", "see overdue tasks", (*App).overdue, 0},
}

var adminRoutes = []route{
	{get, "/agencies", "see agencies", (*App).agencies, 0},
	{get, "/agencies/new", "administer", (*App).newAgency, 0},
	{post, "/agencies", "administer", (*App).addAgency, 0},
	{post, "/agencies/:id/calendar", "see tasks", (*App).addAgencyFeed, 0},
	{get, "/agencies/:id", "administer", (*App).agency, 0},
	{post, "/agencies/:id", "administer", (*App).changeAgency, 0},
	{get, "/people", "administer", (*App).people, 0},
	{get, "/people/new", "administer", (*App).newPerson, 0},
	{post, "/people", "administer", (*App).addPerson, 0},
	{get, "/people/:id", "administer", (*App).person, 0},
	{post, "/people/:id", "administer", (*App).changePerson, 0},
	{post, "/people/:id/hand-over", "administer", (*App).handOver, 0},
	{post, "/people/:id/link", "administer", (*App).makeLink, 0},
	{get, "/holidays", "administer", (*App).holidays, 0},
	{post, "/holidays", "administer", (*App).addHoliday, 0},
	{post, "/holidays/remove", "administer", (*App).removeHoliday, 0},
}

var ledgerRoutes = []route{
	{get, "/reminders", "see the ledger", (*App).ledger, 0},
	{post, "/reminders/:id/again", "send a mail again", (*App).sendAgain, 0},
	{post, "/reminders/release", "administer", (*App).releaseMails, 0},
	{get, "/mailbox", "anyone", (*App).mailbox, 0},
	{get, "/mailbox/:id", "anyone", (*App).caughtMail, 0},
	{get, "/mailbox/:id/html", "anyone", (*App).caughtHTML, 0},
}

// tableRoutes are lists as files, out and in.
var tableRoutes = []route{
	{get, "/exports/:id", "signed in", (*App).exportState, 0},
	{get, "/exports/:id/file", "signed in", (*App).exportFile, 0},
	{get, "/imports", "bring tables in", (*App).imports, 0},
	{post, "/imports", "bring tables in", (*App).addImport, documentLimit},
	{get, "/imports/:id", "bring tables in", (*App).importPage, 0},
	{post, "/imports/:id/columns", "bring tables in", (*App).setColumns, 0},
	{post, "/imports/:id/write", "bring tables in", (*App).writeImport, 0},
	{post, "/imports/:id/remove", "bring tables in", (*App).dropImport, 0},
}
