-- +goose Up
-- Statistics without reading tasks. The rows are counted by the first start
-- afterwards (jobs, "figures").
alter table task add column delay integer not null default 0; -- working days between deadline and the last submission, as counted when it came
alter table cycle add column state jsonb; -- of the task as it closed, for statistics (db.dueState); null: from before there were any

-- How many tasks fall due on a day, or in a month, and what became of them, by
-- agency; so that statistics never read tasks. kind: 'lead' by the present
-- deadline; 'origin' what is to be added to that, or taken off where below zero,
-- to have it by the original one; 'shared' as co-executor by the present one.
-- open to dropped add up to the tasks; moved, reported and returned are some of
-- them (rules.Figures). Kept in the writing transaction.
create table due_count (
	grain      text not null check (grain in ('day', 'month')),
	kind       text not null check (kind in ('lead', 'origin', 'shared')),
	agency_id  bigint not null references agency,
	starts     date not null, -- the deadline, or the first day of its month
	sides      text not null, -- of the directive, in the order of rules.Sides: 'UZ,KZ'
	overdue_at timestamptz not null, -- when that deadline has passed; '-infinity' for a month
	open       integer not null default 0,
	submitted  integer not null default 0,
	on_time    integer not null default 0,
	late       integer not null default 0,
	dropped    integer not null default 0, -- cancelled after the deadline
	moved      integer not null default 0,
	reported   integer not null default 0,
	returned   integer not null default 0,
	primary key (grain, kind, starts, agency_id, sides, overdue_at)
);
create index due_count_agency on due_count (agency_id, starts) where grain = 'day' and kind = 'lead';

-- Tasks accepted late, by how many working days; agency_id 0: of all agencies.
create table delay_count (
	grain     text not null check (grain in ('day', 'month')),
	agency_id bigint not null,
	starts    date not null, -- the deadline, or the first day of its month
	sides     text not null,
	days      integer not null, -- working days of the lead's country, in steps (rules.DelayStep)
	n         integer not null,
	primary key (grain, agency_id, starts, sides, days)
);

-- Accepted tasks by the week in which the accepted report was sent and the year
-- of the deadline.
create table done_count (
	week     date not null, -- its Monday, UTC
	due_year integer not null, -- 0: no deadline
	sides    text not null,
	n        integer not null,
	primary key (week, due_year, sides)
);

-- The figures of due_count (kind 'lead', deadlines passed) as they were shown
-- on a day: one copy a day, kept for two months, then the first of each month.
-- What it holds can be computed anew from history (db/standing.go).
create table due_past (
	taken_on  date not null, -- UTC
	agency_id bigint not null references agency,
	starts    date not null, -- first day of the month of the deadlines
	sides     text not null,
	taken_at  timestamptz not null,
	open      integer not null,
	submitted integer not null,
	on_time   integer not null,
	late      integer not null,
	dropped   integer not null,
	moved     integer not null,
	reported  integer not null,
	returned  integer not null,
	primary key (taken_on, starts, agency_id, sides)
);

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on due_count, delay_count, done_count, due_past to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
