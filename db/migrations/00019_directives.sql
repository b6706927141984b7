-- +goose Up
-- The list of all directives goes through indexes; a table that comes in ties
-- directives to those that stand further down.

create index directive_by_number on directive (coalesce(number_year, 0), coalesce(number, 0), id);
create index directive_untouched on directive (coalesce(number_year, 0), coalesce(number, 0), id) where tasks = 0;
create index task_unsettled on task (directive_id, status, deadline, id) where status not in ('accepted', 'cancelled');
create index task_first_due on task (deadline, directive_id, id) where status in ('assigned', 'in_progress', 'returned');
create index task_lead_directive on task (lead_id, directive_id) where status not in ('draft', 'cancelled');

alter table import_row add column later boolean not null default false; -- written, but for its ties to what stands further down
create index import_row_todo on import_row (import_id, fate, later, line) where not written;
