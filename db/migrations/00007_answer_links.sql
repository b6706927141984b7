-- +goose Up
-- Answers from a mail, without signing in.
alter table message add column answer_key bytea check (length(answer_key) = 32);

-- Secrets in mails: whoever holds one may answer for one person on one task,
-- until it expires and as far as rules let him at that moment. Only the token's
-- SHA-256 is kept. A new address or disabling removes a person's links.
create table answer_link (
	token_hash bytea primary key check (length(token_hash) = 32),
	person_id  bigint not null references person,
	task_id    bigint not null references task,
	message_id bigint not null references message, -- the mail that carries it
	created_at timestamptz not null,
	expires_at timestamptz not null,
	check (expires_at > created_at),
	unique (task_id, message_id)
);
create index answer_link_person on answer_link (person_id);
create index answer_link_expiry on answer_link (expires_at);

-- What was done by such a link: each act once.
create table answer_use (
	token_hash bytea not null references answer_link on delete cascade,
	act        text not null check (act in ('receive', 'no_change', 'report', 'ask_more')),
	used_at    timestamptz not null,
	primary key (token_hash, act)
);

-- +goose StatementBegin
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant select, insert, update, delete on answer_link, answer_use to amal_app;
	end if;
end
$$;
-- +goose StatementEnd
