-- +goose Up
-- How many tasks of an agency are overdue, without adding up each of its days.
create table open_span (
	scope     text not null,
	days      integer not null check (days in (16, 256)),
	starts_at timestamptz not null,
	n         integer not null,
	primary key (scope, days, starts_at)
);
insert into open_span (scope, days, starts_at, n)
select scope, days, date_bin(make_interval(days => days), overdue_at, 'epoch'), sum(n)
from open_count, unnest(array[16, 256]) days
where state = 'open' and scope like 'agency:%' and overdue_at < 'infinity'
group by 1, 2, 3;
-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on open_span to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
