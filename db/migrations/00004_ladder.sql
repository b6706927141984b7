-- +goose Up
-- The whole ladder of reminders: a ladder for each directive, an hour and a
-- time zone for each person.
alter table directive add column ladder text not null default 'standard' check (ladder in ('standard', 'close', 'quiet'));
alter table person add column mail_minute smallint check (mail_minute between 0 and 1439 and mail_minute % 15 = 0);
alter table person add column time_zone text check (time_zone <> '');

-- what is open has further steps now
update task set next_step_on = current_date
where status in ('assigned', 'in_progress', 'submitted', 'returned') and (next_step_on is null or next_step_on > current_date);
