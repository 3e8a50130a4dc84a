-- Backups that the computer centre keeps, as it says: what was destroyed here may be in them still, until their day. Days are ISO.
create table backup (
  name text primary key,
  made text not null,
  until text not null,
  noted bigint not null
);
