-- The audit trail of superadmins, and the chain over it.

-- name: audit_links(after, limit)
-- Links in their order, each with what its event says: as app.audit_content, but trusting no function of the database.
select
    link.number,
    link.event_id,
    link.hash,
    case when event.id is not null then jsonb_build_array(
        link.number, event.id, event.organization_id, event.event_type, event.severity, event.user_id,
        event.course_id, event.job_id, event.metadata, extract(epoch from event."timestamp")
    )::text end as content
from app.audit_chain as link
left join system_metrics as event on event.id = link.event_id and event.event_type = 'superadmin_action'
where link.number > :after
order by link.number
limit :limit;

-- name: audit_head()^
select number, hash
from app.audit_head;

-- name: unlinked_audit_event()^
select event.id as event_id
from system_metrics as event
where event.event_type = 'superadmin_action'
  and not exists (select from app.audit_chain as link where link.event_id = event.id)
order by event."timestamp"
limit 1;

-- name: make_superadmin(email)$
-- NULL: no active user has this email.
select app.make_superadmin(:email);

-- name: audit_oldest_first(user_id, procedure, row_id, since, until, after, limit)
select
    link.number, encode(link.hash, 'hex') as hash, event.id as event_id, event."timestamp", event.user_id,
    users.email as user_email, event.metadata ->> 'procedure' as procedure, event.metadata ->> 'requestId' as request_id,
    event.metadata -> 'arguments' as arguments, event.metadata ->> 'table' as "table", event.metadata ->> 'id' as row_id,
    event.metadata -> 'before' as before, event.metadata -> 'after' as after
from app.audit_chain as link
join system_metrics as event on event.id = link.event_id
left join users on users.id = event.user_id
where link.number > :after::bigint
  and (:user_id::uuid is null or event.user_id = :user_id::uuid)
  and (:procedure::text is null or event.metadata ->> 'procedure' = :procedure::text)
  and (:row_id::text is null or event.metadata ->> 'id' = :row_id::text)
  and (:since::timestamptz is null or event."timestamp" >= :since::timestamptz)
  and (:until::timestamptz is null or event."timestamp" < :until::timestamptz)
order by link.number
limit :limit;

-- name: audit_newest_first(user_id, procedure, row_id, since, until, after, limit)
select
    link.number, encode(link.hash, 'hex') as hash, event.id as event_id, event."timestamp", event.user_id,
    users.email as user_email, event.metadata ->> 'procedure' as procedure, event.metadata ->> 'requestId' as request_id,
    event.metadata -> 'arguments' as arguments, event.metadata ->> 'table' as "table", event.metadata ->> 'id' as row_id,
    event.metadata -> 'before' as before, event.metadata -> 'after' as after
from app.audit_chain as link
join system_metrics as event on event.id = link.event_id
left join users on users.id = event.user_id
where link.number < :after::bigint
  and (:user_id::uuid is null or event.user_id = :user_id::uuid)
  and (:procedure::text is null or event.metadata ->> 'procedure' = :procedure::text)
  and (:row_id::text is null or event.metadata ->> 'id' = :row_id::text)
  and (:since::timestamptz is null or event."timestamp" >= :since::timestamptz)
  and (:until::timestamptz is null or event."timestamp" < :until::timestamptz)
order by link.number desc
limit :limit;
