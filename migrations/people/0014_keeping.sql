-- Files with data that the gate keeps for a request: a projection, made anew from the
-- events by migrating. since: from when on the days run; ends: when nobody may fetch it
-- any more; gone: when it was destroyed. 0 is none.
create table data_file (
  request text not null,
  kind text not null,
  sha256 text not null,
  name text not null,
  bytes bigint not null,
  since bigint not null,
  ends bigint not null,
  gone bigint not null,
  primary key (request, kind, sha256)
);
create index data_file_by_gone on data_file (gone, since);
create index data_file_by_digest on data_file (sha256);
