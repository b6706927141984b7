-- +goose Up
-- A draft can be cancelled before it has a lead and a number.
alter table task drop constraint task_check, drop constraint task_check1,
	add constraint task_check check (status in ('draft', 'cancelled') or (lead_id is not null and number is not null and assigned_at is not null)),
	add constraint task_check1 check ((deadline is null) = (overdue_at is null) or status in ('draft', 'cancelled'));
