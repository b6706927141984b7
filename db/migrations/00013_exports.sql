-- +goose Up
-- Lists and reports made as files by the clock's jobs, and tables that come in.
create table export (
	id         bigint generated always as identity primary key,
	person_id  bigint not null references person,
	path       text not null check (length(path) between 1 and 2000),
	format     text not null check (format in ('xlsx', 'csv', 'pdf')),
	locale     text not null check (locale in ('en', 'ru', 'uz', 'kk', 'de')),
	title      text not null check (length(title) <= 500),
	rights     text not null,
	state      text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
	attempts   integer not null default 0,
	rows       bigint not null default 0, -- done so far
	size       bigint not null default 0, -- of the file
	name       text not null default '' check (length(name) <= 200), -- of the file
	leased_until timestamptz,
	leased_by  text not null default '',
	created_at timestamptz not null,
	done_at    timestamptz
);
create index export_waiting on export (id) where state in ('waiting', 'running');
create index export_person on export (person_id, id);
create table export_chunk (
	export_id bigint not null references export on delete cascade,
	number    integer not null check (number >= 0),
	bytes     bytea not null check (length(bytes) between 1 and 262144),
	primary key (export_id, number)
);

create table import (
	id         bigint generated always as identity primary key,
	person_id  bigint not null references person,
	kind       text not null check (kind in ('agencies', 'directives', 'tasks')),
	name       text not null check (length(name) between 1 and 200), -- of the file
	header     text[] not null,
	columns    text[] not null, -- which field each column is, '' for none
	days_1904  boolean not null default false, -- its days count from 1904
	rights     text not null,
	state      text not null check (state in ('mapping', 'checking', 'checked', 'writing', 'done')),
	total      integer not null,
	failures   integer not null default 0, -- running; too many stop it
	leased_until timestamptz,
	leased_by  text not null default '',
	created_at timestamptz not null,
	done_at    timestamptz
);
create index import_waiting on import (id) where state in ('checking', 'writing');
create index import_person on import (person_id, id desc);

create table import_row (
	import_id bigint not null references import on delete cascade,
	line      integer not null, -- in the file
	cells     jsonb not null, -- list of texts
	identity  text not null default '', -- what makes it the same thing when it comes again
	fate      text not null default '' check (fate in ('', 'new', 'changed', 'same', 'bad')),
	problems  jsonb not null default '[]', -- rules.Problems
	written   boolean not null default false,
	primary key (import_id, line)
);
create index import_row_fate on import_row (import_id, fate, line);
create index import_row_identity on import_row (import_id, identity, line) where identity <> '';

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on export, export_chunk, import, import_row to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
