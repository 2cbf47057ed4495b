-- Cancelling, by the person who asks. In one transaction the run, its course, its jobs and the queue's rows end.
set role app_owner;

-- End a live run as cancelled, with its jobs and what the queue holds of them; the job ids. Its course and itself are locked.
create function app.cancel_locked_run(p_run public.generation_runs, p_user_id uuid) returns text[]
language plpgsql
set search_path = ''
as $$
declare
    cancelled text[];
begin
    update public.generation_runs r set state = 'cancelled', ended_at = now() where r.id = p_run.id;
    update public.courses c
    set generation_status = 'cancelled',
        generation_progress = c.generation_progress || jsonb_build_object('message', 'Отменено пользователем'),
        generation_completed_at = now(),
        last_progress_update = now()
    where c.id = p_run.course_id and c.run_id = p_run.id;
    with stopped as (
        update public.job_status j
        set status = 'cancelled', cancelled_by = p_user_id, cancelled_at = now()
        where j.run_id = p_run.id and j.status in ('pending', 'waiting', 'active', 'delayed')
        returning j.job_id
    )
    select coalesce(array_agg(job_id), '{}') into cancelled from stopped;
    -- a waiting job ends here, its row kept as long as any ended job's, a running one when its worker hears of it
    update public.saq_jobs q
    set status = case q.status when 'queued' then 'aborted' else 'aborting' end,
        expire_at = case q.status
            when 'queued' then floor(extract(epoch from now()))::bigint
                + nullif((convert_from(q.job, 'UTF8')::jsonb ->> 'ttl')::bigint, 0)
        end
    where q.key = any (cancelled) and q.status in ('queued', 'active');
    perform pg_notify('coursegen_cancel', job_id) from unnest(cancelled) as ids (job_id);
    return cancelled;
end
$$;

-- May the caller stop what this user has started in this organization: the user, an admin there, a superadmin.
create function app.caller_may_cancel(p_organization_id uuid, p_user_id uuid) returns boolean
language sql stable
set search_path = ''
as $$
    select caller.is_superadmin
        or (
            caller.organization_id = p_organization_id
            and (caller.user_id = p_user_id or caller.role = 'admin') is true
        )
    from app.caller() as caller
$$;

create function app.cancel_run(p_course_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
    course public.courses := app.lock_visible_course(p_course_id);
    run public.generation_runs;
begin
    select * into caller from app.caller();
    if course.id is null then
        return jsonb_build_object('outcome', 'not_found');
    end if;
    if not app.caller_may_cancel(course.organization_id, course.user_id) then
        return jsonb_build_object('outcome', 'not_yours');
    end if;
    select * into run
    from public.generation_runs r
    where r.course_id = p_course_id and r.ended_at is null
    for no key update;
    if not found then
        return jsonb_build_object('outcome', 'not_running');
    end if;
    return jsonb_build_object(
        'outcome', 'cancelled',
        'run_id', run.id,
        'slot_token', run.slot_token,
        'job_ids', app.cancel_locked_run(run, caller.user_id)
    );
end
$$;

-- Cancel the run that a job belongs to. Of a run's jobs only the live one can be cancelled.
create function app.cancel_job(p_job_id text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
    course public.courses;
    job public.job_status;
begin
    course := app.lock_visible_course((select j.course_id from public.job_status j where j.job_id = p_job_id));
    select * into job from public.job_status j where j.job_id = p_job_id and j.course_id = course.id;
    return case
        when job.id is null then jsonb_build_object('outcome', 'not_found')
        when not app.caller_may_cancel(job.organization_id, job.user_id) then jsonb_build_object('outcome', 'not_yours')
        when job.status = 'cancelled' then jsonb_build_object('outcome', 'already_cancelled')
        when job.status in ('completed', 'failed') then jsonb_build_object('outcome', 'finished', 'status', job.status)
        else app.cancel_run(job.course_id)
    end;
end
$$;

grant execute on function app.cancel_run(uuid), app.cancel_job(text) to authenticated, app_superadmin;

reset role;
