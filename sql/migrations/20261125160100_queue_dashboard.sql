-- What superadmins see and do at /admin/queues. A lease is its worker's alone: it is not for reading.
set role app_owner;

grant select (key, lock_key, job, queue, status, priority, scheduled, expire_at) on public.saq_jobs to app_superadmin;
grant select on public.saq_stats to app_superadmin;
create policy superadmin_select on public.saq_jobs for select to app_superadmin using (true);
create policy superadmin_select on public.saq_stats for select to app_superadmin using (true);

-- Queue an exhausted job once more, with all its attempts: 'retried', or why not. No other state leads back: a second copy of a
-- running job is what this is instead of. A run that has ended stays so, and its jobs with it.
create function app.retry_exhausted_job(p_job_id text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
    run public.generation_runs;
    found_status text;
begin
    select * into caller from app.caller();
    if caller.is_superadmin is not true then
        raise exception 'jobs are retried by superadmins' using errcode = 'insufficient_privilege';
    end if;
    run := app.lock_run((select j.run_id from public.job_status j where j.job_id = p_job_id));
    select q.status into found_status
    from public.saq_jobs q
    where q.key = p_job_id and q.queue = 'coursegen'
    for update;
    if not found then
        return 'not_found';
    elsif found_status <> 'failed' then
        return 'not_failed';
    elsif run.ended_at is not null then
        return 'run_ended';
    end if;
    update public.saq_jobs q
    set status = 'queued',
        scheduled = floor(extract(epoch from now()))::bigint,
        job = convert_to((
            convert_from(q.job, 'UTF8')::jsonb || jsonb_build_object('attempts', 0, 'error', null, 'completed', 0)
        )::text, 'UTF8')
    where q.key = p_job_id;
    perform pg_notify('saq:coursegen', 'saq:enqueue');
    return 'retried';
end
$$;

grant execute on function app.retry_exhausted_job(text) to app_superadmin;

reset role;
