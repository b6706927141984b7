-- +goose Up
-- A person's own days of the week for mails, and days on which he takes none.
alter table person
	add mail_days smallint check (mail_days between 1 and 126 and mail_days & 31 <> 0), -- bits from Monday 1 to Sunday 64; null: all working days
	add pause_from date, -- of mails; both days among them
	add pause_to date check ((pause_from is null) = (pause_to is null) and pause_to >= pause_from);

-- What waits for a person's morning can be moved to another one.
alter table reminder add step_on date; -- the ladder's day of it, before it moved to the recipient's morning; null: local_day
