-- +goose Up
-- Words are folded in another way now (rules.Fold: composed letters, Uzbek in
-- both scripts). What was folded before is folded anew at the next start.
update agency set folded = null where folded is not null;
update directive set folded = null where folded is not null;
update task set folded = null where folded is not null;
update report set folded = null where folded is not null;
update file set folded = null where folded is not null;
