-- The list of files with data says when each goes: it is to be what the events say before
-- anything is destroyed by it. Migrating makes it anew and takes this away.
insert into setting (name, value)
  select 'rebuild-needed', '1' where exists (select 1 from events)
  on conflict (name) do update set value = excluded.value;
