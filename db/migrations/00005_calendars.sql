-- +goose Up
-- Calendars: addresses at which calendar programs read dates.

-- A feed: dates for calendar programs at an address that holds a secret, of
-- which the SHA-256 is kept. It shows what its owner may see when it is read. A
-- renewed one has another secret; the old address leads nowhere.
create table calendar_feed (
	id           bigint generated always as identity primary key,
	token_hash   bytea not null unique check (length(token_hash) = 32),
	person_id    bigint not null references person, -- owner
	subject      text not null check (subject in ('person', 'agency', 'directive')), -- person: the owner himself
	agency_id    bigint references agency,
	directive_id bigint references directive on delete cascade, -- one without a number can be taken back
	created_at   timestamptz not null,
	renewed_at   timestamptz, -- its address is not the first one
	read_at      timestamptz, -- last read by a program, to the hour
	revoked_at   timestamptz,
	check ((subject = 'agency') = (agency_id is not null)),
	check ((subject = 'directive') = (directive_id is not null))
);
create index calendar_feed_person on calendar_feed (person_id, id) where revoked_at is null;
create index calendar_feed_directive on calendar_feed (directive_id) where directive_id is not null;

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update on calendar_feed to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
