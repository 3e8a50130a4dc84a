-- Attempts to make a mail of the notice that failed; `tried` is from now on when the
-- first of them did, and says nothing where there was none.
alter table outbox add column attempts bigint not null default 0;
update outbox set tried = 0 where done = 0;
