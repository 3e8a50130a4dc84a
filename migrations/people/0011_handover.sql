-- One request in the hands of somebody else: from a day to a day, both included; empty: without an end.
alter table case_waiting add column starts text not null default '';
alter table case_waiting add column until text not null default '';
