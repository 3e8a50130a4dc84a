-- Corrected copies of tables that a gate handed over and that no event of their requests tells of yet: the delivery has whose and what, and
-- a row goes when it is told. reading: which of its readings (version of inbound) it was. From the gate's log of evidence, like deliveries.
create table given_back (
  delivery text primary key,
  reading bigint not null
);
