-- +goose Up
-- Lists sort by their columns: what a list of tasks or reminders offers, an index
-- has.
create index task_heard_late on task (coalesce(heard_at, '-infinity'), overdue_at, id) where status in ('assigned', 'in_progress', 'returned');
create index task_lead_heard on task (lead_id, coalesce(heard_at, '-infinity'), coalesce(overdue_at, 'infinity'), id) where status in ('assigned', 'in_progress', 'returned');
create index task_submitted_due on task (coalesce(overdue_at, 'infinity'), id) where status = 'submitted';
create index person_name on person (lower(name), id);
create index reminder_hour on reminder (planned_for, id);
