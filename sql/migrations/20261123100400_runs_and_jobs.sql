-- Runs, their jobs, and SAQ's tables (version 3 of its schema, SAQ 0.26.4): it would make them at connect, and parallel first
-- starts fail at that.
set role app_owner;

create table public.generation_runs (
    id uuid primary key default gen_random_uuid(),
    course_id uuid not null,
    organization_id uuid not null,
    user_id uuid not null,
    idempotency_key text,
    tier text not null,
    state text not null default 'reserving'
        check (state in ('reserving', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    epoch int not null default 0 check (epoch >= 0),
    request_id text,
    webhook_url text,
    slot_token uuid not null,
    failure text,
    artifacts jsonb not null default '{}' check (jsonb_typeof(artifacts) = 'object'),  -- what a step leaves for the next ones
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    check ((ended_at is null) = (state in ('reserving', 'queued', 'running'))),
    unique (user_id, idempotency_key),
    unique (organization_id, course_id, id),
    foreign key (organization_id, course_id) references public.courses (organization_id, id) on delete cascade,
    foreign key (organization_id, user_id) references public.users (organization_id, id)
);

create unique index generation_runs_one_live_per_course on public.generation_runs (course_id) where ended_at is null;
create index generation_runs_live on public.generation_runs (user_id) where ended_at is null;

alter table public.courses
    add foreign key (organization_id, id, run_id) references public.generation_runs (organization_id, course_id, id);

create table public.job_status (
    id uuid primary key default gen_random_uuid(),
    job_id text not null unique,
    run_id uuid not null,
    job_type text not null check (job_type in (
        'initialize', 'document_processing', 'structure_analysis', 'structure_generation', 'text_generation', 'finalization'
    )),
    organization_id uuid not null,
    course_id uuid not null,
    user_id uuid not null,
    status text not null default 'pending'
        check (status in ('pending', 'waiting', 'active', 'completed', 'failed', 'delayed', 'cancelled')),
    priority smallint not null,
    progress int not null default 0 check (progress between 0 and 100),
    error_message text,
    error_stack text,
    attempts int not null default 0 check (attempts >= 0),
    max_attempts int not null check (max_attempts > 0),
    cancelled_by uuid,
    cancelled_at timestamptz,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    failed_at timestamptz,
    updated_at timestamptz not null default now(),
    foreign key (organization_id, course_id, run_id)
        references public.generation_runs (organization_id, course_id, id) on delete cascade,
    foreign key (organization_id, user_id) references public.users (organization_id, id)
);

create unique index job_status_one_live_per_course on public.job_status (course_id)
    where status in ('pending', 'waiting', 'active', 'delayed');
create index job_status_run on public.job_status (run_id, created_at, id);
create index job_status_organization on public.job_status (organization_id, job_id);    -- job ids sort by time
create index job_status_user on public.job_status (user_id, job_id);

create trigger touch_updated_at
    before update on public.job_status
    for each row execute function app.touch_updated_at();

-- `lease` is ours: every update of a worker names the lease it was given, so that one which was thought dead changes nothing.
create table public.saq_jobs (
    key text primary key,
    lock_key serial not null,
    job bytea not null check (jsonb_typeof(convert_from(job, 'UTF8')::jsonb) = 'object'),   -- another one would stop every take
    queue text not null,
    status text not null,
    priority smallint not null default 0 check (priority >= 0),
    group_key text,
    scheduled bigint not null default extract(epoch from now()),
    expire_at bigint,
    lease uuid
);

create index saq_jobs_status_queue_group_key_idx on public.saq_jobs (status, queue, group_key);
create index saq_jobs_status_queue_priority_scheduled_idx on public.saq_jobs (status, queue, priority, scheduled);
-- First in, first out within a priority: the order of our dequeue.
create index saq_jobs_waiting on public.saq_jobs (queue, priority, lock_key) include (scheduled) where status = 'queued';

create table public.saq_stats (
    worker_id text primary key,
    stats jsonb,
    expire_at bigint,
    metadata jsonb,
    queue_key text
);

create index saq_stats_expire_at_idx on public.saq_stats (expire_at);
create index saq_stats_queue_key_idx on public.saq_stats (queue_key);

create table public.saq_versions (version int);

insert into public.saq_versions (version) values (3);

reset role;
