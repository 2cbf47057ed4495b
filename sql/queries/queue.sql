-- The queue's statements, run by workers over psycopg (SAQ's driver) as service_role.
-- The column `status` is the truth; the JSON in `job` holds what SAQ's Job needs beside it. Times come from the
-- database's clock alone: whole seconds in `scheduled` and `expire_at`, milliseconds in the JSON.
-- Every statement of a worker that holds a job names the job's lease; an older lease changes nothing.

-- name: queue_schema()^
-- What must be there: SAQ's schema version, and the column that fences workers.
select version, (select lease from saq_jobs limit 0) as lease
from saq_versions;

-- name: queue_listen()#
listen "saq:coursegen";

-- name: queue_listen_cancel()#
listen "coursegen_cancel";

-- name: queue_alive()
select 1;

-- name: queue_take(queue, worker)^
-- The next due job: first in, first out within a priority. The attempt is counted here, so that a job that kills its
-- worker runs out of attempts. A retried job keeps its lock_key: it is older than all that wait, so once due it is next.
with next_due as (
    select key
    from saq_jobs
    where queue = :queue
      and status = 'queued'
      and scheduled <= extract(epoch from now())
    order by priority, lock_key
    limit 1
    for update skip locked
),
clock as (
    select (extract(epoch from now()) * 1000)::bigint as ms
)
update saq_jobs
set status = 'active',
    lease = gen_random_uuid(),
    job = convert_to((
        convert_from(job, 'UTF8')::jsonb || jsonb_build_object(
            'attempts', coalesce((convert_from(job, 'UTF8')::jsonb ->> 'attempts')::int, 0) + 1,
            'started', clock.ms,
            'touched', clock.ms,
            'worker_id', :worker::text
        )
    )::text, 'UTF8')
from next_due, clock
where saq_jobs.key = next_due.key
returning saq_jobs.job, saq_jobs.lease;

-- name: queue_touch(key, lease)^
-- The heartbeat. `status` tells the worker whether the job is being aborted.
update saq_jobs
set job = convert_to((
        convert_from(job, 'UTF8')::jsonb
        || jsonb_build_object('touched', (extract(epoch from now()) * 1000)::bigint)
    )::text, 'UTF8')
where key = :key
  and lease = :lease
returning status;

-- name: queue_leases(keys)
-- Who holds the given jobs now.
select key, lease, status
from saq_jobs
where key = any(:keys);

-- name: queue_finish(status, ttl, error, key, lease)^
-- An attempt that ends on a job being aborted ends it as aborted, whatever the worker thought of it.
-- Failed jobs stay until they are retried.
update saq_jobs
set status = case status when 'aborting' then 'aborted' else :status end,
    lease = null,
    expire_at = case
        when status = 'active' and :status = 'failed' then null
        else floor(extract(epoch from now()))::bigint + nullif(:ttl::bigint, 0)
    end,
    job = convert_to((
        convert_from(job, 'UTF8')::jsonb || jsonb_build_object(
            'completed', (extract(epoch from now()) * 1000)::bigint,
            'error', :error::text
        )
    )::text, 'UTF8')
where key = :key
  and lease = :lease
returning status;

-- name: queue_retry(delay, error, key, lease)^
-- Back to the queue after a failed attempt, not before `delay` seconds are over.
update saq_jobs
set status = 'queued',
    lease = null,
    scheduled = ceil(extract(epoch from now()) + :delay::numeric)::bigint,
    job = convert_to((
        convert_from(job, 'UTF8')::jsonb || jsonb_build_object('error', :error::text)
    )::text, 'UTF8')
where key = :key
  and lease = :lease
  and status = 'active'
returning status;

-- name: queue_give_back(key, lease, queue)^
-- Back to the queue at once and without its attempt: the worker stops, the job is not to blame.
with given_back as (
    update saq_jobs
    set status = 'queued',
        lease = null,
        job = convert_to((
            convert_from(job, 'UTF8')::jsonb || jsonb_build_object(
                'attempts', greatest((convert_from(job, 'UTF8')::jsonb ->> 'attempts')::int - 1, 0)
            )
        )::text, 'UTF8')
    where key = :key
      and lease = :lease
      and status = 'active'
    returning status
)
select status, pg_notify('saq:' || :queue, 'saq:enqueue')
from given_back;

-- name: queue_abort(error, key, queue)^
-- A waiting job is aborted at once, a running one is marked for its worker; one that has ended stays as it is.
with stopped as (
    update saq_jobs
    set status = case status when 'queued' then 'aborted' else 'aborting' end,
        expire_at = case status
            when 'queued' then floor(extract(epoch from now()))::bigint
                + nullif((convert_from(job, 'UTF8')::jsonb ->> 'ttl')::bigint, 0)
        end,
        job = convert_to((
            convert_from(job, 'UTF8')::jsonb || jsonb_build_object('error', :error::text)
        )::text, 'UTF8')
    where key = :key
      and queue = :queue
      and status in ('queued', 'active')
    returning key, status
)
select status, pg_notify('coursegen_cancel', key)
from stopped;

-- name: queue_sweep_lock(queue)^
-- One sweeper at a time; the lock goes with the transaction.
select pg_try_advisory_xact_lock(hashtext('coursegen queue sweep'), hashtext(:queue)) as mine;

-- name: queue_sweep(grace, queue)
-- Jobs whose worker is gone (no heartbeat) or let them outlive their limit by more than `grace` seconds: queued again
-- while they have attempts left, else failed; aborted if that was under way.
with clock as (
    select extract(epoch from now()) * 1000 as ms
),
stuck as (
    select
        saq_jobs.key,
        case
            when saq_jobs.status = 'aborting' then 'aborted'
            when (payload.j ->> 'attempts')::int < (payload.j ->> 'retries')::int then 'queued'
            else 'failed'
        end as verdict,
        case when beat.lost then 'lost' else 'timeout' end as reason
    from saq_jobs
    cross join clock
    cross join lateral (select convert_from(saq_jobs.job, 'UTF8')::jsonb as j) as payload
    cross join lateral (
        select
            (payload.j ->> 'touched')::bigint + (payload.j ->> 'heartbeat')::numeric * 1000 < clock.ms as lost,
            (payload.j ->> 'started')::bigint + ((payload.j ->> 'timeout')::numeric + :grace::numeric) * 1000
                < clock.ms as outlived
    ) as beat
    where saq_jobs.queue = :queue
      and saq_jobs.status in ('active', 'aborting')
      and (beat.lost or beat.outlived)
    for update of saq_jobs skip locked
),
swept as (
    update saq_jobs
    set status = stuck.verdict,
        lease = null,
        expire_at = case stuck.verdict
            when 'aborted' then floor(extract(epoch from now()))::bigint
                + nullif((convert_from(saq_jobs.job, 'UTF8')::jsonb ->> 'ttl')::bigint, 0)
        end,
        job = convert_to((
            convert_from(saq_jobs.job, 'UTF8')::jsonb || jsonb_build_object('error', stuck.reason)
        )::text, 'UTF8')
    from stuck
    where saq_jobs.key = stuck.key
    returning
        saq_jobs.key,
        convert_from(saq_jobs.job, 'UTF8')::jsonb ->> 'function' as name,
        stuck.verdict as status,
        stuck.reason,
        (convert_from(saq_jobs.job, 'UTF8')::jsonb ->> 'attempts')::int as attempt
)
select key, name, status, reason, attempt,
    case status when 'queued' then pg_notify('saq:' || :queue, 'saq:enqueue') end as notified
from swept
order by key;

-- name: queue_forget_jobs(queue)!
delete from saq_jobs
where queue = :queue
  and status in ('aborted', 'complete')
  and expire_at <= extract(epoch from now());

-- name: queue_forget_workers()!
delete from saq_stats
where expire_at <= extract(epoch from now());

-- name: queue_exhausted(queue, limit)
-- Jobs that ran out of attempts, oldest first.
select
    key,
    convert_from(job, 'UTF8')::jsonb ->> 'function' as name,
    (convert_from(job, 'UTF8')::jsonb ->> 'attempts')::int as attempts,
    convert_from(job, 'UTF8')::jsonb ->> 'error' as error
from saq_jobs
where queue = :queue
  and status = 'failed'
order by lock_key
limit :limit;

-- name: queue_revive(key, queue)^
-- An exhausted job once more, with all its attempts. No other state leads back.
with revived as (
    update saq_jobs
    set status = 'queued',
        scheduled = floor(extract(epoch from now()))::bigint,
        job = convert_to((
            convert_from(job, 'UTF8')::jsonb
            || jsonb_build_object('attempts', 0, 'error', null, 'completed', 0)
        )::text, 'UTF8')
    where key = :key
      and queue = :queue
      and status = 'failed'
    returning key
)
select key, pg_notify('saq:' || :queue, 'saq:enqueue')
from revived;
