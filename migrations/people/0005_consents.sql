-- Standing consents: an owner unit agrees in advance. A row is never changed but for
-- its revocation. columns is a JSON list, or '' for all.
create table standing_consent (
  id text primary key,
  unit text not null,
  asker text not null,
  system text not null,
  purpose text not null,
  columns text not null,
  until text not null,
  note text not null,
  actor text not null,
  at bigint not null,
  revoked bigint not null,
  revoked_by text not null,
  reason text not null
);
create index standing_consent_by_asker on standing_consent (asker, revoked, until);
create index standing_consent_by_time on standing_consent (at, id);
