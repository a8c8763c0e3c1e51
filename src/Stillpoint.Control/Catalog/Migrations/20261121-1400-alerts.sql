-- One open row per kind and subject: raised, seen still, cleared. Hushed: somebody has seen it; it is told no more and ends when its reason does.
create table alert (
  id text primary key,
  kind text not null,
  subject text not null,
  name text not null,
  arguments text not null,
  raised bigint not null,
  seen bigint not null,
  hushed bigint,
  cleared bigint,
  -- what went out of it: 0 nothing, 1 that it was raised, 2 that it was cleared
  told bigint not null default 0
);

create unique index alert_open on alert (kind, subject) where cleared is null;
create index alert_by_time on alert (raised);
create index point_by_vm on point (vm_id, taken);

-- How full the vault's place was: the forecast is made from it.
create table vault_space (
  vault text not null,
  at bigint not null,
  free bigint not null,
  primary key (vault, at)
);
