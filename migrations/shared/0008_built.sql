-- Documents that were built for a prepare, until it is known whether it was taken.
create table built (
  request text not null,
  sha256 text not null,
  name text not null,
  bytes bigint not null,
  at bigint not null,
  primary key (request, sha256)
);
create index built_by_time on built (at);
