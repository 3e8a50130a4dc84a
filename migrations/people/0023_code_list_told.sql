-- When the officers of its system were last told that a list of codes (shared: code_list) cannot be read.
create table code_list_told (
  list text primary key,
  at bigint not null
);
