-- Webhooks as workers deliver them, and as owners and admins see them.

-- name: claim_webhooks(limit, per_organization, lease_seconds)
select id, claim_token, organization_id, course_id, run_id, url, payload, attempt, secrets, trace
from app.claim_webhooks(:limit, :per_organization, :lease_seconds);

-- name: record_webhook(id, claim_token, outcome, status, error, retry_after)$
select app.record_webhook(:id, :claim_token, :outcome, :status, :error, :retry_after);

-- name: list_webhooks(course_id, state, after, after_id, limit)
select
    id, course_id, run_id, url, payload ->> 'status' as status, (payload -> 'progress' ->> 'step')::int as step, state, attempts,
    next_attempt_at, last_attempt_at, last_status, last_error, created_at, settled_at
from webhook_deliveries
where (created_at, id) < (:after::timestamptz, :after_id::uuid)
  and (:course_id::uuid is null or course_id = :course_id::uuid)
  and (:state::text is null or state = :state::text)
order by created_at desc, id desc
limit :limit;

-- name: get_webhook(id)^
select
    id, course_id, run_id, url, payload ->> 'status' as status, (payload -> 'progress' ->> 'step')::int as step, state, attempts,
    next_attempt_at, last_attempt_at, last_status, last_error, created_at, settled_at
from webhook_deliveries
where id = :id;

-- name: redeliver_webhook(id)$
select app.redeliver_webhook(:id);

-- name: rotate_webhook_secret(overlap_seconds)
select secret, previous_valid_until
from app.rotate_webhook_secret(:overlap_seconds);
