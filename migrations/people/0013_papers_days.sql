-- A paper is not one of the files that people put beside a request: it has a limit
-- of its own.
alter table attachment add column paper bigint not null default 0;
update attachment set paper = 1 where exists (select 1 from events e
  where e.request = attachment.request and e.type = 'papered'
  and e.payload like '%"id":"' || attachment.id || '"%');
-- One request may be in the same hands twice, for two of its holders: each has its
-- days. The table is a projection, carried over as it is.
create table case_waiting_days (
  no text not null,
  stage text not null,
  unit text not null,
  holder text not null,
  since bigint not null,
  starts text not null default '',
  until text not null default '',
  primary key (no, stage, unit, holder, starts)
);
insert into case_waiting_days (no, stage, unit, holder, since, starts, until)
  select no, stage, unit, holder, since, starts, until from case_waiting;
drop table case_waiting;
alter table case_waiting_days rename to case_waiting;
create index case_waiting_by_holder on case_waiting (holder, since, no);
