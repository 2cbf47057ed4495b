-- Figures for /metrics: what happened in all is counted as it happens, what is the case now is counted when somebody asks.
set role app_owner;

-- Sums stand here as amounts to add up. Counting only ever inserts, so that no transaction waits for another's counter; the
-- reaper folds the rows from time to time, in one statement, so that a reader sees each amount once.
create table app.counters (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    label text not null,
    amount bigint not null
);

alter table app.counters enable row level security;
alter table app.counters force row level security;
create policy owner_all on app.counters to app_owner using (true);

insert into app.counters (name, label, amount)
select 'events', m.event_type, count(*) from public.system_metrics m group by m.event_type
union all
select 'runs_ended', r.state, count(*) from public.generation_runs r where r.ended_at is not null group by r.state;

create function app.count_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    insert into app.counters (name, label, amount) values ('events', new.event_type, 1);
    return null;
end
$$;

create trigger count_event
    after insert on public.system_metrics
    for each row execute function app.count_event();

create function app.count_ended_run() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    insert into app.counters (name, label, amount) values ('runs_ended', new.state, 1);
    return null;
end
$$;

create trigger count_ended_run
    after update of ended_at on public.generation_runs
    for each row when (old.ended_at is null and new.ended_at is not null)
    execute function app.count_ended_run();

-- Add up what a pass of the reaper did, {"work": amount}, and fold the rows once there are many.
create function app.count_reaper_work(p_work jsonb) returns void
language sql security definer
set search_path = ''
as $$
    insert into app.counters (name, label, amount)
    select 'reaper', work.key, work.value::bigint
    from jsonb_each_text(p_work) as work;

    with folded as (
        delete from app.counters
        where (select count(*) from app.counters) > 200
        returning name, label, amount
    )
    insert into app.counters (name, label, amount)
    select f.name, f.label, sum(f.amount)
    from folded f
    group by f.name, f.label;
$$;

grant execute on function app.count_reaper_work(jsonb) to service_role;

-- What /metrics tells of all tenants together: sums alone, no row of anybody. Priorities are the tiers', higher runs first; ages are
-- whole seconds, of the job that has been due for longest.
create function app.operating_figures() returns table (name text, label text, value double precision)
language sql stable security definer
set search_path = ''
as $$
    with clock as (
        select floor(extract(epoch from now()))::bigint as seconds
    ),
    waiting as (
        select
            q.priority,
            count(*) filter (where q.scheduled <= clock.seconds) as due,
            count(*) filter (where q.scheduled > clock.seconds) as later,
            coalesce(greatest(max(clock.seconds) - min(q.scheduled), 0), 0) as age
        from public.saq_jobs q
        cross join clock
        where q.queue = 'coursegen' and q.status = 'queued'
        group by q.priority
    ),
    active as (
        select q.priority, count(*) as jobs
        from public.saq_jobs q
        where q.queue = 'coursegen' and q.status in ('active', 'aborting')
        group by q.priority
    ),
    jobs as (
        select
            100 - priorities.priority as priority,
            coalesce(waiting.due, 0) as due,
            coalesce(waiting.later, 0) as later,
            coalesce(waiting.age, 0) as age,
            coalesce(active.jobs, 0) as active
        from (
            select (100 - t.priority)::smallint as priority from app.tiers t
            union select w.priority from waiting w
            union select a.priority from active a
        ) as priorities
        left join waiting on waiting.priority = priorities.priority
        left join active on active.priority = priorities.priority
    )
    select figures.name, jobs.priority::text, figures.value::double precision
    from jobs
    cross join lateral (
        values ('queue_due', jobs.due), ('queue_later', jobs.later), ('queue_active', jobs.active), ('queue_age', jobs.age)
    ) as figures (name, value)
    union all
    select 'runs', r.state, count(*) from public.generation_runs r where r.ended_at is null group by r.state
    union all
    select 'runs_stuck', '', count(*)
    from public.courses c
    where c.generation_status not in ('completed', 'failed', 'cancelled')
      and c.last_progress_update < now() - (select app.stuck_after())
    union all
    select 'workers', '', app.live_workers()
    union all
    select 'user_limit', t.tier, t.concurrent_runs from app.tiers t
    union all
    select c.name, c.label, sum(c.amount) from app.counters c group by c.name, c.label
$$;

grant execute on function app.operating_figures() to anon;

reset role;
