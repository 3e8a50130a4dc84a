-- A clerk of an owner unit holds the role owner there, prepares the unit's answer and does not sign.
alter table person_role add column clerk bigint not null default 0;
