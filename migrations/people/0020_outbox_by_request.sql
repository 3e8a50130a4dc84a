-- What became of a request's reminder is asked by its request.
create index outbox_by_request on outbox (request, kind);
