-- +goose Up
-- Events with sides, kinds, hours and what is due for them; figures with values
-- over time; the calendar's index.

alter table event
	alter column meeting_id drop not null,
	add column kind text not null default 'other' check (kind in ('summit', 'commission', 'visit', 'other')),
	add column sides text[] check (cardinality(sides) > 0 and sides <@ array['UZ', 'KZ']),
	add column ends_on date check (ends_on > starts_on),
	add column from_minute smallint check (from_minute between 0 and 1439),
	add column to_minute smallint check (to_minute between 0 and 1439),
	add column was_on date,
	add column cancelled_at timestamptz,
	add column cancel_note text not null default '' check (length(cancel_note) <= 2000),
	add column version integer not null default 1;
update event e set sides = m.sides from meeting m where m.id = e.meeting_id;
alter table event alter column sides set not null;
create index event_coming on event (coalesce(starts_on, 'infinity'), id);

alter table directive add column event_id bigint;
alter table directive add foreign key (event_id) references event on delete set null;
create index directive_event on directive (event_id) where event_id is not null;
alter table task add column event_id bigint;
alter table task add foreign key (event_id) references event on delete set null;
create index task_event on task (event_id) where event_id is not null;
create index task_deadline on task (deadline, lead_id, id) where status in ('assigned', 'in_progress', 'returned', 'submitted');
create index task_done on task (decided_at desc, id desc) where status = 'accepted';

alter table indicator
	add column unit text not null default '' check (length(unit) <= 40),
	add column target numeric(20, 4),
	add column target_on date,
	add column target_wording text not null default '' check (length(target_wording) <= 500),
	add column version integer not null default 1;
create table indicator_value (
	id           bigint generated always as identity primary key,
	indicator_id bigint not null references indicator on delete cascade,
	period       text not null check (period in ('day', 'month', 'quarter', 'year')),
	ends_on      date not null, -- last day of the period
	value        numeric(20, 4) not null,
	source       text not null check (length(source) between 1 and 500),
	note         text not null default '' check (length(note) <= 2000),
	version      integer not null default 1,
	created_by   bigint not null references person,
	created_at   timestamptz not null,
	changed_by   bigint not null references person,
	changed_at   timestamptz not null,
	removed_at   timestamptz,
	removed_by   bigint references person
);
create unique index indicator_value_period on indicator_value (indicator_id, ends_on, period) where removed_at is null;

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on indicator_value to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
