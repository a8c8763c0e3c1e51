-- The guest's own scripts as a job ran them.
create table job_script (
  job text not null references job (id),
  ordinal bigint not null,
  phase text not null,
  name text not null,
  exit_code bigint not null,
  tries bigint not null,
  output text not null,
  primary key (job, ordinal)
);
