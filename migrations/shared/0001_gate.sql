-- What desk and gate both know: sources without secrets, connections, hashes of keys, deliveries.
create table source (
  name text primary key,
  system text not null,
  kind text not null,
  dsn text not null,
  added bigint not null
);
create index source_by_system on source (system);

-- One part of an approved artefact through one outlet. spec is JSON: query, columns, filters, forms, networks, purpose.
create table connection (
  id text primary key,
  request text not null,
  part text not null,
  outlet text not null,
  digest text not null,
  spec text not null,
  state text not null,
  starts bigint not null,
  expires bigint not null,
  seq bigint not null
);
create index connection_by_request on connection (request);
create table access_key (
  id text primary key,
  connection text not null references connection (id),
  hash bytea not null unique,
  hint text not null,
  holder text not null,
  created bigint not null,
  expires bigint not null,
  revoked bigint not null
);
create index access_key_by_connection on access_key (connection);

-- A finished file in the gate's keeping, by its SHA-256.
create table document (
  id text primary key,
  request text not null,
  digest text not null,
  part text not null,
  name text not null,
  form text not null,
  sha256 text not null,
  bytes bigint not null,
  state text not null,
  expires bigint not null,
  seq bigint not null
);
create index document_by_request on document (request);
create table upload (
  id text primary key,
  request text not null,
  name text not null,
  sha256 text not null,
  bytes bigint not null,
  actor text not null,
  created bigint not null,
  received bigint not null
);
create index upload_by_request on upload (request);
create table ticket (
  hash bytea primary key,
  purpose text not null,
  subject text not null,
  holder text not null,
  expires bigint not null
);
create index ticket_by_expiry on ticket (expires);

-- One row for each answer of a connection or document: before its first byte, and completed after its last.
create table delivery (
  id text primary key,
  connection text not null,
  request text not null,
  document text not null,
  key_id text not null,
  digest text not null,
  at bigint not null,
  address text not null,
  form text not null,
  query text not null,
  status text not null,
  n_rows bigint not null,
  n_bytes bigint not null,
  sha256 text not null,
  ended bigint not null
);
create index delivery_by_connection on delivery (connection, at);
create index delivery_by_document on delivery (document, at);
create index delivery_by_request on delivery (request, at);

-- Read by every gate process each 200 ms; seq is the event up to which connections were published.
create table change (
  id bigint primary key,
  seq bigint not null,
  flag bigint not null
);
insert into change (id, seq, flag) values (1, 0, 0);
