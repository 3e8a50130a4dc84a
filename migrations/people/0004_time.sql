-- Days of calendars, as they were entered and cancelled. entered_seq and
-- cancelled_seq are the number of the last event before: so the calendar by
-- which a request ended can still be told when days have changed since.
create table calendar_entry (
  calendar text not null,
  day text not null,
  entered_seq bigint not null,
  kind text not null,
  name_th text not null,
  name_en text not null,
  source_ref text not null,
  replaces_day text not null,
  status text not null,
  cancelled_seq bigint not null,
  entered_by text not null,
  entered_at bigint not null,
  cancelled_by text not null,
  cancelled_at bigint not null,
  primary key (calendar, day, entered_seq)
);
insert into calendar_entry (calendar, day, entered_seq, kind, name_th, name_en,
    source_ref, replaces_day, status, cancelled_seq, entered_by, entered_at,
    cancelled_by, cancelled_at)
  select calendar, day, 0, kind, name_th, name_en, '', '', 'active', 0, '', 0,
    '', 0 from calendar_day;
drop table calendar_day;
alter table calendar_entry rename to calendar_day;

-- The calendars there are; 'government' always.
create table calendar (
  code text primary key,
  name_th text not null,
  name_en text not null
);
insert into calendar (code, name_th, name_en)
  values ('government', 'วันหยุดราชการ', 'Government holidays');

-- When an office closes (minutes since midnight) and which calendars it keeps,
-- blanks between, the one that counts most last; the newest line holds.
create table office_hours (
  office text not null,
  entered_seq bigint not null,
  closes bigint not null,
  calendars text not null,
  entered_by text not null,
  entered_at bigint not null,
  primary key (office, entered_seq)
);

-- Who was reminded of what, once: written with the notices.
create table reminder (
  request text not null,
  clock text not null,
  level bigint not null,
  at bigint not null,
  primary key (request, clock, level)
);

-- A late case's cause.
alter table register_row add column late_days bigint not null default 0;
alter table register_row add column late_cause text not null default '';
