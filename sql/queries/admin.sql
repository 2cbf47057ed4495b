-- What administration reads and changes. Whose rows those are is the policies' business.

-- name: organizations_by_name(tier, search, after, after_id, limit)
select
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at
from organizations
where (name, id) > (:after::text, :after_id::uuid)
  and (:tier::text is null or tier = :tier::text)
  and (:search::text is null or strpos(lower(name), lower(:search::text)) > 0)
order by name, id
limit :limit;

-- name: organizations_oldest_first(tier, search, after, after_id, limit)
select
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at
from organizations
where (created_at, id) > (:after::timestamptz, :after_id::uuid)
  and (:tier::text is null or tier = :tier::text)
  and (:search::text is null or strpos(lower(name), lower(:search::text)) > 0)
order by created_at, id
limit :limit;

-- name: organizations_newest_first(tier, search, after, after_id, limit)
select
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at
from organizations
where (created_at, id) < (:after::timestamptz, :after_id::uuid)
  and (:tier::text is null or tier = :tier::text)
  and (:search::text is null or strpos(lower(name), lower(:search::text)) > 0)
order by created_at desc, id desc
limit :limit;

-- name: get_organization(organization_id)^
select
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at
from organizations
where id = :organization_id;

-- name: rename_organization(organization_id, name)^
update organizations
set name = coalesce(:name::text, name)
where id = :organization_id
returning
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at;

-- name: update_organization(organization_id, name, tier)^
update organizations
set name = coalesce(:name::text, name),
    tier = coalesce(:tier::text, tier)
where id = :organization_id
returning
    id, name, upper(tier) as tier, storage_quota_bytes, storage_used_bytes, created_at, updated_at;

-- name: users_by_email(organization_id, role, is_active, search, after, after_id, limit)
select
    id, email, organization_id, role::text, is_active, created_at, updated_at
from users
where (email, id) > (:after::text, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:role::text is null or role::text = :role::text)
  and (:is_active::boolean is null or is_active = :is_active::boolean)
  and (:search::text is null or strpos(lower(email), lower(:search::text)) > 0)
order by email, id
limit :limit;

-- name: users_oldest_first(organization_id, role, is_active, search, after, after_id, limit)
select
    id, email, organization_id, role::text, is_active, created_at, updated_at
from users
where (created_at, id) > (:after::timestamptz, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:role::text is null or role::text = :role::text)
  and (:is_active::boolean is null or is_active = :is_active::boolean)
  and (:search::text is null or strpos(lower(email), lower(:search::text)) > 0)
order by created_at, id
limit :limit;

-- name: users_newest_first(organization_id, role, is_active, search, after, after_id, limit)
select
    id, email, organization_id, role::text, is_active, created_at, updated_at
from users
where (created_at, id) < (:after::timestamptz, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:role::text is null or role::text = :role::text)
  and (:is_active::boolean is null or is_active = :is_active::boolean)
  and (:search::text is null or strpos(lower(email), lower(:search::text)) > 0)
order by created_at desc, id desc
limit :limit;

-- name: get_user(user_id)^
select
    id, email, organization_id, role::text, is_active, created_at, updated_at
from users
where id = :user_id;

-- name: change_role(user_id, role)$
select app.change_role(:user_id, :role::text::user_role);

-- name: courses_oldest_first(organization_id, user_id, status, generation_status, after, after_id, limit)
select
    id, title, slug, organization_id, user_id, status::text, generation_status::text,
    (generation_progress ->> 'percentage')::int as percentage, error_message, last_progress_update, created_at, updated_at
from courses
where (created_at, id) > (:after::timestamptz, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:user_id::uuid is null or user_id = :user_id::uuid)
  and (:status::text is null or status::text = :status::text)
  and (:generation_status::text is null or generation_status::text = :generation_status::text)
order by created_at, id
limit :limit;

-- name: courses_newest_first(organization_id, user_id, status, generation_status, after, after_id, limit)
select
    id, title, slug, organization_id, user_id, status::text, generation_status::text,
    (generation_progress ->> 'percentage')::int as percentage, error_message, last_progress_update, created_at, updated_at
from courses
where (created_at, id) < (:after::timestamptz, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:user_id::uuid is null or user_id = :user_id::uuid)
  and (:status::text is null or status::text = :status::text)
  and (:generation_status::text is null or generation_status::text = :generation_status::text)
order by created_at desc, id desc
limit :limit;

-- name: courses_last_updated_first(organization_id, user_id, status, generation_status, after, after_id, limit)
select
    id, title, slug, organization_id, user_id, status::text, generation_status::text,
    (generation_progress ->> 'percentage')::int as percentage, error_message, last_progress_update, created_at, updated_at
from courses
where (updated_at, id) < (:after::timestamptz, :after_id::uuid)
  and (:organization_id::uuid is null or organization_id = :organization_id::uuid)
  and (:user_id::uuid is null or user_id = :user_id::uuid)
  and (:status::text is null or status::text = :status::text)
  and (:generation_status::text is null or generation_status::text = :generation_status::text)
order by updated_at desc, id desc
limit :limit;

-- name: events_oldest_first(since, until, event_types, severity, course_id, after, after_id, limit)
select
    id, event_type, severity, organization_id, user_id, course_id, job_id, metadata, "timestamp"
from system_metrics
where ("timestamp", id) > (:after::timestamptz, :after_id::uuid)
  and (:since::timestamptz is null or "timestamp" >= :since::timestamptz)
  and (:until::timestamptz is null or "timestamp" < :until::timestamptz)
  and (:event_types::text[] = '{}' or event_type = any(:event_types::text[]))
  and (:severity::text is null or severity = :severity::text)
  and (:course_id::uuid is null or course_id = :course_id::uuid)
order by "timestamp", id
limit :limit;

-- name: events_newest_first(since, until, event_types, severity, course_id, after, after_id, limit)
select
    id, event_type, severity, organization_id, user_id, course_id, job_id, metadata, "timestamp"
from system_metrics
where ("timestamp", id) < (:after::timestamptz, :after_id::uuid)
  and (:since::timestamptz is null or "timestamp" >= :since::timestamptz)
  and (:until::timestamptz is null or "timestamp" < :until::timestamptz)
  and (:event_types::text[] = '{}' or event_type = any(:event_types::text[]))
  and (:severity::text is null or severity = :severity::text)
  and (:course_id::uuid is null or course_id = :course_id::uuid)
order by "timestamp" desc, id desc
limit :limit;

-- name: dashboard_statuses()
select status::text, course_count, avg_duration_seconds::double precision, most_recent_update, stuck_count
from admin_generation_dashboard;

-- name: dashboard_busiest()
-- Organizations whose courses are being generated, by the index of those courses.
select organizations.id as organization_id, organizations.name, busy.course_count
from (
    select organization_id, count(*) as course_count
    from courses
    where generation_status not in ('completed', 'failed', 'cancelled')
    group by organization_id
    order by course_count desc, organization_id
    limit 20
) as busy
join organizations on organizations.id = busy.organization_id
order by busy.course_count desc, organizations.id;

-- name: dashboard_stuck()
select id, title, organization_id, user_id, generation_status::text, run_id, last_progress_update
from courses
where generation_status not in ('completed', 'failed', 'cancelled')
  and last_progress_update < now() - (select app.stuck_after())
order by last_progress_update
limit 20;

-- name: global_limit()$
-- NULL: nobody has set it.
select concurrent_runs
from app.global_limit;

-- name: lock_global_limit()$
select app.lock_global_limit();

-- name: set_global_limit(limit)!
update app.global_limit
set concurrent_runs = :limit;

-- name: slot_holders(user_ids, counts)
select
    users.id as user_id, users.email, users.organization_id, upper(tiers.tier) as tier,
    tiers.concurrent_runs as user_limit, held.active
from unnest(:user_ids::uuid[], :counts::int[]) as held (user_id, active)
join users on users.id = held.user_id
join organizations on organizations.id = users.organization_id
join app.tiers as tiers on tiers.tier = organizations.tier
order by held.active desc, users.id;
