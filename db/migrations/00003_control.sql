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

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		revoke update on history from amal_app;
		grant select, insert on seal to amal_app;
		grant select, insert, update on request to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
