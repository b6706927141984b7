package handlers

import "amal/rules"

// roundRoutes are what is done with overdue tasks: one, several or in a round.
var roundRoutes = []route{
	{post, "/overdue/remind", "remind", bulk(rules.DecideRemind), 0},
	{post, "/overdue/extend", "review", bulk(rules.DecideExtend), 0},
	{post, "/overdue/escalate", "remind", bulk(rules.DecideEscalate), 0},
	{post, "/overdue/reassign", "review", bulk(rules.DecideReassign), 0},
	{post, "/overdue/undo", "remind", (*App).undoBulk, 0},
	{post, "/views", "see overdue tasks", (*App).saveView, 0},
	{post, "/views/:id/remove", "see overdue tasks", (*App).removeView, 0},
	{get, "/changes", "see overdue tasks", (*App).changes, 0},
	{get, "/rounds", "see overdue tasks", (*App).rounds, 0},
	{post, "/rounds", "remind", (*App).beginRound, 0},
	{get, "/rounds/:id", "see overdue tasks", (*App).round, 0},
	{get, "/rounds/:id/walk", "remind", (*App).walk, 0},
	{post, "/rounds/:id/outcomes", "remind", (*App).minute, 0},
	{post, "/rounds/:id/undo", "remind", (*App).unminute, 0},
	{post, "/rounds/:id/close", "remind", (*App).closeRound, 0},
	{post, "/tasks/:id/late", "report", (*App).explain, 0},
}
