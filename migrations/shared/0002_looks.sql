-- Looks of officers and checkers through the desk, counted by person and hour.
create index delivery_by_look on delivery (key_id, at) where connection = '' and document = '';
