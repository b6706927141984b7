-- +goose Up
-- The reader's page: decisions on proposals, twins in other languages, lineage,
-- documents up to 10 MB.
alter table document drop constraint document_original_check;
alter table document add constraint document_original_check check (length(original) <= 10485760);
alter table directive add column likeness text[] not null default '{}';
create index directive_likeness on directive using gin (likeness);

-- The same words in another language of the same source: a directive is kept
-- once and rests on each of them.
create table twin_passage (
	directive_id bigint not null references directive,
	passage_id   bigint not null references passage,
	created_by   bigint not null references person,
	created_at   timestamptz not null,
	primary key (directive_id, passage_id)
);
create index twin_passage_passage on twin_passage (passage_id);

-- What a directive has to do with an earlier one.
create table lineage (
	directive_id bigint not null references directive,
	kind         text not null check (kind in ('restates', 'replaces', 'part_of', 'merges')),
	earlier_id   bigint not null references directive,
	created_by   bigint not null references person,
	created_at   timestamptz not null,
	primary key (directive_id, earlier_id),
	check (directive_id <> earlier_id)
);
create index lineage_earlier on lineage (earlier_id);

-- A directive may be taken back only before it has a number.
-- +goose StatementBegin
create function keep_numbered() returns trigger language plpgsql as $$
begin
	if old.number is not null then
		raise exception '% % has a number and stays', tg_table_name, old.id;
	end if;
	return old;
end
$$;
-- +goose StatementEnd
create trigger directive_stays before delete on directive for each row execute function keep_numbered();
create trigger task_stays before delete on task for each row execute function keep_numbered();

-- What a person decided on what the reader proposed; kept with the version of
-- the reader's tables, so that they can be improved. proposed and taken hold
-- the same fields, as the reader had them and as they were recorded.
create table proposal (
	id           bigint generated always as identity primary key,
	document_id  bigint not null references document,
	starts       integer not null check (starts >= 0), -- the clause, in code points
	ends         integer not null,
	kind         text not null check (kind in ('instruction', 'agreement', 'intention', 'report', 'event', 'indicator')),
	rule_set     text not null,
	proposed     jsonb not null,
	decision     text not null check (decision in ('confirmed', 'changed', 'linked', 'declined')),
	taken        jsonb not null default '{}',
	directive_id bigint references directive on delete set null,
	event_id     bigint references event on delete set null,
	indicator_id bigint references indicator on delete set null,
	decided_by   bigint not null references person,
	decided_at   timestamptz not null,
	undone_at    timestamptz, -- taken back: it is proposed again
	check (ends > starts)
);
create unique index proposal_standing on proposal (document_id, starts, ends, kind) where undone_at is null;
create index proposal_directive on proposal (directive_id) where directive_id is not null;

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update on twin_passage, lineage, proposal to amal_app;
		grant delete on directive, task, lineage, twin_passage to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
