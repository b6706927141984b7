-- +goose Up
-- What waits for its controller is found below his directives.
create index task_directive_submitted on task (directive_id) where status = 'submitted';
-- A reminder's key begins with what it is about, so that it serves the list of a
-- thing's reminders too; one that has no mail yet is in no index of mails.
drop index reminder_key;
create unique index reminder_key on reminder (subject, subject_id, rule, occasion, recipient);
drop index reminder_subject;
drop index reminder_message;
create index reminder_message on reminder (message_id) where message_id is not null;
