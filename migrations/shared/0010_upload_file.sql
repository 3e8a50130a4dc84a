-- Under which name the gate keeps a file that was sent in ('': its digest, so that files with the same bytes are one), so that each table goes on its own day.
alter table upload add column file text not null default '';
create index upload_by_file on upload (file) where file <> '';
-- Tables that are lost are looked for again.
create index inbound_lost on inbound (upload) where state = 'lost';
