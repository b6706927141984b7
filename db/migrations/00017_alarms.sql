-- +goose Up
-- Administrators are told of troubles of the installation by mail.

-- A trouble of the installation that administrators are told of: one open row per
-- cause, with what is known of it. Causes are those of rules.Causes.
create table alarm (
	id      bigint generated always as identity primary key,
	cause   text not null check (cause in ('ticks_late', 'job_fails', 'mail_server', 'mails_wait', 'addresses', 'mails_failed')),
	since   timestamptz not null,
	over_at timestamptz, -- null: it lasts
	n       integer not null default 0, -- mails or addresses, as last seen
	detail  text not null default '' -- a machine's words
);
create unique index alarm_open on alarm (cause) where over_at is null;
create unique index alarm_gap on alarm (since) where cause = 'ticks_late'; -- noticed by several servers at once

alter table message drop constraint message_kind_check,
	add constraint message_kind_check check (kind in ('digest', 'now', 'alarm')),
	add column alarm_id bigint references alarm, -- kind 'alarm' only
	add column says_over boolean not null default false, -- it tells that the trouble is over
	add constraint message_alarm_check check ((kind = 'alarm') = (alarm_id is not null));
create index message_failed on message (created_at) where state = 'failed';
create unique index message_alarm on message (header_id) where kind = 'alarm'; -- its key
create unique index message_alarm_waiting on message (alarm_id, person_id) where kind = 'alarm' and state = 'waiting';
create index message_alarm_told on message (alarm_id, person_id) where kind = 'alarm';

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update on alarm to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
