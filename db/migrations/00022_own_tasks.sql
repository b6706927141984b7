-- +goose Up
-- A page of one's own tasks costs the same however many an agency contributes to.
alter table co_executor add column state text check (state in ('open', 'submitted')), add column due_at timestamptz;
update co_executor c
set state = case when t.status = 'submitted' then 'submitted' when t.status in ('assigned', 'in_progress', 'returned') then 'open' end,
	due_at = coalesce(t.overdue_at, 'infinity')
from task t where t.id = c.task_id;
alter table co_executor alter column due_at set not null;
create index co_executor_due on co_executor (agency_id, state, coalesce(due_at, 'infinity'), task_id) where state is not null;
-- +goose StatementBegin
create function co_executor_begins() returns trigger language plpgsql as $$
begin
	select case when t.status = 'submitted' then 'submitted' when t.status in ('assigned', 'in_progress', 'returned') then 'open' end, coalesce(t.overdue_at, 'infinity')
	into new.state, new.due_at from task t where t.id = new.task_id;
	return new;
end
$$;
-- +goose StatementEnd
create trigger co_executor_begins before insert on co_executor for each row execute function co_executor_begins();
-- +goose StatementBegin
create function co_executors_follow() returns trigger language plpgsql as $$
begin
	update co_executor
	set state = case when new.status = 'submitted' then 'submitted' when new.status in ('assigned', 'in_progress', 'returned') then 'open' end,
		due_at = coalesce(new.overdue_at, 'infinity')
	where task_id = new.id;
	return null;
end
$$;
-- +goose StatementEnd
create trigger co_executors_follow after update of status, overdue_at on task for each row
	when (old.status <> new.status or old.overdue_at is distinct from new.overdue_at) execute function co_executors_follow();
