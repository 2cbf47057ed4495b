-- What a start that failed for good leaves behind is taken back, and what anyone may ask of a running service.
set role app_owner;

-- The compensation of a start whose COMMIT may have happened although its answer was lost: the caller was told that it failed, so
-- the run must not go on. Its job leaves the queue. Nothing to do for a run that was never committed, has ended, or is not the
-- caller's.
create function app.abandon_run(p_run_id uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_own_run(p_run_id);
begin
    if run.id is null or run.ended_at is not null then
        return;
    end if;
    delete from public.saq_jobs q
    using public.job_status j
    where j.run_id = run.id and q.key = j.job_id and q.status = 'queued';
    perform app.fail_run(run.id, 'The start was rolled back');
end
$$;

grant execute on function app.abandon_run(uuid) to authenticated, app_superadmin;

-- Workers that said in the last half minute that they live.
create function app.live_workers() returns int
language sql stable security definer
set search_path = ''
as $$
    select count(*)::int from public.saq_stats s where s.expire_at > extract(epoch from now())
$$;

grant usage on schema app to anon;
grant execute on function app.live_workers() to anon, authenticated, app_superadmin;

reset role;
