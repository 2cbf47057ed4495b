-- What the reaper looks at.

-- name: lock_reaper(silence)$
-- The lock goes with the transaction, which the server ends after so many milliseconds of silence.
select pg_try_advisory_xact_lock(hashtext('coursegen reaper'))
    and set_config('idle_in_transaction_session_timeout', :silence, true) is not null;

-- name: keep_reaper_lock()$
select true;

-- name: lock_runs()#
-- Wait for the starts that are under way, and hold off new ones for this transaction.
lock table generation_runs in share mode;

-- name: live_runs()
select id as run_id, user_id, slot_token
from generation_runs
where ended_at is null;

-- name: ended_runs(run_ids)
select id as run_id
from generation_runs
where id = any(:run_ids)
  and ended_at is not null;

-- name: orphaned_runs()
-- Live runs that no job of the queue will ever move again. A job's end and the next one's start are one transaction.
select runs.id as run_id, runs.user_id, runs.slot_token
from generation_runs as runs
where runs.ended_at is null
  and not exists (
    select
    from job_status
    join saq_jobs on saq_jobs.key = job_status.job_id
    where job_status.run_id = runs.id
      and saq_jobs.status in ('new', 'queued', 'active', 'aborting')
  );

-- name: expire_upload(after, older_than_seconds)^
-- The next upload whose time is over, by its id: of one request by its age, a resumable one by its own end. One that is
-- being made final is locked, and stays.
delete from file_catalog
where id = (
    select id
    from file_catalog
    where status = 'uploading'
      and id > :after
      and coalesce(expires_at, created_at + make_interval(secs => :older_than_seconds)) < now()
    order by id
    limit 1
    for update skip locked
)
returning id as file_id, coalesce(storage_path, '') as storage_path;

-- name: known_objects(keys)
-- The keys that a row stands for, and whether its upload is still under way.
select storage_path as key, status = 'uploading' as uploading
from file_catalog
where storage_path = any(:keys);

-- name: stored_files(after, older_than_seconds, limit)
-- Files that have once been stored, which their hash tells, page by page of ids.
select id, organization_id, course_id, storage_path, lost_at is not null as lost
from file_catalog
where id > :after
  and status <> 'uploading'
  and hash is not null
  and storage_path is not null
  and created_at < now() - make_interval(secs => :older_than_seconds)
order by id
limit :limit;

-- name: mark_lost(file_ids)
update file_catalog
set status = 'failed', lost_at = now()
where id = any(:file_ids)
  and status <> 'uploading'
  and lost_at is null
returning id, organization_id, course_id, storage_path, true as lost;

-- name: mark_found(file_ids)
-- The next run reads them again.
update file_catalog
set status = 'ready', lost_at = null
where id = any(:file_ids)
  and lost_at is not null
returning id, organization_id, course_id, storage_path, false as lost;

-- name: files_with_parts()
-- Files that became whole without their parts being deleted.
select id as file_id, storage_path
from file_catalog
where status <> 'uploading'
  and parts <> '{}';
