-- When a file sent in was last named in something prepared, and when it was swept away; 0: never. The row stays.
alter table upload add column used bigint not null default 0;
alter table upload add column swept bigint not null default 0;
create index upload_unused on upload (created) where swept = 0 and used = 0;
create index upload_by_digest on upload (sha256);
