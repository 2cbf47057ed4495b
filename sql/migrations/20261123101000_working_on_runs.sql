-- What a worker calls while it does a run's jobs. Every write names the epoch that claim_job gave: an older one writes nothing.
-- These run as service_role itself, whose policies let it see every tenant.
set role app_owner;

-- Give the run to this attempt. NULL when there is nothing to do: the course is gone, the run or the job has ended, or the course
-- has another run.
create function app.claim_job(p_job_id text, p_attempt int) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs;
    course public.courses;
begin
    run := app.lock_run((select j.run_id from public.job_status j where j.job_id = p_job_id));
    select * into course from public.courses c where c.id = run.course_id and c.run_id = run.id;
    if course.id is null or run.ended_at is not null then
        return null;
    end if;
    update public.job_status j
    set status = 'active', started_at = coalesce(j.started_at, now()), attempts = p_attempt
    where j.job_id = p_job_id and j.status in ('pending', 'waiting', 'active', 'delayed');
    if not found then
        return null;
    end if;
    update public.generation_runs r set epoch = r.epoch + 1, state = 'running' where r.id = run.id;
    return jsonb_build_object(
        'run_id', run.id,
        'epoch', run.epoch + 1,
        'course_id', course.id,
        'organization_id', run.organization_id,
        'user_id', run.user_id,
        'slot_token', run.slot_token,
        'tier', run.tier,
        'step_one_done', coalesce(course.generation_progress -> 'steps' -> 0 ->> 'status' = 'completed', false),
        'request_id', run.request_id,
        'webhook_url', run.webhook_url
    );
end
$$;

-- The run, locked after its course, if it is live and this epoch still holds it (any epoch when NULL); else NULL.
create function app.lock_held_run(p_run_id uuid, p_epoch int) returns public.generation_runs
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_run(p_run_id);
begin
    if run.ended_at is not null or run.epoch <> coalesce(p_epoch, run.epoch) then
        return null;
    end if;
    return run;
end
$$;

-- update_course_progress, fenced. False: nothing was written, since the run is another's or over.
create function app.progress(
    p_run_id uuid, p_epoch int, p_step int, p_status text, p_message text, p_error text default null,
    p_error_details jsonb default null, p_metadata jsonb default '{}'
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    if run.id is null then
        return false;
    end if;
    perform public.update_course_progress(
        run.course_id, p_step, p_status, p_message, p_error, p_error_details,
        coalesce(p_metadata, '{}') || jsonb_build_object('run_id', run.id)
    );
    return true;
end
$$;

create function app.complete_job(p_job_id text, p_run_id uuid, p_epoch int) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    update public.job_status j
    set status = 'completed', progress = 100, completed_at = now(), error_message = null
    where j.job_id = p_job_id and j.run_id = run.id and j.status in ('pending', 'waiting', 'active', 'delayed');
    return found;
end
$$;

create function app.retry_job(p_job_id text, p_run_id uuid, p_epoch int, p_error text) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    update public.job_status j
    set status = 'delayed', error_message = p_error
    where j.job_id = p_job_id and j.run_id = run.id and j.status in ('pending', 'waiting', 'active', 'delayed');
    return found;
end
$$;

-- End the run; its slot's token, or NULL when fenced. A failed run fails its live job, or the one named. The course's progress is
-- written before, by app.progress in the same transaction.
create function app.finish_run(
    p_run_id uuid, p_epoch int, p_state text, p_error text default null, p_job_id text default null,
    p_error_details jsonb default null
) returns uuid
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    if p_state is null or p_state not in ('completed', 'failed') then
        raise exception 'p_state must be completed or failed, not %', quote_nullable(p_state)
            using errcode = 'invalid_parameter_value';
    end if;
    update public.generation_runs r
    set state = p_state, ended_at = now(), failure = case p_state when 'failed' then p_error end
    where r.id = run.id;
    update public.job_status j
    set status = 'failed', error_message = p_error, error_stack = p_error_details ->> 'stack', failed_at = now()
    where p_state = 'failed'
      and j.run_id = run.id
      and j.job_id = coalesce(p_job_id, j.job_id)
      and j.status in ('pending', 'waiting', 'active', 'delayed');
    return run.slot_token;
end
$$;

-- End a run that lost its worker for good: the step under way has failed, or the next one where that one was completed.
-- NULL when the run has ended already, or another epoch holds it. The queue's row stays as it is: claim_job finds nothing to do there.
create function app.fail_run(p_run_id uuid, p_error text, p_epoch int default null) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
    progress jsonb;
    step int;
begin
    if run.id is null then
        return null;
    end if;
    select c.generation_progress into progress from public.courses c where c.id = run.course_id;
    step := (progress ->> 'current_step')::int;
    if progress -> 'steps' -> (step - 1) ->> 'status' = 'completed' then
        step := step + 1;
    end if;
    step := least(greatest(step, 2), 5);    -- the first step has no failure of its own
    perform app.progress(run.id, run.epoch, step, 'failed', s.failure_message, p_error)
    from app.generation_steps((progress ->> 'has_documents')::boolean) s
    where s.step_id = step;
    perform app.finish_run(run.id, run.epoch, 'failed', p_error);
    return jsonb_build_object(
        'run_id', run.id, 'slot_token', run.slot_token, 'course_id', run.course_id, 'user_id', run.user_id
    );
end
$$;

grant execute on function
    app.lock_run(uuid),
    app.lock_held_run(uuid, int),
    app.claim_job(text, int),
    app.progress(uuid, int, int, text, text, text, jsonb, jsonb),
    app.complete_job(text, uuid, int),
    app.retry_job(text, uuid, int, text),
    app.finish_run(uuid, int, text, text, text, jsonb),
    app.fail_run(uuid, text, int)
to service_role;

reset role;
