-- What the API calls for the person who asks: claim a run, put a job into the queue. These run as their owner, since callers may
-- write none of the tables, and check the caller's claims themselves.
-- Locks are always taken in the order course, run, jobs, so that starting, cancelling and working never deadlock.
set role app_owner;

-- What an earlier call has left that answers this one: the same key, or a run that has not ended. Else NULL.
create function app.earlier_run(p_course public.courses, p_idempotency_key text, p_webhook_url text) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs;
    job text;
begin
    select * into run
    from public.generation_runs r
    where r.user_id = p_course.user_id and r.idempotency_key = p_idempotency_key;
    if found then
        if run.course_id <> p_course.id or run.webhook_url is distinct from p_webhook_url then
            return jsonb_build_object('outcome', 'key_reused');
        end if;
        select j.job_id into job from public.job_status j where j.run_id = run.id order by j.created_at, j.id limit 1;
        return jsonb_build_object('outcome', 'replayed', 'run_id', run.id, 'job_id', job);
    end if;
    select * into run from public.generation_runs r where r.course_id = p_course.id and r.ended_at is null;
    if not found then
        return null;
    end if;
    -- between two steps of a chain that lost its worker no job is live: then the last one is the answer
    select j.job_id into job from public.job_status j where j.run_id = run.id order by j.created_at desc, j.id limit 1;
    return jsonb_build_object('outcome', 'already_running', 'run_id', run.id, 'job_id', job);
end
$$;

-- The course's fields that a run works from. The lesson's length is a client's free-form setting: only a number is passed on.
create function app.course_for_run(p_course public.courses) returns jsonb
language sql immutable
set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_course.id,
        'title', p_course.title,
        'language', p_course.language,
        'style', p_course.style,
        'course_description', p_course.course_description,
        'target_audience', p_course.target_audience,
        'difficulty', p_course.difficulty,
        'lesson_duration_minutes', case jsonb_typeof(p_course.settings -> 'lesson_duration_minutes')
            when 'number' then p_course.settings -> 'lesson_duration_minutes'
        end,
        'learning_outcomes', p_course.learning_outcomes,
        'estimated_lessons', p_course.estimated_lessons,
        'estimated_sections', p_course.estimated_sections,
        'content_strategy', p_course.content_strategy,
        'output_formats', p_course.output_formats,
        'organization_id', p_course.organization_id,
        'user_id', p_course.user_id
    )
$$;

-- The course at the start of its new run, step 1 completed; returns whether it has documents. A status that a lost run left
-- under way (restored data) is failed first: without that the course could never be generated again.
create function app.start_course(p_course_id uuid, p_run_id uuid, p_webhook_url text) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    progress jsonb := app.initial_progress(p_course_id);
begin
    update public.courses c
    set generation_status = 'failed'
    where c.id = p_course_id
      and c.generation_status not in ('pending', 'completed', 'failed', 'cancelled');
    update public.courses c
    set run_id = p_run_id,
        generation_status = 'pending',
        generation_progress = progress,
        generation_started_at = null,
        generation_completed_at = null,
        last_progress_update = now(),
        webhook_url = p_webhook_url,
        error_message = null,
        error_details = null
    where c.id = p_course_id;
    perform public.update_course_progress(
        p_course_id, 1, 'completed', 'Инициализация завершена', null, null, jsonb_build_object('run_id', p_run_id)
    );
    return (progress ->> 'has_documents')::boolean;
end
$$;

-- Insert the run and start its course; NULL when the key or the id is taken: another course of the same user was claimed with it
-- at the same time. (Claims of one course wait for each other at its lock.)
create function app.new_run(
    p_course public.courses, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    tier app.tiers;
begin
    select t.* into tier
    from public.organizations o
    join app.tiers t on t.tier = o.tier
    where o.id = p_course.organization_id;
    insert into public.generation_runs (
        id, course_id, organization_id, user_id, idempotency_key, tier, request_id, webhook_url, slot_token
    )
    values (
        p_run_id, p_course.id, p_course.organization_id, p_course.user_id, p_idempotency_key, tier.tier, p_request_id,
        p_webhook_url, p_slot_token
    )
    on conflict do nothing;
    if not found then
        return null;
    end if;
    return jsonb_build_object(
        'outcome', 'claimed',
        'run_id', p_run_id,
        'tier', tier.tier,
        'user_limit', tier.concurrent_runs,
        'priority', tier.priority,
        'has_documents', app.start_course(p_course.id, p_run_id, p_webhook_url),
        'course', app.course_for_run(p_course)
    );
end
$$;

-- A course that the caller owns or, by the policy of courses, may read; locked. NULL when there is none.
create function app.lock_visible_course(p_course_id uuid) returns public.courses
language plpgsql
set search_path = ''
as $$
declare
    caller record;
    course public.courses;
begin
    select * into caller from app.caller();
    select * into course
    from public.courses c
    where c.id = p_course_id
      and (
        caller.is_superadmin
        or c.organization_id = caller.organization_id and (
            c.user_id = caller.user_id
            or caller.role in ('admin', 'instructor')
            or caller.role = 'student' and exists (
                select
                from public.enrollments e
                where e.user_id = caller.user_id and e.course_id = c.id and e.status = 'active'
            )
        )
      )
    for no key update;
    return course;
end
$$;

-- Start a run of the caller's own course, or say what stands against it. The outcome already_running has written an event:
-- the caller commits it too. After a COMMIT whose answer was lost, already_running names the caller's own run, without an event.
create function app.claim_run(
    p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
    course public.courses := app.lock_visible_course(p_course_id);
    outcome jsonb;
begin
    select * into caller from app.caller();
    if course.id is null then
        return jsonb_build_object('outcome', 'course_not_found');
    end if;
    if (course.user_id = caller.user_id and caller.role in ('instructor', 'admin', 'superadmin')) is not true then
        return jsonb_build_object('outcome', 'not_yours');
    end if;
    outcome := coalesce(
        app.earlier_run(course, p_idempotency_key, p_webhook_url),
        app.new_run(course, p_run_id, p_slot_token, p_idempotency_key, p_webhook_url, p_request_id),
        app.earlier_run(course, p_idempotency_key, p_webhook_url)
    );
    if outcome is null then
        raise exception 'run id % is taken', p_run_id using errcode = 'unique_violation';
    end if;
    if outcome ->> 'outcome' = 'already_running' and outcome ->> 'run_id' <> p_run_id::text then
        perform app.record_event(
            'duplicate_job_detected', 'warn', course.id, outcome ->> 'job_id',
            jsonb_build_object('run_id', outcome ->> 'run_id', 'request_id', p_request_id)
        );
    end if;
    return outcome;
end
$$;

-- The run, locked after its course; NULL when either is gone.
create function app.lock_run(p_run_id uuid) returns public.generation_runs
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs;
begin
    perform
    from public.courses c
    where c.id = (select r.course_id from public.generation_runs r where r.id = p_run_id)
    for no key update;
    select * into run from public.generation_runs r where r.id = p_run_id for no key update;
    return run;
end
$$;

-- The run, locked, for whom it belongs to and for workers. Else NULL, as for a missing one, before any lock: a stranger must
-- neither wait for a run nor keep others from it. (A run never changes its user.)
create function app.lock_own_run(p_run_id uuid) returns public.generation_runs
language plpgsql
set search_path = ''
as $$
declare
    caller record;
begin
    select * into caller from app.caller();
    if caller.database_role <> 'service_role'
        and not exists (select from public.generation_runs r where r.id = p_run_id and r.user_id = caller.user_id) then
        return null;
    end if;
    return app.lock_run(p_run_id);
end
$$;

-- Put a job of a run into the queue, in the caller's transaction. Callers may do so for a run of their own that they are just
-- reserving, workers for any that has not ended. The priority is SAQ's: 100 minus the tier's, lower runs first.
create function app.enqueue_job(
    p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts int,
    p_scheduled bigint default 0
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
    run public.generation_runs;
begin
    select * into caller from app.caller();
    run := app.lock_own_run(p_run_id);
    if run.id is null then
        raise exception 'run % is not yours', p_run_id using errcode = 'insufficient_privilege';
    end if;
    if run.ended_at is not null or (caller.database_role <> 'service_role' and run.state <> 'reserving') then
        raise exception 'run % takes no job, it is %', p_run_id, run.state using errcode = 'CG011';
    end if;
    insert into public.job_status (
        job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, max_attempts
    )
    values (
        p_job_id, run.id, p_job_type, run.organization_id, run.course_id, run.user_id, 'waiting', 100 - p_priority,
        p_max_attempts
    );
    -- whole seconds, rounded down: a job due in half a second would sleep through the notification below
    insert into public.saq_jobs (key, job, queue, status, priority, scheduled)
    values (
        p_job_id, p_job, 'coursegen', 'queued', p_priority,
        coalesce(nullif(p_scheduled, 0), floor(extract(epoch from now()))::bigint)
    );
    update public.generation_runs r set state = 'queued' where r.id = run.id and r.state = 'reserving';
    perform pg_notify('saq:coursegen', 'saq:enqueue');
end
$$;

grant execute on function app.enqueue_job(uuid, text, text, bytea, smallint, int, bigint)
to authenticated, app_superadmin, service_role;

grant execute on function app.claim_run(uuid, uuid, uuid, text, text, text) to authenticated, app_superadmin;

reset role;
