-- A file sent in is a finished one ('') or a table to be worked on ('table'), for a purpose and until a day ('': by the rule); it may take the place of one before.
alter table upload add column kind text not null default '';
alter table upload add column replaces text not null default '';
alter table upload add column purpose text not null default '';
alter table upload add column destroy_on text not null default '';
-- What a gate found when it read a table; no value of any cell stands here. choice, found and finding are JSON, or ''. The gate
-- that reads it is the owner until then; tries counts those that began. version counts changes of state, told those of the request's events.
create table inbound (
  upload text primary key references upload (id),
  request text not null,
  state text not null,
  progress bigint not null,
  choice text not null,
  found text not null,
  finding text not null,
  version bigint not null,
  told bigint not null,
  owner text not null,
  until bigint not null,
  tries bigint not null
);
create index inbound_by_request on inbound (request);
create index inbound_to_read on inbound (until) where state = 'reading';
create index inbound_untold on inbound (upload) where told < version;
