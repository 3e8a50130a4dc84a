-- Files with data that are to be destroyed. The courier orders, and says so again while it
-- is so; the gate acts on what was ordered just now and says what became of it; when the
-- request has its event, the row goes. how: '', 'begun', then 'destroyed' or 'absent'.
create table disposal (
  request text not null,
  kind text not null,
  sha256 text not null,
  subject text not null,
  name text not null,
  bytes bigint not null,
  ordered bigint not null,
  how text not null,
  gone bigint not null,
  primary key (request, kind, sha256, subject)
);
create index disposal_by_gone on disposal (gone, ordered);
create index upload_kept on upload (received) where swept = 0 and used > 0;
