-- +goose Up
-- Control of execution: history is only added to and sealed; extensions and transfers.
alter table history add column undoes bigint references history;
create unique index history_undoes on history (undoes) where undoes is not null;
-- what was undone before: its task's next row is the undoing
update history u set undoes = h.id from history h
where h.undone and u.act = 'undo' and u.subject = h.subject and u.subject_id = h.subject_id
	and u.id = (select min(n.id) from history n where n.subject = h.subject and n.subject_id = h.subject_id and n.act = 'undo' and n.id > h.id);
alter table history drop column undone;

-- The seal over the rows of history from from_id to to_id, as db/seal.go takes
-- it: each over the one before, so that nothing can be changed, taken out or cut
-- off without showing (amal verify). Only added to.
create table seal (
	id       bigint generated always as identity primary key,
	from_id  bigint not null, -- of history, both among them
	to_id    bigint not null,
	entries  integer not null,
	previous bytea not null check (length(previous) = 32),
	hash     bytea not null check (length(hash) = 32),
	at       timestamptz not null,
	check (to_id >= from_id),
	unique (from_id)
);

alter table task add column moves integer not null default 0;

-- Somebody who stands in for an absent person from one day to another, both
-- among them: he sees and does what the absent one would, and gets his mails.
create table stand_in (
	id         bigint generated always as identity primary key,
	person_id  bigint not null references person, -- absent
	deputy_id  bigint not null references person,
	from_day   date not null,
	to_day     date not null,
	created_by bigint not null references person,
	created_at timestamptz not null,
	ended_at   timestamptz, -- ended before its last day
	check (to_day >= from_day),
	check (person_id <> deputy_id)
);
create index stand_in_person on stand_in (person_id, to_day);
create index stand_in_deputy on stand_in (deputy_id, to_day);

-- What an agency asks of the controller about a task: more time, or that
-- another agency takes it. A deadline that a controller or manager moves on his
-- own motion is a request that was granted at once.
create table request (
	id         bigint generated always as identity primary key,
	task_id    bigint not null references task,
	kind       text not null check (kind in ('extension', 'transfer')),
	reason     text not null check (length(reason) between 1 and 2000),
	deadline   date, -- when it was asked
	wanted     date, -- extension: the later date
	agency_id  bigint references agency, -- transfer: who is to take it
	late       boolean not null default false, -- asked when the window had closed
	own_motion boolean not null default false,
	asked_by   bigint not null references person,
	asked_at   timestamptz not null,
	state      text not null check (state in ('pending', 'granted', 'changed', 'refused', 'withdrawn')),
	granted    date, -- extension: the date that was given
	note       text not null default '' check (length(note) <= 2000),
	decided_by bigint references person,
	decided_at timestamptz,
	check ((kind = 'extension') = (wanted is not null)),
	check ((kind = 'transfer') = (agency_id is not null)),
	check ((state = 'pending') = (decided_at is null))
);
create unique index request_pending on request (task_id, kind) where state = 'pending';
create index request_task on request (task_id, id);
create index request_waiting on request (asked_at, id) where state = 'pending';

alter table agency add column review_levels integer not null default 1 check (review_levels between 1 and 3);
alter table agency add column review_days integer not null default 3 check (review_days between 1 and 3);
alter table task add column review_level integer not null default 0;
alter table task add column result text not null default '' check (result in ('', 'done', 'partly', 'overtaken'));
update task set result = 'done' where status = 'accepted';
alter table report_point add column state text not null default 'done' check (state in ('done', 'partly', 'not'));
alter table note add column visibility text not null default 'both' check (visibility in ('own', 'both', 'public'));

alter table directive add column official boolean not null default false;
alter table task add column merged_into bigint references task;
alter table task add column period text not null default '' check (period in ('', 'month', 'quarter', 'year'));
alter table task add column anchor date;
alter table task add column cycle integer not null default 0;
alter table agency add column folded text;
create index agency_folded on agency using gin (folded gin_trgm_ops);
alter table directive add column folded text;
create index directive_folded on directive using gin (folded gin_trgm_ops);
alter table task add column folded text;
create index task_folded on task using gin (folded gin_trgm_ops);
alter table report add column folded text;
create index report_folded on report using gin (folded gin_trgm_ops);

-- A due day of a periodic task that is over: reported, or missed (no report).
create table cycle (
	task_id   bigint not null references task,
	number    integer not null check (number >= 0),
	due       date not null, -- by the anchor, moved off days off
	report_id bigint references report, -- null: missed
	late      boolean not null default false,
	closed_at timestamptz not null,
	primary key (task_id, number)
);

-- Who approved a completion report on which level; the last level accepts.
create table approval (
	report_id bigint not null references report,
	level     integer not null check (level between 1 and 3),
	person_id bigint not null references person,
	at        timestamptz not null,
	note      text not null default '' check (length(note) <= 20000),
	primary key (report_id, level)
);

-- What a person has typed of a report and not sent yet.
create table report_draft (
	task_id   bigint not null references task,
	person_id bigint not null references person,
	fields    text not null check (length(fields) <= 1000000), -- url-encoded
	at        timestamptz not null,
	primary key (task_id, person_id)
);

-- What a co-executor gives for the lead's report; report_id is the completion
-- report that it went into, null while it waits.
create table contribution (
	id        bigint generated always as identity primary key,
	task_id   bigint not null references task,
	agency_id bigint not null references agency,
	text      text not null check (length(text) between 1 and 20000),
	person_id bigint not null references person,
	at        timestamptz not null,
	report_id bigint references report
);
create unique index contribution_waiting on contribution (task_id, agency_id) where report_id is null;
create index contribution_report on contribution (report_id) where report_id is not null;

-- A file given as evidence. Its bytes lie in file_chunk, 256 KB in each row.
-- report_id null: not sent yet, only its agency sees it. type is what its first
-- bytes say; nothing is run or shown inline.
create table file (
	id         bigint generated always as identity primary key,
	task_id    bigint not null references task,
	report_id  bigint references report,
	agency_id  bigint not null references agency,
	person_id  bigint not null references person,
	name       text not null check (length(name) between 1 and 200),
	kind       text not null check (kind in ('document', 'photo', 'data', 'other')),
	visibility text not null default 'both' check (visibility in ('own', 'both', 'public')),
	type       text not null check (length(type) <= 200),
	size       bigint not null check (size between 0 and 26214400),
	sha256     bytea not null check (length(sha256) = 32),
	at         timestamptz not null,
	folded     text -- its name as it is searched
);
create index file_folded on file using gin (folded gin_trgm_ops);
create index file_task on file (task_id, id);
create index file_report on file (report_id) where report_id is not null;
create table file_chunk (
	file_id bigint not null references file,
	number  integer not null check (number >= 0),
	bytes   bytea not null check (length(bytes) between 1 and 262144),
	primary key (file_id, number)
);

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		revoke update on history from amal_app;
		grant select, insert on seal to amal_app;
		grant select, insert, update on stand_in, cycle, request, approval, report_draft, contribution, file, file_chunk to amal_app;
		grant delete on cycle, approval, report_draft, contribution, file, file_chunk to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
