-- The life of a run as the API drives it.

-- name: claim_run(course_id, run_id, slot_token, idempotency_key, webhook_url, request_id)$
select app.claim_run(:course_id, :run_id, :slot_token, :idempotency_key, :webhook_url, :request_id);

-- name: enqueue_job(run_id, job_id, job_type, job, priority, max_attempts)
select app.enqueue_job(:run_id, :job_id, :job_type, :job, :priority::smallint, :max_attempts);

-- name: abandon_run(run_id)
-- The compensation of a start whose outcome is unknown: if it was committed after all, it is failed and its job goes.
select app.abandon_run(:run_id);

-- name: cancel_run(course_id)$
select app.cancel_run(:course_id);

-- name: cancel_job(job_id)$
select app.cancel_job(:job_id);

-- name: record_event(event_type, severity, course_id, job_id, metadata)
select app.record_event(:event_type, :severity, :course_id, :job_id, :metadata);

-- name: generation_state(course_id)^
select
    id as course_id,
    run_id,
    generation_status as status,
    generation_progress as progress,
    error_message as error,
    generation_started_at as started_at,
    generation_completed_at as completed_at,
    last_progress_update as updated_at
from courses
where id = :course_id;
