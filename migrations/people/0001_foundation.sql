-- People, their sessions, requests as chained events, and what is derived from them.
create table counter (
  name text primary key,
  value bigint not null
);
create table setting (
  name text primary key,
  value text not null
);

create table unit (
  code text primary key,
  name_th text not null,
  name_en text not null,
  parent text not null,
  kind text not null
);
create table office (
  code text primary key,
  name_th text not null,
  name_en text not null,
  procedure text not null
);
create table system (
  code text primary key,
  name_th text not null,
  name_en text not null,
  aliases text not null,
  office text not null,
  owner_unit text not null,
  division text not null,
  position bigint not null,
  active bigint not null
);
create table system_service (
  system text not null references system (code),
  service text not null,
  flagged bigint not null,
  primary key (system, service)
);

create table person (
  id bigint primary key,
  email text not null unique,
  name text not null,
  name_en text not null,
  phone text not null,
  position text not null,
  unit text not null,
  password text not null,
  lang text not null,
  active bigint not null,
  order_key bytea not null,
  created bigint not null
);
-- viewer is what the role lets its holder see: 'office:ICIT', 'owner:HR', 'all' or ''.
create table person_role (
  person bigint not null references person (id),
  role text not null,
  office text not null,
  unit text not null,
  viewer text not null,
  primary key (person, role, office, unit)
);
create index person_role_by_role on person_role (role, office, unit);
create table system_officer (
  system text not null references system (code),
  person bigint not null references person (id),
  primary key (system, person)
);

create table session (
  hash bytea primary key,
  person bigint not null references person (id),
  csrf text not null,
  created bigint not null,
  seen bigint not null,
  expires bigint not null
);
create index session_by_expiry on session (expires);
create index session_by_person on session (person);
-- Attempts to sign in of the last minutes; success removes those of the account.
create table sign_in_attempt (
  id text primary key,
  account bytea not null,
  address bytea not null,
  at bigint not null
);
create index sign_in_attempt_by_account on sign_in_attempt (account, at);
create index sign_in_attempt_by_address on sign_in_attempt (address, at);
create index sign_in_attempt_by_time on sign_in_attempt (at);
create table token (
  hash bytea primary key,
  id text not null unique,
  person bigint not null references person (id),
  name text not null,
  read_only bigint not null,
  created bigint not null,
  expires bigint not null
);
create index token_by_person on token (person);
create table idempotency (
  person bigint not null,
  key text not null,
  digest bytea not null,
  status bigint not null,
  body text not null,
  at bigint not null,
  primary key (person, key)
);
create index idempotency_by_time on idempotency (at);
create table link (
  hash bytea primary key,
  purpose text not null,
  request text not null,
  email text not null,
  created bigint not null,
  expires bigint not null,
  used bigint not null
);
create index link_by_request on link (request);

create table procedure_revision (
  code text not null,
  revision text not null,
  effective text not null,
  digest text not null,
  body text not null,
  loaded bigint not null,
  primary key (code, revision)
);
create table calendar_day (
  calendar text not null,
  day text not null,
  kind text not null,
  name_th text not null,
  name_en text not null,
  primary key (calendar, day)
);

-- The one lock: a command takes this row first, so all events have one order.
create table chain (
  id bigint primary key,
  seq bigint not null,
  hash text not null
);
-- The truth. payload is JSON with codes; hash covers every column and the hash before.
create table events (
  seq bigint primary key,
  request text not null,
  version bigint not null,
  type text not null,
  at bigint not null,
  actor text not null,
  payload text not null,
  prev text not null,
  hash text not null,
  unique (request, version)
);

-- Projections: functions of a request's state, replaced by each command; see rebuild.
create table cases (
  no text primary key,
  version bigint not null,
  office text not null,
  procedure text not null,
  revision text not null,
  state text not null,
  outcome text not null,
  title text not null,
  requester text not null,
  unit text not null,
  service_type text not null,
  received bigint not null,
  due text not null,
  created bigint not null,
  updated bigint not null,
  search text not null
);
create index cases_by_update on cases (updated, no);
create table case_viewer (
  no text not null,
  viewer text not null,
  primary key (no, viewer)
);
create index case_viewer_by_viewer on case_viewer (viewer, no);
create table case_system (
  no text not null,
  system text not null,
  primary key (no, system)
);
create index case_system_by_system on case_system (system, no);
-- Who is waited for: holder is 'role:office:unit' or 'person:e-mail'.
create table case_waiting (
  no text not null,
  stage text not null,
  unit text not null,
  holder text not null,
  since bigint not null,
  primary key (no, stage, unit, holder)
);
create index case_waiting_by_holder on case_waiting (holder, since, no);
create table register_row (
  office text not null,
  year bigint not null,
  number bigint not null,
  request text not null,
  received bigint not null,
  systems text not null,
  service_type text not null,
  memo_in text not null,
  memo_out text not null,
  score bigint not null,
  outcome text not null,
  title text not null,
  unit text not null,
  primary key (office, year, number)
);

create table attachment (
  id text primary key,
  request text not null,
  name text not null,
  type text not null,
  bytes bigint not null,
  sha256 text not null,
  actor text not null,
  at bigint not null
);
create index attachment_by_request on attachment (request);

-- Notices leave through here, written in the transaction of their cause.
create table outbox (
  id bigint primary key,
  kind text not null,
  request text not null,
  recipient text not null,
  cc text not null,
  subject text not null,
  body text not null,
  link text not null,
  created bigint not null,
  owner text not null,
  until bigint not null,
  done bigint not null
);
create index outbox_by_done on outbox (done, until, id);
create index outbox_by_recipient on outbox (recipient, id);
