-- What is promised (policies), to which VMs, and what was last seen of VMs. A policy's body is the JSON of docs/operations/schedules.md.
create table policy (
  name text primary key,
  version bigint not null,
  body text not null,
  changed bigint not null
);

create table protect_rule (
  name text primary key,
  policy text not null references policy (name),
  pattern text,
  metadata text,
  host text
);

create table protected_vm (
  vm_id text primary key,
  name text not null,
  host text not null,
  -- what its disks lie on; VMs with the same text share it
  storage text not null,
  policy text not null references policy (name),
  -- null: protected by hand
  rule text,
  since bigint not null,
  -- since when its host no longer knows it
  orphaned bigint
);

create index protected_vm_by_host on protected_vm (host);

-- Unprotected by hand: no rule takes them again.
create table rule_exception (
  vm_id text primary key
);

alter table host add column registered bigint;
alter table vm add column seen bigint;
