-- The register's row of a request, for who compares the two.
create index register_row_by_request on register_row (request);
-- Whose systems wait for an officer: case_waiting.holder may be 'system:CODE'.
create index system_officer_by_person on system_officer (person);
