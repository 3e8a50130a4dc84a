-- When the first attempt was made; 0: none yet. How long one is tried counts from
-- there, so that what waited while nobody could send is not given up at once.
alter table envelope add column first bigint not null default 0;
-- When a courier took it for the first time.
alter table outbox add column tried bigint not null default 0;
-- A reminder of acceptance that nobody got closes no case.
delete from reminder where clock like 'acceptance:%' and level = 75
  and not exists (select 1 from outbox o where o.request = reminder.request
    and o.kind = 'acceptance' and o.created = reminder.at);
-- Hooks: other systems that are told of events. secret, old_secret: sealed with
-- the key in people/hooks.key; the old one signs too until old_until. events:
-- names with blanks between, "*" is all. off: why it is switched off; empty: by
-- hand, or it is not.
create table hook (
  id text primary key,
  url text not null,
  description text not null,
  events text not null,
  active bigint not null,
  off text not null,
  secret text not null,
  old_secret text not null,
  old_until bigint not null,
  made_by text not null,
  made bigint not null,
  changed_by text not null,
  changed bigint not null
);
-- What a hook is told, once for each event, written with it. queue: what of the
-- same hook and queue waits before it goes first; empty: it waits for nothing.
-- state: waiting sent failed.
create table hook_delivery (
  id bigint primary key,
  hook text not null,
  queue text not null,
  message text not null,
  body text not null,
  state text not null,
  attempts bigint not null,
  first bigint not null,
  owner text not null,
  until bigint not null,
  status bigint not null,
  answer text not null,
  ms bigint not null,
  made bigint not null,
  at bigint not null
);
create index hook_delivery_by_state on hook_delivery (state, hook, until, id);
create index hook_delivery_by_queue on hook_delivery (hook, queue, state, id);
create index hook_delivery_by_hook on hook_delivery (hook, id);
create index hook_delivery_by_age on hook_delivery (made);
