-- What was seen of a job that failed or did less than asked: its diagnosis is made from this, whenever it is asked for.
create table job_fact (
  job text not null references job (id),
  ordinal bigint not null,
  name text not null,
  value text not null,
  source text not null,
  time bigint,
  primary key (job, ordinal)
);
