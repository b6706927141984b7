-- +goose Up
-- The lead of an overdue task says why, and what comes next.
alter table task
	add column late_reason text not null default '' check (length(late_reason) <= 2000),
	add column late_plan   text not null default '' check (length(late_plan) <= 2000),
	add column late_for    integer not null default 0;
create index task_heard on task (coalesce(heard_at, assigned_at), id) where status in ('assigned', 'in_progress', 'returned');
create index history_changes on history (act, at, id) where subject = 'task' and act in ('assign', 'accept', 'return', 'cancel', 'grant', 'move_deadline', 'transfer');
create index history_leads on history (at, id) where subject = 'task' and act = 'edit' and changes ? 'lead';

-- A going-through of overdue tasks, one after the other. When it is closed its
-- minutes are kept as values: what was decided and what had changed since an
-- earlier moment, as it was seen then. sides: whose register it went through;
-- who sees the register of all of them reads the minutes.
create table review_round (
	id        bigint generated always as identity primary key,
	title     text not null default '' check (length(title) <= 200),
	sides     text[] not null check (cardinality(sides) > 0 and sides <@ array['UZ', 'KZ']),
	query     text not null default '' check (length(query) <= 2000), -- filters of the overdue list, as in its address
	since     timestamptz not null, -- changes from then on stand in the minutes
	begun_by  bigint not null references person,
	begun_at  timestamptz not null,
	closed_by bigint references person,
	closed_at timestamptz,
	minutes   jsonb,
	check ((closed_at is null) = (closed_by is null)),
	check ((closed_at is null) = (minutes is null))
);
create index review_round_begun on review_round (begun_at desc, id desc);

-- What was decided on a task in a round.
create table review_outcome (
	id        bigint generated always as identity primary key,
	round_id  bigint not null references review_round,
	task_id   bigint not null references task,
	decision  text not null check (decision in ('noted', 'remind', 'extend', 'escalate', 'reassign')),
	text      text not null default '' check (length(text) <= 2000),
	deadline  date, -- the new one, of an extension
	agency_id bigint references agency, -- the new lead, of a transfer
	person_id bigint not null references person,
	at        timestamptz not null,
	undone_at timestamptz
);
create index review_outcome_round on review_outcome (round_id, id);
create index review_outcome_task on review_outcome (task_id);

-- The minutes of a closed round never change.
-- +goose StatementBegin
create function keep_minutes() returns trigger language plpgsql as $$
begin
	if old.closed_at is not null then
		raise exception 'round % is closed and stays', old.id;
	end if;
	return new;
end
$$;
-- +goose StatementEnd
create trigger round_stays before update or delete on review_round for each row execute function keep_minutes();

-- A list with its filters under a name: the query of its address. agency_id:
-- shared with the people of that agency; everybody sees there what he may see.
create table saved_view (
	id         bigint generated always as identity primary key,
	person_id  bigint not null references person,
	agency_id  bigint references agency,
	path       text not null check (path in ('/overdue', '/changes')),
	query      text not null check (length(query) <= 2000),
	name       text not null check (length(name) between 1 and 200),
	created_at timestamptz not null
);
create index saved_view_person on saved_view (person_id, path);
create index saved_view_agency on saved_view (agency_id, path) where agency_id is not null;

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update on review_round, review_outcome, saved_view to amal_app;
		grant delete on saved_view to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
