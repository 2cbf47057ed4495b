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

-- Note an event. Its user is the caller, who must have one, or for a worker the course's owner; a course that is not the
-- caller's to see is left out. (app.caller comes with the next file.)
create function app.record_event(
    p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb
) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
    course record;
    event_id uuid;
begin
    select * into caller from app.caller();
    if caller.user_id is null and caller.database_role <> 'service_role' then
        raise exception 'events are noted by the signed-in and by workers' using errcode = 'insufficient_privilege';
    end if;
    if p_event_type = 'superadmin_action' and not caller.is_superadmin then
        raise exception 'superadmin_action is for superadmins alone' using errcode = 'insufficient_privilege';
    end if;
    select c.id, c.organization_id, c.user_id
    into course
    from public.courses c
    where c.id = p_course_id
      and (c.organization_id = caller.organization_id or caller.database_role in ('app_superadmin', 'service_role'));
    insert into public.system_metrics (organization_id, event_type, severity, user_id, course_id, job_id, metadata)
    values (
        coalesce(course.organization_id, caller.organization_id), p_event_type, p_severity,
        coalesce(caller.user_id, course.user_id), course.id, p_job_id, coalesce(p_metadata, '{}')
    )
    returning id into event_id;
    return event_id;
end
$$;

grant execute on function app.record_event(text, text, uuid, text, jsonb) to authenticated, app_superadmin, service_role;

reset role;
