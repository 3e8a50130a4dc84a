-- Under which conditions the owners agreed. What waits for the officers of a system
-- also waits for a head now (case_waiting.holder 'fallback:OFFICE:DIVISION'):
-- migrating makes both anew from the events.
alter table register_row add column conditions text not null default '';
