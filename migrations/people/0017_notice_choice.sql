-- How a person wants the notices of a group: now, digest, none. No row: now.
create table notice_choice (
  person bigint not null,
  grp text not null,
  how text not null,
  primary key (person, grp)
);
-- held: '' goes at once; 'digest' waits for the day's; 'told' stands in it; 'none'
-- was not wanted. What is held is done, for the courier.
alter table outbox add column held text not null default '';
create index outbox_by_held on outbox (held, recipient, id);
-- One digest for each person and day, by whichever courier comes first.
create table digest (
  person bigint not null,
  day text not null,
  primary key (person, day)
);
