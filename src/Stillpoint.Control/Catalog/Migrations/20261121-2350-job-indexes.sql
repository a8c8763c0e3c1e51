-- What is asked of hundreds of thousands of jobs: those in a state, a VM's by its name, the newest of a kind in a vault.
create index job_by_state on job (state, id);
create index job_by_vm_name on job (vm, id);
create index job_by_kind on job (kind, vault, started);
