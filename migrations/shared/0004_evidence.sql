-- Deliveries are a projection of the gates' logs of evidence: which log, and where in it the record of the
-- beginning and of the end stand; -1 is none.
alter table delivery add column log text not null default '';
alter table delivery add column leaf bigint not null default -1;
alter table delivery add column result_leaf bigint not null default -1;

-- How many leaves of a log are in the table of deliveries.
create table evidence_log (
  id text primary key,
  leaves bigint not null
);
