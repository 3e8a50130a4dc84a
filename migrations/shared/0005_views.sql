-- The outlet "view". view_maker: for a PostgreSQL source, the second credential, that makes views and roles (its password
-- is in a file that the gate alone reads); mark says in the source which objects are this installation's; host, port and
-- database are what a reader is told.
create table view_maker (
  source text primary key references source (name),
  dsn text not null,
  mark text not null,
  host text not null,
  port text not null,
  database text not null
);
create index connection_by_outlet on connection (outlet);

-- What was done with a view in its source, in order; a row only when something changed.
create table view_act (
  connection text not null references connection (id),
  n bigint not null,
  at bigint not null,
  act text not null,
  why text not null,
  primary key (connection, n)
);
