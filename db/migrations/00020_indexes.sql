-- +goose Up
-- Overdue tasks of which the lead has not said why, in the order of the overdue
-- list, of all and of one agency.
create index task_untold on task (overdue_at, id) where status in ('assigned', 'in_progress', 'returned') and late_for <> deadline_version;
create index task_lead_untold on task (lead_id, coalesce(overdue_at, 'infinity'), id) where status in ('assigned', 'in_progress', 'returned') and late_for <> deadline_version;

-- What was done to tasks since a moment, for figures of an earlier day.
create index history_at on history (at) where subject = 'task';
create index history_sides on history (at) where subject = 'directive' and changes ? 'sides';
