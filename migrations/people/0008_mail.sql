-- What became of a notice when it was mailed: one row for the mail as it is
-- filed, and one for each address, whose state is its own. `files` of a notice
-- are ids of attachments, with blanks between.
alter table outbox add column files text not null default '';
create table mail (
  notice bigint primary key,
  request text not null,
  message_id text not null,
  sha256 text not null,
  bytes bigint not null,
  at bigint not null
);
create index mail_by_request on mail (request, notice);
-- state: waiting sent failed. unsure: attempts whose answer nobody heard, after
-- which one more is marked. flying: from just before an attempt to its end.
create table envelope (
  notice bigint not null,
  email text not null,
  state text not null,
  attempts bigint not null,
  unsure bigint not null,
  flying bigint not null,
  answer text not null,
  owner text not null,
  until bigint not null,
  at bigint not null,
  primary key (notice, email)
);
create index envelope_by_state on envelope (state, until, notice);
