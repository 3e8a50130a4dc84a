-- Lists of codes that a system's officers offer for checking columns of tables that are sent in: what they are called, and the query
-- that gives them at their source. No code stands here. made and ended say who did it and when: no row is ever taken away or rewritten.
-- looked, codes and trouble are of the last reading.
create table code_list (
  id text primary key,
  system text not null,
  source text not null,
  title_th text not null,
  title_en text not null,
  query text not null,
  made_by text not null,
  made bigint not null,
  ended_by text not null,
  ended bigint not null,
  looked bigint not null,
  codes bigint not null,
  trouble text not null
);
create index code_list_by_system on code_list (system, made);
