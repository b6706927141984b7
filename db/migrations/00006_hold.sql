-- +goose Up
-- Mails are held back after a restore until a person releases them.

-- Whether mails are held back; one row at most. A restore writes it: nothing is
-- planned, opened or sent until a person releases it.
create table hold (
	one         boolean primary key default true check (one),
	held_at     timestamptz not null,
	state_at    timestamptz, -- last look of the clock in what was restored
	released_at timestamptz, -- null: mails are held
	released_by bigint references person, -- null: by command
	sent_until  timestamptz -- as who released it says: until then mails had still gone out
);
-- a backup of an older schema, restored by a program that knows this one
insert into hold (held_at) select now() from setting where key = 'held';
delete from setting where key = 'held';

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update on hold to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
