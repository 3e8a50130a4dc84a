-- What an office does with the yearly list for destruction: rounds and their lines, and
-- the requests whose correspondence is destroyed. All three are projections of events.
create table disposal_round (
  id text primary key,
  office text not null,
  year bigint not null,
  nth bigint not null,
  state text not null,
  version bigint not null,
  lines bigint not null,
  opened bigint not null
);
create index disposal_round_by_office on disposal_round (office, year, nth);
create index disposal_round_by_state on disposal_round (state, id);
-- fate: open destroy keep left gone. until: ISO, of what is kept; or empty.
create table disposal_line (
  round text not null,
  nth bigint not null,
  request text not null,
  fate text not null,
  until text not null,
  primary key (round, nth)
);
create index disposal_line_by_request on disposal_line (request, round);
create table disposed (
  request text primary key,
  round text not null,
  at bigint not null
);
-- Whether another request has the same bytes.
create index attachment_by_digest on attachment (sha256);
create index mail_by_digest on mail (sha256);
create index reply_by_digest on reply (sha256);
