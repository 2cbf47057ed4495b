-- What /admin/queues shows and does, for a superadmin. Times are milliseconds, as SAQ's page takes them.

-- name: acting_role(user_id)$
-- The role that a user has now, whatever their token says.
select role
from users
where id = :user_id
  and is_active;

-- name: queue_overview()^
select
    count(*) filter (where status = 'queued' and scheduled <= floor(extract(epoch from now()))::bigint) as queued,
    count(*) filter (where status in ('active', 'aborting')) as active,
    count(*) filter (where status = 'queued' and scheduled > floor(extract(epoch from now()))::bigint) as scheduled,
    (
        select coalesce(jsonb_object_agg(worker_id, jsonb_build_object('stats', stats, 'metadata', metadata)), '{}')
        from saq_stats
        where expire_at >= extract(epoch from now())
          and queue_key = 'coursegen'
    ) as workers
from saq_jobs
where queue = 'coursegen'
  and status in ('queued', 'active', 'aborting');

-- name: queue_listing(limit)
-- The jobs that run, those that failed for good, newest first, and those that wait, next first: so many of each.
with listed as (
    (
        select 1 as place, row_number() over (order by lock_key) as number, key, status, scheduled, job
        from saq_jobs
        where queue = 'coursegen' and status in ('active', 'aborting')
        order by lock_key
        limit :limit
    )
    union all
    (
        select 2, row_number() over (order by lock_key desc), key, status, scheduled, job
        from saq_jobs
        where queue = 'coursegen' and status = 'failed'
        order by lock_key desc
        limit :limit
    )
    union all
    (
        select 3, row_number() over (order by priority, lock_key), key, status, scheduled, job
        from saq_jobs
        where queue = 'coursegen' and status = 'queued'
        order by priority, lock_key
        limit :limit
    )
)
select
    listed.key,
    listed.status,
    payload.j ->> 'function' as function,
    left((payload.j -> 'kwargs')::text, 80) as kwargs,
    listed.scheduled * 1000 as queued,
    (payload.j ->> 'started')::bigint as started,
    (payload.j ->> 'completed')::bigint as completed,
    coalesce((payload.j ->> 'attempts')::int, 0) as attempts,
    payload.j ->> 'error' as error
from listed
cross join lateral (select convert_from(listed.job, 'UTF8')::jsonb as j) as payload
order by listed.place, listed.number;

-- name: queue_job(key)^
select
    saq_jobs.key,
    saq_jobs.status,
    payload.j ->> 'function' as function,
    (payload.j -> 'kwargs')::text as kwargs,
    saq_jobs.scheduled * 1000 as queued,
    (payload.j ->> 'started')::bigint as started,
    (payload.j ->> 'completed')::bigint as completed,
    coalesce((payload.j ->> 'attempts')::int, 0) as attempts,
    payload.j ->> 'error' as error
from saq_jobs
cross join lateral (select convert_from(saq_jobs.job, 'UTF8')::jsonb as j) as payload
where saq_jobs.key = :key
  and saq_jobs.queue = 'coursegen';

-- name: retry_exhausted_job(job_id)$
select app.retry_exhausted_job(:job_id);
