-- Times are Unix milliseconds. The vault is the truth about points; this is what ran here, and where things are.
create table setting (
  name text primary key,
  value text not null
);

create table host (
  uri text primary key,
  last_used bigint not null
);

create table vault (
  id text primary key,
  path text not null,
  last_used bigint not null
);

create table vm (
  id text primary key,
  name text not null,
  host text not null,
  last_used bigint not null
);

create table job (
  id text primary key,
  kind text not null,
  state text not null,
  vm_id text,
  vm text not null,
  host text not null,
  vault text not null,
  point text,
  started bigint not null,
  ended bigint,
  bytes_done bigint not null default 0,
  bytes_stored bigint not null default 0,
  failure text,
  -- who runs it: held locked by the living process (locks/<lock_name>)
  lock_name text not null,
  process_id bigint not null
);

create index job_by_start on job (started);

create table sub_task (
  job text not null references job (id),
  name text not null,
  started bigint not null,
  ended bigint,
  failure text,
  primary key (job, name, started)
);

create table warning (
  job text not null references job (id),
  ordinal bigint not null,
  failure text not null,
  primary key (job, ordinal)
);

create table point (
  id text primary key,
  vault text not null,
  job text not null,
  vm_id text not null,
  vm text not null,
  taken bigint not null,
  consistency text not null,
  bytes_stored bigint not null
);
