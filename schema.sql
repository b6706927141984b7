-- The whole schema of Amal, as it is today. Read this first.
--
-- An empty database gets this file and all version stamps in one transaction;
-- an older one is brought here by db/migrations, and a test compares the two.
-- Two roles: the owner (migrations) and the app (amal_app, at the end).
-- Obligations are dates, moments are timestamptz. Figures of length are those
-- of rules/rules.go; lists of words are those of rules, and a test compares them.

create extension if not exists pg_trgm;

-- Facts about this installation: 'demo' = 'true' marks sample data.
create table setting (
	key   text primary key,
	value text not null
);

-- A body that executes or keeps the register. side 'joint' belongs to all.
create table agency (
	id         bigint generated always as identity primary key,
	code       text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{1,59}$'),
	side       text not null check (side in ('UZ', 'KZ', 'joint')),
	kind       text not null check (kind in ('office', 'ministry', 'agency', 'committee', 'commission', 'region', 'company', 'other')),
	parent_id  bigint references agency,
	name_en    text not null check (length(name_en) between 1 and 200),
	name_ru    text not null default '' check (length(name_ru) <= 200),
	name_uz    text not null default '' check (length(name_uz) <= 200),
	name_kk    text not null default '' check (length(name_kk) <= 200),
	name_de    text not null default '' check (length(name_de) <= 200),
	short_en   text not null default '' check (length(short_en) <= 200),
	short_ru   text not null default '' check (length(short_ru) <= 200),
	short_uz   text not null default '' check (length(short_uz) <= 200),
	short_kk   text not null default '' check (length(short_kk) <= 200),
	aliases    text[] not null default '{}', -- other names and cases, for the reader
	certainty  text not null default '', -- of the names: confirmed, known, check; tr= translated languages
	email      text not null default '' check (length(email) <= 254), -- official mailbox
	email_refused_at timestamptz, -- the mail server refused the mailbox for good
	locale     text not null default 'en' check (locale in ('en', 'ru', 'uz', 'kk', 'de')),
	time_zone  text not null check (time_zone <> ''), -- IANA name
	country    text not null check (country in ('UZ', 'KZ')), -- whose working calendar
	retired_at timestamptz, -- no longer offered for new tasks
	version    integer not null default 1,
	created_at timestamptz not null,
	folded     text, -- names as they are searched (rules.Fold); null: to be folded
	review_levels integer not null default 1 check (review_levels between 1 and 3), -- of reports that its people control
	review_days   integer not null default 3 check (review_days between 1 and 3) -- working days to decide
);
create index agency_folded on agency using gin (folded gin_trgm_ops);
create index agency_parent on agency (parent_id) where parent_id is not null;

-- Somebody who signs in or gets mail. password_hash null: only by link so far.
create table person (
	id            bigint generated always as identity primary key,
	email         text not null check (email = lower(email) and length(email) between 3 and 254),
	name          text not null check (length(name) between 1 and 200),
	locale        text check (locale in ('en', 'ru', 'uz', 'kk', 'de')), -- null: as the browser says, in mail as the agency's
	password_hash text,
	email_refused_at timestamptz, -- the mail server refused the address for good
	disabled_at   timestamptz,
	visited_at    timestamptz, -- last request
	version       integer not null default 1,
	created_at    timestamptz not null,
	mail_minute   smallint check (mail_minute between 0 and 1439 and mail_minute % 15 = 0), -- of the day, for the daily mail; null: by role
	time_zone     text check (time_zone <> ''), -- IANA name; null: the agency's
	mail_days     smallint check (mail_days between 1 and 126 and mail_days & 31 <> 0), -- bits from Monday 1 to Sunday 64; null: all working days
	pause_from    date, -- of mails; both days among them
	pause_to      date check ((pause_from is null) = (pause_to is null) and pause_to >= pause_from)
);
create unique index person_email on person (email);
create index person_name on person (lower(name), id);

-- One role of a person in one agency.
create table member (
	person_id bigint not null references person,
	agency_id bigint not null references agency,
	role      text not null check (role in ('staff', 'focal', 'controller', 'manager', 'head', 'admin', 'auditor')),
	primary key (person_id, agency_id)
);
create index member_agency on member (agency_id, role);

-- Somebody who stands in for an absent person from one day to another, both
-- among them: he sees and does what the absent one would, and gets his mails.
create table stand_in (
	id         bigint generated always as identity primary key,
	person_id  bigint not null references person, -- absent
	deputy_id  bigint not null references person,
	from_day   date not null,
	to_day     date not null,
	created_by bigint not null references person,
	created_at timestamptz not null,
	ended_at   timestamptz, -- ended before its last day
	check (to_day >= from_day),
	check (person_id <> deputy_id)
);
create index stand_in_person on stand_in (person_id, to_day);
create index stand_in_deputy on stand_in (deputy_id, to_day);

-- A signed-in browser. Only the token's SHA-256 is kept.
create table session (
	token_hash bytea primary key,
	id         bigint generated always as identity unique, -- for the list on /account
	person_id  bigint references person,
	data       bytea not null,
	address    text not null default '',
	agent      text not null default '',
	created_at timestamptz not null,
	seen_at    timestamptz not null,
	expires_at timestamptz not null
);
create index session_person on session (person_id);
create index session_expiry on session (expires_at);

-- Secrets in links: hashed, for one person and purpose, used once.
create table one_time_link (
	token_hash bytea primary key,
	person_id  bigint references person, -- null: the first administrator, who is not there yet
	purpose    text not null check (purpose in ('password', 'sign_in', 'first_admin')),
	created_at timestamptz not null,
	expires_at timestamptz not null,
	used_at    timestamptz
);
create index one_time_link_person on one_time_link (person_id);

-- Throttle of sign-in and of mailed links, per account and per address.
create table throttle (
	key        text primary key, -- 'email:…' or 'address:…', hashed
	tries      integer not null,
	first_at   timestamptz not null,
	until      timestamptz not null -- no try before this moment
);

-- A form whose session had ended while somebody typed; kept for an hour and
-- given back to the same person after signing in. Nothing sends itself.
create table kept_form (
	token_hash bytea primary key, -- of a secret that only this browser holds
	person_id  bigint references person, -- whose session it was
	path       text not null,
	fields     bytea not null, -- url-encoded, without passwords
	expires_at timestamptz not null
);

-- Answers to a form sent twice: the key was made with the form.
create table form_key (
	key       text primary key,
	person_id bigint not null references person,
	target    text not null, -- the address the first one answered with
	at        timestamptz not null
);
create index form_key_at on form_key (at);

-- Days off and worked weekend days of a country's five-day week.
create table holiday (
	country    text not null check (country in ('UZ', 'KZ')),
	day        date not null,
	kind       text not null check (kind in ('off', 'work')),
	name_en    text not null check (length(name_en) between 1 and 200),
	name_local text not null default '' check (length(name_local) <= 200),
	basis      text not null default '' check (length(basis) <= 500), -- law, decree, order
	certainty  text not null default 'official' check (certainty in ('official', 'press', 'computed', 'expected')),
	primary key (country, day)
);

-- Where leaders spoke.
create table meeting (
	id         bigint generated always as identity primary key,
	title      text not null check (length(title) between 1 and 500),
	held_on    date not null,
	place      text not null check (length(place) between 1 and 200),
	level      text not null check (level in ('heads_of_state', 'heads_of_government', 'deputy_heads', 'ministers', 'working')),
	sides      text[] not null check (cardinality(sides) > 0 and sides <@ array['UZ', 'KZ']),
	version    integer not null default 1,
	created_by bigint not null references person,
	created_at timestamptz not null
);
create index meeting_by_date on meeting (held_on desc, id desc);

-- A source text of a meeting. original holds the bytes as they came; text the
-- decoded ones (NFC, LF, no BOM, no NUL), in which passages count code points.
create table document (
	id         bigint generated always as identity primary key,
	meeting_id bigint not null references meeting,
	kind       text not null check (kind in ('communique', 'minutes', 'decree', 'other')),
	title      text not null check (length(title) between 1 and 500),
	language   text not null check (length(language) between 2 and 12), -- BCP 47, as read or corrected
	dated_on   date not null,
	origin     text not null default '' check (length(origin) <= 500), -- where it was published
	file_name  text not null default '' check (length(file_name) <= 200), -- '' = pasted
	original   bytea not null check (length(original) <= 10485760),
	sha256     bytea not null check (length(sha256) = 32), -- of original
	text       text not null check (text <> ''),
	created_by bigint not null references person,
	created_at timestamptz not null
);
create index document_meeting on document (meeting_id);

-- An exact span of a document's text: code points, half-open.
create table passage (
	id          bigint generated always as identity primary key,
	document_id bigint not null references document,
	starts      integer not null check (starts >= 0),
	ends        integer not null,
	check (ends > starts),
	unique (document_id, starts, ends)
);

-- One counter per year and kind; the row is locked while a number is given.
create table counter (
	kind text not null check (kind in ('directive')),
	year integer not null,
	last integer not null,
	primary key (kind, year)
);

-- One thing leaders instructed, agreed, stressed or noted. Its number is given
-- when its first task is assigned: year of the meeting and a counter.
create table directive (
	id            bigint generated always as identity primary key,
	meeting_id    bigint not null references meeting,
	passage_id    bigint references passage, -- null: oral
	oral_by       text not null default '' check (length(oral_by) <= 200), -- who said it, where there is no passage
	number_year   integer,
	number        integer,
	strength      text not null check (strength in ('instructed', 'agreed', 'stressed', 'noted')),
	title         text not null check (length(title) between 1 and 500),
	sides         text[] not null check (cardinality(sides) > 0 and sides <@ array['UZ', 'KZ']),
	deadline      date,
	original_deadline date, -- as first set; never changes afterwards
	deadline_rule text not null default '' check (length(deadline_rule) <= 40), -- key of rules.DeadlineRules, '' = typed
	deadline_wording text not null default '' check (length(deadline_wording) <= 500), -- as the source says it
	no_deadline_reason text not null default '' check (length(no_deadline_reason) <= 500),
	controller_id bigint references person,
	tasks         integer not null default 0, -- last number given to a task
	version       integer not null default 1,
	created_by    bigint not null references person,
	created_at    timestamptz not null,
	official      boolean not null default false, -- for official use: titles and words stay out of mails
	ladder        text not null default 'standard' check (ladder in ('standard', 'close', 'quiet')), -- of rules.Ladder
	folded        text, -- number, title and passage as they are searched
	likeness      text[] not null default '{}', -- pairs of its telling words (communique.Likeness), to find who says it again
	event_id      bigint, -- event it is due for
	check ((passage_id is null) = (oral_by <> '')),
	check ((number is null) = (number_year is null)),
	unique (number_year, number)
);
create index directive_meeting on directive (meeting_id);
create index directive_passage on directive (passage_id) where passage_id is not null;
create index directive_controller on directive (controller_id);
create index directive_folded on directive using gin (folded gin_trgm_ops);
create index directive_likeness on directive using gin (likeness);
create index directive_by_number on directive (coalesce(number_year, 0), coalesce(number, 0), id);
create index directive_untouched on directive (coalesce(number_year, 0), coalesce(number, 0), id) where tasks = 0;

-- The expected result of a directive, point by point.
create table directive_point (
	directive_id bigint not null references directive,
	number       integer not null check (number > 0),
	text         text not null check (length(text) between 1 and 2000),
	primary key (directive_id, number)
);

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
create function keep_numbered() returns trigger language plpgsql as $$
begin
	if old.number is not null then
		raise exception '% % has a number and stays', tg_table_name, old.id;
	end if;
	return old;
end
$$;
create trigger directive_stays before delete on directive for each row execute function keep_numbered();

-- A piece of work that one lead agency owes. overdue_at is the moment the day
-- after the deadline begins in the lead agency's zone; every list, count and
-- mail asks overdue_at <= now. next_step_on is the first day a reminder may
-- fall due; each change sets it again.
create table task (
	id           bigint generated always as identity primary key,
	directive_id bigint not null references directive,
	parent_id    bigint references task,
	number       integer check (number > 0), -- within the directive, given when assigned
	milestone    boolean not null default false,
	title        text not null check (length(title) between 1 and 500),
	lead_id      bigint references agency,
	focal_id     bigint references person, -- the focal point who answers; null: every one of the agency
	status       text not null check (status in ('draft', 'assigned', 'in_progress', 'submitted', 'returned', 'accepted', 'cancelled')),
	deadline     date,
	original_deadline date, -- as at assignment, of a periodic task as its cycle began; never changes afterwards
	deadline_version integer not null default 1,
	deadline_set_on date,
	deadline_rule text not null default '' check (length(deadline_rule) <= 40),
	deadline_wording text not null default '' check (length(deadline_wording) <= 500),
	no_deadline_reason text not null default '' check (length(no_deadline_reason) <= 500),
	overdue_at   timestamptz,
	assigned_at  timestamptz,
	heard_at     timestamptz, -- last word from the lead
	signal       text not null default '' check (signal in ('', 'under_way', 'needs_help', 'finished', 'no_change')),
	no_changes   integer not null default 0, -- said running
	submitted_at timestamptz, -- of the submission that stands
	submissions  integer not null default 0,
	returns      integer not null default 0,
	decided_at   timestamptz,
	cancel_ground text not null default '' check (cancel_ground in ('', 'revoked', 'replaced', 'merged', 'outdated')),
	next_step_on date,
	version      integer not null default 1,
	created_by   bigint not null references person,
	created_at   timestamptz not null,
	changed_by   bigint not null references person, -- who last did or said something
	changed_at   timestamptz not null,
	merged_into  bigint references task, -- of a cancelled one: what took its place
	period       text not null default '' check (period in ('', 'month', 'quarter', 'year')), -- a report each
	anchor       date, -- first due day of a periodic task; month arithmetic starts from it
	cycle        integer not null default 0, -- which due day is the present one, from 0
	folded       text, -- number and title as they are searched
	moves        integer not null default 0, -- how often its deadline was moved
	review_level integer not null default 0, -- approvals of the submission that stands
	result       text not null default '' check (result in ('', 'done', 'partly', 'overtaken')), -- of an accepted one
	late_reason  text not null default '' check (length(late_reason) <= 2000), -- why it is late, as the lead says
	late_plan    text not null default '' check (length(late_plan) <= 2000), -- what the lead does next, and by when
	late_for     integer not null default 0, -- the deadline_version that these two are about; 0: not given
	delay        integer not null default 0, -- working days between deadline and the last submission, as counted when it came
	event_id     bigint, -- event it is due for
	check (status in ('draft', 'cancelled') or (lead_id is not null and number is not null and assigned_at is not null)),
	check ((deadline is null) = (overdue_at is null) or status in ('draft', 'cancelled')),
	unique (directive_id, number)
);
create trigger task_stays before delete on task for each row execute function keep_numbered();
create index task_parent on task (parent_id) where parent_id is not null;
create index task_folded on task using gin (folded gin_trgm_ops);
create index task_overdue on task (overdue_at, id) where status in ('assigned', 'in_progress', 'returned');
create index task_lead_open on task (lead_id, coalesce(overdue_at, 'infinity'), id) where status in ('assigned', 'in_progress', 'returned');
create index task_untold on task (overdue_at, id) where status in ('assigned', 'in_progress', 'returned') and late_for <> deadline_version;
create index task_lead_untold on task (lead_id, coalesce(overdue_at, 'infinity'), id) where status in ('assigned', 'in_progress', 'returned') and late_for <> deadline_version;
create index task_lead_submitted on task (lead_id, submitted_at, id) where status = 'submitted';
create index task_directive_submitted on task (directive_id) where status = 'submitted';
create index task_unsettled on task (directive_id, status, deadline, id) where status not in ('accepted', 'cancelled');
create index task_first_due on task (deadline, directive_id, id) where status in ('assigned', 'in_progress', 'returned');
create index task_lead_directive on task (lead_id, directive_id) where status not in ('draft', 'cancelled');
create index task_submitted on task (submitted_at, id) where status = 'submitted';
create index task_submitted_due on task (coalesce(overdue_at, 'infinity'), id) where status = 'submitted';
create index task_lead_done on task (lead_id, decided_at desc, id desc) where status in ('accepted', 'cancelled');
create index task_focal on task (focal_id) where focal_id is not null;
create index task_heard on task (coalesce(heard_at, assigned_at), id) where status in ('assigned', 'in_progress', 'returned');
create index task_heard_late on task (coalesce(heard_at, '-infinity'), overdue_at, id) where status in ('assigned', 'in_progress', 'returned'); -- the overdue list by last report
create index task_lead_heard on task (lead_id, coalesce(heard_at, '-infinity'), coalesce(overdue_at, 'infinity'), id) where status in ('assigned', 'in_progress', 'returned');
create index task_deadline on task (deadline, lead_id, id) where status in ('assigned', 'in_progress', 'returned', 'submitted');
create index task_done on task (decided_at desc, id desc) where status = 'accepted';
create index task_next_step on task (next_step_on, id) where next_step_on is not null;

-- The expected result of a task, point by point; starts as its directive's.
create table task_point (
	task_id bigint not null references task,
	number  integer not null check (number > 0),
	text    text not null check (length(text) between 1 and 2000),
	primary key (task_id, number)
);

-- What an agency asks of the controller about a task: more time, or that
-- another agency takes it. A deadline that a controller or manager moves on his
-- own motion is a request that was granted at once.
create table request (
	id         bigint generated always as identity primary key,
	task_id    bigint not null references task,
	kind       text not null check (kind in ('extension', 'transfer')),
	reason     text not null check (length(reason) between 1 and 2000),
	deadline   date, -- when it was asked
	wanted     date, -- extension: the later date
	agency_id  bigint references agency, -- transfer: who is to take it
	late       boolean not null default false, -- asked when the window had closed
	own_motion boolean not null default false,
	asked_by   bigint not null references person,
	asked_at   timestamptz not null,
	state      text not null check (state in ('pending', 'granted', 'changed', 'refused', 'withdrawn')),
	granted    date, -- extension: the date that was given
	note       text not null default '' check (length(note) <= 2000),
	decided_by bigint references person,
	decided_at timestamptz,
	check ((kind = 'extension') = (wanted is not null)),
	check ((kind = 'transfer') = (agency_id is not null)),
	check ((state = 'pending') = (decided_at is null))
);
create unique index request_pending on request (task_id, kind) where state = 'pending';
create index request_task on request (task_id, id);
create index request_waiting on request (asked_at, id) where state = 'pending';

-- Agencies that contribute to a task.
create table co_executor (
	task_id   bigint not null references task,
	agency_id bigint not null references agency,
	state     text check (state in ('open', 'submitted')), -- of the task; null: closed or a draft
	due_at    timestamptz not null, -- when the task becomes overdue; 'infinity': never
	primary key (task_id, agency_id)
);
create index co_executor_agency on co_executor (agency_id, task_id);
create index co_executor_due on co_executor (agency_id, state, coalesce(due_at, 'infinity'), task_id) where state is not null;

-- What an agency contributes to stands in the order of its list: a copy of the
-- task's state and moment, kept by the database.
create function co_executor_begins() returns trigger language plpgsql as $$
begin
	select case when t.status = 'submitted' then 'submitted' when t.status in ('assigned', 'in_progress', 'returned') then 'open' end, coalesce(t.overdue_at, 'infinity')
	into new.state, new.due_at from task t where t.id = new.task_id;
	return new;
end
$$;
create trigger co_executor_begins before insert on co_executor for each row execute function co_executor_begins();
create function co_executors_follow() returns trigger language plpgsql as $$
begin
	update co_executor
	set state = case when new.status = 'submitted' then 'submitted' when new.status in ('assigned', 'in_progress', 'returned') then 'open' end,
		due_at = coalesce(new.overdue_at, 'infinity')
	where task_id = new.id;
	return null;
end
$$;
create trigger co_executors_follow after update of status, overdue_at on task for each row
	when (old.status <> new.status or old.overdue_at is distinct from new.overdue_at) execute function co_executors_follow();

-- What the lead says of a task: a progress report, or a completion report that
-- answers the expected result and waits for a decision.
create table report (
	id         bigint generated always as identity primary key,
	task_id    bigint not null references task,
	kind       text not null check (kind in ('progress', 'completion')),
	submission integer not null default 0, -- 1, 2, … for completion reports
	signal     text not null check (signal in ('under_way', 'needs_help', 'finished', 'no_change')),
	done       text not null default '' check (length(done) <= 20000), -- what happened
	next       text not null default '' check (length(next) <= 20000), -- what comes next
	no_evidence_reason text not null default '' check (length(no_evidence_reason) <= 2000),
	agency_id  bigint not null references agency,
	person_id  bigint not null references person,
	at         timestamptz not null,
	decision   text not null default '' check (decision in ('', 'accepted', 'returned', 'withdrawn')),
	decision_note text not null default '' check (length(decision_note) <= 20000),
	decided_by bigint references person,
	decided_at timestamptz,
	undone_at  timestamptz, -- taken back within ten seconds
	folded     text -- its words as they are searched
);
create index report_folded on report using gin (folded gin_trgm_ops);
create index report_task on report (task_id, id);

-- The answer to one point of the expected result, as it stood at that moment.
create table report_point (
	report_id bigint not null references report,
	number    integer not null check (number > 0),
	expected  text not null,
	answer    text not null check (length(answer) between 1 and 20000),
	state     text not null default 'done' check (state in ('done', 'partly', 'not')),
	primary key (report_id, number)
);

-- Who approved a completion report on which level; the last level accepts.
create table approval (
	report_id bigint not null references report,
	level     integer not null check (level between 1 and 3),
	person_id bigint not null references person,
	at        timestamptz not null,
	note      text not null default '' check (length(note) <= 20000),
	primary key (report_id, level)
);

-- What a person has typed of a report and not sent yet.
create table report_draft (
	task_id   bigint not null references task,
	person_id bigint not null references person,
	fields    text not null check (length(fields) <= 1000000), -- url-encoded
	at        timestamptz not null,
	primary key (task_id, person_id)
);

-- What a co-executor gives for the lead's report; report_id is the completion
-- report that it went into, null while it waits.
create table contribution (
	id        bigint generated always as identity primary key,
	task_id   bigint not null references task,
	agency_id bigint not null references agency,
	text      text not null check (length(text) between 1 and 20000),
	person_id bigint not null references person,
	at        timestamptz not null,
	report_id bigint references report
);
create unique index contribution_waiting on contribution (task_id, agency_id) where report_id is null;
create index contribution_report on contribution (report_id) where report_id is not null;

-- A due day of a periodic task that is over: reported, or missed (no report).
create table cycle (
	task_id   bigint not null references task,
	number    integer not null check (number >= 0),
	due       date not null, -- by the anchor, moved off days off
	report_id bigint references report, -- null: missed
	late      boolean not null default false,
	closed_at timestamptz not null,
	state     jsonb, -- of the task as it closed, for statistics (db.dueState); null: from before there were any
	primary key (task_id, number)
);

-- A file given as evidence. Its bytes lie in file_chunk, 256 KB in each row.
-- report_id null: not sent yet, only its agency sees it. type is what its first
-- bytes say; nothing is run or shown inline.
create table file (
	id         bigint generated always as identity primary key,
	task_id    bigint not null references task,
	report_id  bigint references report,
	agency_id  bigint not null references agency,
	person_id  bigint not null references person,
	name       text not null check (length(name) between 1 and 200),
	kind       text not null check (kind in ('document', 'photo', 'data', 'other')),
	visibility text not null default 'both' check (visibility in ('own', 'both', 'public')),
	type       text not null check (length(type) <= 200),
	size       bigint not null check (size between 0 and 26214400),
	sha256     bytea not null check (length(sha256) = 32),
	at         timestamptz not null,
	folded     text -- its name as it is searched
);
create index file_folded on file using gin (folded gin_trgm_ops);
create index file_task on file (task_id, id);
create index file_report on file (report_id) where report_id is not null;
create table file_chunk (
	file_id bigint not null references file,
	number  integer not null check (number >= 0),
	bytes   bytea not null check (length(bytes) between 1 and 262144),
	primary key (file_id, number)
);

-- Proof given with a report.
create table evidence (
	id        bigint generated always as identity primary key,
	report_id bigint not null references report,
	url       text not null check (url ~ '^https?://' and length(url) <= 2000)
);
create index evidence_report on evidence (report_id);

-- Questions and answers between controller and agency on a task.
create table note (
	id        bigint generated always as identity primary key,
	task_id   bigint not null references task,
	answers_id bigint references note, -- null: a question
	text      text not null check (length(text) between 1 and 20000),
	person_id bigint not null references person,
	agency_id bigint not null references agency, -- in whose name
	at        timestamptz not null,
	visibility text not null default 'both' check (visibility in ('own', 'both', 'public')) -- own: the author's side only
);
create index note_task on note (task_id, id);

-- When a person last looked at a task: what is newer is marked.
create table visit (
	person_id bigint not null references person,
	task_id   bigint not null references task,
	at        timestamptz not null,
	primary key (person_id, task_id)
);

-- Coming dates: summits, commissions, visits, named by a meeting or noted by the
-- secretariat. Directives and tasks can be due for one. Minutes are of the day,
-- by the clock of the place.
create table event (
	id         bigint generated always as identity primary key,
	meeting_id bigint references meeting, -- that named it; null: noted without one
	title      text not null check (length(title) between 1 and 500),
	starts_on  date, -- null: the wording only, such as "in the coming months"
	wording    text not null default '' check (length(wording) <= 500), -- as the source says it
	place      text not null default '' check (length(place) <= 200),
	created_by bigint not null references person,
	created_at timestamptz not null,
	kind       text not null default 'other' check (kind in ('summit', 'commission', 'visit', 'other')),
	sides      text[] not null check (cardinality(sides) > 0 and sides <@ array['UZ', 'KZ']),
	ends_on    date check (ends_on > starts_on), -- last day; null: one day
	from_minute smallint check (from_minute between 0 and 1439),
	to_minute  smallint check (to_minute between 0 and 1439),
	was_on     date, -- the day before it was last moved
	cancelled_at timestamptz,
	cancel_note text not null default '' check (length(cancel_note) <= 2000),
	version    integer not null default 1
);
create index event_meeting on event (meeting_id);
create index event_coming on event (coalesce(starts_on, 'infinity'), id);
alter table directive add foreign key (event_id) references event on delete set null;
create index directive_event on directive (event_id) where event_id is not null;
alter table task add foreign key (event_id) references event on delete set null;
create index task_event on task (event_id) where event_id is not null;

-- Figures that leaders named.
create table indicator (
	id         bigint generated always as identity primary key,
	meeting_id bigint not null references meeting,
	title      text not null check (length(title) between 1 and 500),
	value      text not null check (length(value) between 1 and 200),
	created_by bigint not null references person,
	created_at timestamptz not null,
	unit       text not null default '' check (length(unit) <= 40), -- of its values
	target     numeric(20, 4), -- what it shall reach; null: none named
	target_on  date, -- by when
	target_wording text not null default '' check (length(target_wording) <= 500), -- as the source says it
	version    integer not null default 1
);
create index indicator_meeting on indicator (meeting_id);

-- What an indicator was at the end of a period. A correction changes the row and
-- is kept in history; a row taken away stays, so that it can be put back.
create table indicator_value (
	id           bigint generated always as identity primary key,
	indicator_id bigint not null references indicator on delete cascade,
	period       text not null check (period in ('day', 'month', 'quarter', 'year')),
	ends_on      date not null, -- last day of the period
	value        numeric(20, 4) not null,
	source       text not null check (length(source) between 1 and 500), -- where the value stands
	note         text not null default '' check (length(note) <= 2000),
	version      integer not null default 1,
	created_by   bigint not null references person,
	created_at   timestamptz not null,
	changed_by   bigint not null references person, -- who gave it as it stands
	changed_at   timestamptz not null,
	removed_at   timestamptz,
	removed_by   bigint references person
);
create unique index indicator_value_period on indicator_value (indicator_id, ends_on, period) where removed_at is null;

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

-- Every change of a thing: who, when, what from and to. Rows are only added and
-- sealed in order; an undone change is one that a later row names in undoes.
-- before holds the state of a task that undo restores; changes is
-- {"field": [old, new]}.
create table history (
	id         bigint generated always as identity primary key,
	subject    text not null check (subject in ('task', 'directive', 'meeting', 'document', 'person', 'agency', 'holiday', 'event', 'indicator')),
	subject_id bigint not null,
	act        text not null,
	person_id  bigint references person, -- null: the program itself
	at         timestamptz not null,
	changes    jsonb not null default '{}',
	note       text not null default '',
	before     jsonb,
	undoes     bigint references history
);
create index history_subject on history (subject, subject_id, id);
create unique index history_undoes on history (undoes) where undoes is not null;
create index history_changes on history (act, at, id) where subject = 'task' and act in ('assign', 'accept', 'return', 'cancel', 'grant', 'move_deadline', 'transfer');
create index history_at on history (at) where subject = 'task';
create index history_sides on history (at) where subject = 'directive' and changes ? 'sides';
create index history_leads on history (at, id) where subject = 'task' and act = 'edit' and changes ? 'lead';

-- The seal over the rows of history from from_id to to_id, as db/seal.go takes
-- it: each over the one before, so that nothing can be changed, taken out or cut
-- off without showing (amal verify). Only added to.
create table seal (
	id       bigint generated always as identity primary key,
	from_id  bigint not null, -- of history, both among them
	to_id    bigint not null,
	entries  integer not null,
	previous bytea not null check (length(previous) = 32),
	hash     bytea not null check (length(hash) = 32),
	at       timestamptz not null,
	check (to_id >= from_id),
	unique (from_id)
);

-- Open and submitted tasks by the moment they become overdue, so that counts
-- never scan tasks. scope: 'all', 'side:UZ' (sides of the directive),
-- 'agency:12' (lead). 'infinity': no deadline. Kept in the writing transaction.
create table open_count (
	scope      text not null,
	state      text not null check (state in ('open', 'submitted')),
	overdue_at timestamptz not null,
	n          integer not null,
	primary key (scope, state, overdue_at)
);

-- Open tasks of each agency ('agency:12') by spans of 16 and 256 days, counted
-- from 1970, beside the days of open_count: what is overdue is some whole spans
-- and a few days.
create table open_span (
	scope     text not null,
	days      integer not null check (days in (16, 256)),
	starts_at timestamptz not null,
	n         integer not null,
	primary key (scope, days, starts_at)
);

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
create function keep_minutes() returns trigger language plpgsql as $$
begin
	if old.closed_at is not null then
		raise exception 'round % is closed and stays', old.id;
	end if;
	return new;
end
$$;
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

-- How many tasks fall due on a day, or in a month, and what became of them, by
-- agency; so that statistics never read tasks. kind: 'lead' by the present
-- deadline; 'origin' what is to be added to that, or taken off where below zero,
-- to have it by the original one; 'shared' as co-executor by the present one.
-- open to dropped add up to the tasks; moved, reported and returned are some of
-- them (rules.Figures). Kept in the writing transaction.
create table due_count (
	grain      text not null check (grain in ('day', 'month')),
	kind       text not null check (kind in ('lead', 'origin', 'shared')),
	agency_id  bigint not null references agency,
	starts     date not null, -- the deadline, or the first day of its month
	sides      text not null, -- of the directive, in the order of rules.Sides: 'UZ,KZ'
	overdue_at timestamptz not null, -- when that deadline has passed; '-infinity' for a month
	open       integer not null default 0,
	submitted  integer not null default 0,
	on_time    integer not null default 0,
	late       integer not null default 0,
	dropped    integer not null default 0, -- cancelled after the deadline
	moved      integer not null default 0,
	reported   integer not null default 0,
	returned   integer not null default 0,
	primary key (grain, kind, starts, agency_id, sides, overdue_at)
);
create index due_count_agency on due_count (agency_id, starts) where grain = 'day' and kind = 'lead';

-- Tasks accepted late, by how many working days; agency_id 0: of all agencies.
create table delay_count (
	grain     text not null check (grain in ('day', 'month')),
	agency_id bigint not null,
	starts    date not null, -- the deadline, or the first day of its month
	sides     text not null,
	days      integer not null, -- working days of the lead's country, in steps (rules.DelayStep)
	n         integer not null,
	primary key (grain, agency_id, starts, sides, days)
);

-- Accepted tasks by the week in which the accepted report was sent and the year
-- of the deadline.
create table done_count (
	week     date not null, -- its Monday, UTC
	due_year integer not null, -- 0: no deadline
	sides    text not null,
	n        integer not null,
	primary key (week, due_year, sides)
);

-- The figures of due_count (kind 'lead', deadlines passed) as they were shown
-- on a day: one copy a day, kept for two months, then the first of each month.
-- What it holds can be computed anew from history (db/standing.go).
create table due_past (
	taken_on  date not null, -- UTC
	agency_id bigint not null references agency,
	starts    date not null, -- first day of the month of the deadlines
	sides     text not null,
	taken_at  timestamptz not null,
	open      integer not null,
	submitted integer not null,
	on_time   integer not null,
	late      integer not null,
	dropped   integer not null,
	moved     integer not null,
	reported  integer not null,
	returned  integer not null,
	primary key (taken_on, starts, agency_id, sides)
);

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

-- What goes out: one message per recipient and local day for what a day brings
-- (kind 'digest'), one per reminder for what goes at once, one per administrator,
-- trouble and local day, and when it is over (kind 'alarm'). Kept for ever.
create table message (
	id          bigint generated always as identity primary key,
	person_id   bigint references person,
	agency_id   bigint references agency, -- official mailbox
	recipient   text not null generated always as (case when person_id is null then 'a' || agency_id else 'p' || person_id end) stored,
	kind        text not null check (kind in ('digest', 'now', 'alarm')),
	local_day   date not null, -- in the recipient's zone
	reminder_id bigint unique, -- kind 'now' only
	send_after  timestamptz not null,
	state       text not null default 'waiting' check (state in ('waiting', 'sent', 'skipped', 'refused', 'failed')),
	attempts    integer not null default 0,
	leased_until timestamptz,
	leased_by   text not null default '',
	header_id   text not null, -- Message-ID, made from the key
	address     text not null default '', -- where it went
	answer      text not null default '', -- the mail server's last words, or why skipped
	sent_at     timestamptz,
	created_at  timestamptz not null,
	answer_key  bytea check (length(answer_key) = 32), -- what its answer links are made from; null once it has gone
	alarm_id    bigint references alarm, -- kind 'alarm' only
	says_over   boolean not null default false, -- it tells that the trouble is over
	check ((person_id is null) <> (agency_id is null)),
	check ((kind = 'now') = (reminder_id is not null)),
	constraint message_alarm_check check ((kind = 'alarm') = (alarm_id is not null))
);
create unique index message_digest on message (recipient, local_day) where kind = 'digest';
create index message_waiting on message (send_after, id) where state = 'waiting';
create index message_failed on message (created_at) where state = 'failed';
create unique index message_alarm on message (header_id) where kind = 'alarm'; -- its key
create unique index message_alarm_waiting on message (alarm_id, person_id) where kind = 'alarm' and state = 'waiting';
create index message_alarm_told on message (alarm_id, person_id) where kind = 'alarm';

-- Why somebody is told: one row per rule, subject, occasion and recipient, so
-- that no restart, second run or second server repeats it. Kept for ever.
create table reminder (
	id          bigint generated always as identity primary key,
	rule        text not null, -- a rung of rules.Ladder, or 'by_hand', 'question', 'answer', 'decision'
	subject     text not null check (subject in ('task', 'directive', 'event', 'agency')),
	subject_id  bigint not null,
	occasion    text not null, -- deadline version, cycle, submission or local day
	person_id   bigint references person,
	agency_id   bigint references agency,
	recipient   text not null generated always as (case when person_id is null then 'a' || agency_id else 'p' || person_id end) stored,
	audience    text not null default '', -- as what: lead, co_executor, controller, mailbox
	at_once     boolean not null default false,
	planned_for timestamptz not null, -- the recipient's hour of his local_day
	local_day   date not null,
	late        boolean not null default false, -- planned after its day, because of an outage
	state       text not null default 'planned' check (state in ('planned', 'taken', 'skipped')),
	reason      text not null default '', -- key of why it was skipped
	message_id  bigint references message,
	note        text not null default '', -- words of a person, for what is sent by hand
	created_at  timestamptz not null,
	step_on     date, -- the ladder's day of it, before it moved to the recipient's morning; null: local_day
	check ((person_id is null) <> (agency_id is null))
);
alter table message add foreign key (reminder_id) references reminder;
create unique index reminder_key on reminder (subject, subject_id, rule, occasion, recipient);
create index reminder_planned on reminder (planned_for, id) where state = 'planned';
create index reminder_message on reminder (message_id) where message_id is not null;
create index reminder_recipient on reminder (recipient, id desc);
create index reminder_hour on reminder (planned_for, id);

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

-- Mails that the demonstration caught instead of sending.
create table caught_mail (
	id         bigint generated always as identity primary key,
	header_id  text not null, -- Message-ID
	recipient  text not null,
	subject    text not null,
	text       text not null,
	html       text not null,
	at         timestamptz not null
);

-- A list or report that somebody had made as a file: long ones are made by the
-- clock's jobs. path is the page with its filters; rights is what its maker was
-- then: who is something else now makes it anew. Kept for a few days.
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

-- A table that somebody brings in: first each row's fate is found out, then,
-- once he agrees, the new and changed ones are written. Both go in batches
-- that note how far they are, so that any server goes on after a crash.
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

-- A row of it. fate: new, changed, same or bad; '' while it is not known.
create table import_row (
	import_id bigint not null references import on delete cascade,
	line      integer not null, -- in the file
	cells     jsonb not null, -- list of texts
	identity  text not null default '', -- what makes it the same thing when it comes again
	fate      text not null default '' check (fate in ('', 'new', 'changed', 'same', 'bad')),
	problems  jsonb not null default '[]', -- rules.Problems
	written   boolean not null default false,
	later     boolean not null default false, -- written, but for its ties to what stands further down
	primary key (import_id, line)
);
create index import_row_todo on import_row (import_id, fate, later, line) where not written;
create index import_row_fate on import_row (import_id, fate, line);
create index import_row_identity on import_row (import_id, identity, line) where identity <> '';

-- The last run of each clocked job, on whichever server.
create table tick (
	job      text primary key,
	ran_at   timestamptz not null,
	server   text not null,
	error    text not null default ''
);

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

-- The app's role owns nothing. History and its seals are only added to; the
-- ledger's rows and the texts are never deleted.
do $$
begin
	if exists (select from pg_roles where rolname = 'amal_app') then
		grant usage on schema public to amal_app;
		grant select, insert, update on all tables in schema public to amal_app;
		revoke update on history, seal from amal_app; -- what was written stays
		grant delete on session, one_time_link, throttle, kept_form, form_key, holiday, member,
			co_executor, task_point, directive_point, event, indicator, indicator_value, open_count, open_span, due_count, delay_count, done_count, due_past, caught_mail,
			directive, task, lineage, twin_passage, cycle, approval, report_draft, contribution, file, file_chunk, answer_link, answer_use, export, export_chunk, saved_view, import, import_row to amal_app; -- directive and task: without a number only, by their triggers
	end if;
end
$$;
