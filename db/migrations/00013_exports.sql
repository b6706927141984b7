-- +goose Up
-- Lists and reports made as files by the clock's jobs.
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

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on export, export_chunk to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
