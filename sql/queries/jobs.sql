-- Jobs as their readers see them.

-- name: get_job(job_id)^
select
    id, job_id, run_id, job_type, course_id, user_id, status, priority, progress, error_message, attempts, max_attempts,
    created_at, started_at, completed_at, failed_at, cancelled_at, updated_at
from job_status
where job_id = :job_id;

-- name: list_jobs(cursor, course_id, status, limit)
-- Newest first by the job id, which sorts by time; the cursor is the last one of the page before.
select
    id, job_id, run_id, job_type, course_id, user_id, status, priority, progress, error_message, attempts, max_attempts,
    created_at, started_at, completed_at, failed_at, cancelled_at, updated_at
from job_status
where (:cursor::text is null or job_id < :cursor::text)
  and (:course_id::uuid is null or course_id = :course_id::uuid)
  and (:status::text is null or status::text = :status::text)
order by job_id desc
limit :limit;
