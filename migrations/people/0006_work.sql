-- When whoever holds the session last gave the password: signing asks for it anew.
alter table session add column authed bigint not null default 0;
update session set authed = created;
-- Filters of the list of requests that a person has named.
create table saved_filter (
  id text primary key,
  person bigint not null references person (id),
  name text not null,
  query text not null,
  made bigint not null
);
create index saved_filter_by_person on saved_filter (person, name);
