-- Tables whose sender named the day on which they go.
create index upload_days on upload (destroy_on) where swept = 0 and destroy_on <> '';
