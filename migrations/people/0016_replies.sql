-- Replies by mail: the key of the addresses to which they go, how far each mailbox
-- was read, what is to be read still, and what came.
create table reply_key (
  id bigint primary key,
  key text not null,
  made bigint not null
);
-- Up to last_uid all is noted. Of those below old_end, which were there before we
-- were, only unread ones are, and those that came after `since` (0: none).
create table reply_folder (
  mailbox text primary key,
  uidvalidity bigint not null,
  last_uid bigint not null,
  old_end bigint not null,
  since bigint not null,
  at bigint not null
);
create table reply_due (
  mailbox text not null,
  uidvalidity bigint not null,
  uid bigint not null,
  attempts bigint not null,
  until bigint not null,
  primary key (mailbox, uidvalidity, uid)
);
-- state: joined quiet held attached aside bounce; why it is held; kind: reply
-- automatic bounce. files: JSON. sealed: it quotes a link that is a secret.
create table reply (
  id bigint primary key,
  mailbox text not null,
  uidvalidity bigint not null,
  uid bigint not null,
  fingerprint text not null unique,
  message_id text not null,
  state text not null,
  why text not null,
  kind text not null,
  request text not null,
  office text not null,
  sender text not null,
  sender_name text not null,
  subject text not null,
  body text not null,
  files text not null,
  sha256 text not null,
  bytes bigint not null,
  sealed bigint not null,
  at bigint not null,
  acted_by text not null,
  acted bigint not null,
  reason text not null,
  unique (mailbox, uidvalidity, uid)
);
create index reply_by_state on reply (state, id);
create index reply_by_request on reply (request, sender, at);
create index mail_by_message_id on mail (message_id);
-- When a server far away said that it did not arrive after all.
alter table envelope add column bounced bigint not null default 0;
