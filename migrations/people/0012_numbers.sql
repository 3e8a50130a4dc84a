-- Incoming, outgoing and receipt numbers: a projection of the requests, filled for
-- those of before by `pratu rebuild`.
create table case_number (
  request text not null,
  nth bigint not null,
  office text not null,
  direction text not null,
  no text not null,
  day text not null,
  year bigint not null,
  title text not null,
  at bigint not null,
  by_whom text not null,
  reason text not null,
  cancelled bigint not null,
  primary key (request, nth)
);
create index case_number_by_office on case_number (office, year, at);
