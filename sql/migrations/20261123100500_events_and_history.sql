-- What is only ever added to. Rows of system_metrics outlive what they tell of, hence no foreign keys to it.
set role app_owner;

create table public.system_metrics (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid,
    event_type text not null check (event_type in (
        'job_rollback', 'orphaned_job_recovery', 'concurrency_limit_hit', 'worker_timeout', 'rpc_retry_exhausted',
        'duplicate_job_detected', 'superadmin_action'
    )),
    severity text not null check (severity in ('info', 'warn', 'error', 'fatal')),
    user_id uuid,
    course_id uuid,
    job_id text,
    metadata jsonb not null default '{}',
    "timestamp" timestamptz not null default now()
);

comment on table public.system_metrics is 'Critical system events for monitoring and alerting';

create index system_metrics_event_type on public.system_metrics (event_type);
create index system_metrics_severity on public.system_metrics (severity);
create index system_metrics_timestamp on public.system_metrics ("timestamp" desc);
create index system_metrics_course_id on public.system_metrics (course_id) where course_id is not null;
create index system_metrics_organization on public.system_metrics (organization_id, "timestamp" desc);

create table public.generation_status_history (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    old_status public.generation_status,
    new_status public.generation_status,
    changed_at timestamptz not null default clock_timestamp(),  -- two moves of one transaction keep their order
    changed_by uuid,
    trigger_source text not null,
    metadata jsonb not null default '{}',
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create index generation_status_history_course
    on public.generation_status_history (organization_id, course_id, changed_at);

reset role;
