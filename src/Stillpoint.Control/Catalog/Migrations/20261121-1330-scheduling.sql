-- A start that somebody took: whoever takes it writes this first, so that it is taken once. It stands until its job has a row, and after that as history.
create table run_claim (
  vm_id text not null,
  -- the window it is for, and how many runs for that window there were before
  opens bigint not null,
  attempt bigint not null,
  job text not null,
  -- held locked by the living process (locks/<owner>)
  owner text not null,
  claimed bigint not null,
  primary key (vm_id, opens, attempt)
);

create index job_by_end on job (ended);
create index job_by_vm on job (vm_id, started);
