-- The texts that an office makes its papers from; the shipped ones are version 0.
create table paper_text (
  office text not null,
  kind text not null,
  version bigint not null,
  text text not null,
  digest text not null,
  made_by text not null,
  made bigint not null,
  primary key (office, kind, version)
);
