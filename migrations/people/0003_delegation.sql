-- Who stands in for whom, from a day to a day, both included. `office` empty: wherever the
-- giver holds a role of an office or of an owner unit. `ended`: taken back before its day.
create table delegation (
  id text primary key,
  giver bigint not null references person (id),
  taker bigint not null references person (id),
  office text not null,
  kind text not null,
  order_no text not null,
  starts text not null,
  until text not null,
  made bigint not null,
  made_by text not null,
  ended bigint not null,
  ended_by text not null
);
create index delegation_by_giver on delegation (giver, until);
create index delegation_by_taker on delegation (taker, until);
create index delegation_by_until on delegation (until);
