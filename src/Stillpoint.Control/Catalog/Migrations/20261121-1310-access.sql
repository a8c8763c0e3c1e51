-- Who may ask the service for what, and what was asked. Secrets are hashes only.
create table app_user (
  name text primary key,
  role text not null,
  -- patterns of VM names, a line each; null: every VM
  vms text,
  password text not null,
  second_factor text,
  second_factor_step bigint not null,
  version bigint not null,
  created bigint not null
);

create table access_key (
  id text primary key,
  kind text not null,
  hash text not null unique,
  owner text not null references app_user (name),
  label text not null,
  role text not null,
  vms text,
  csrf text,
  created bigint not null,
  expires bigint not null,
  last_used bigint
);

create table audit (
  id text primary key,
  at bigint not null,
  who text not null,
  via text not null,
  address text not null,
  action text not null,
  target text not null,
  outcome bigint not null,
  job text
);

create table request_key (
  who text not null,
  key text not null,
  digest text not null,
  job text not null,
  created bigint not null,
  primary key (who, key)
);
