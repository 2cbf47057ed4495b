-- Uploads. The row holds the quota from the start; triggers count it, and their CHECK refuses.

-- name: upload_allowance(course_id)^
select
    courses.id as course_id,
    courses.organization_id,
    courses.user_id,
    (select count(*) from file_catalog where file_catalog.course_id = courses.id) as file_count,
    organizations.storage_used_bytes,
    organizations.storage_quota_bytes,
    to_jsonb(tiers) as tier
from courses
join organizations on organizations.id = courses.organization_id
join app.tiers on tiers.tier = organizations.tier::text
where courses.id = :course_id;

-- name: reserve_file(file_id, organization_id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, lifetime_seconds)$
-- `lifetime_seconds` is null for an upload of one request.
insert into file_catalog (
    id, organization_id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, status, expires_at
)
values (
    :file_id, :organization_id, :course_id, :uploaded_by, :filename, :mime_type, :file_type, :file_size, :storage_path,
    'uploading', now() + make_interval(secs => :lifetime_seconds)
)
returning expires_at;

-- name: hold_upload(file_id, received_bytes)$
-- The row of an upload that is about to be made final, locked, so that the reaper passes it by. Nothing for one that took so
-- long that the reaper has given its quota back, or whose bytes another request has added to.
select id
from file_catalog
where id = :file_id
  and status = 'uploading'
  and received_bytes = :received_bytes
for no key update;

-- name: finish_file(file_size, hash, last_part, file_id)$
-- `last_part` is null for an upload of one request, whose only part becomes the file.
update file_catalog
set
    status = 'ready',
    file_size = :file_size,
    received_bytes = :file_size,
    hash = :hash,
    parts = array_remove(parts || :last_part::uuid, null)
where id = :file_id
  and status = 'uploading'
returning id;

-- name: delete_file(file_id)!
delete from file_catalog
where id = :file_id;

-- name: list_files(course_id)^
-- A course's files as one JSON value in the shape of the wire, oldest first; no row for a course that the caller may not read.
select coalesce((
    select jsonb_agg(
        jsonb_build_object(
            'id', id,
            'filename', filename,
            'mimeType', mime_type,
            'fileType', file_type,
            'fileSize', file_size,
            'hash', hash,
            'status', status,
            'uploadedBy', uploaded_by,
            'createdAt', created_at
        )
        order by created_at, id
    )
    from file_catalog
    where file_catalog.organization_id = courses.organization_id
      and file_catalog.course_id = courses.id
), '[]'::jsonb) as files
from courses
where courses.id = :course_id;

-- name: stored_file(file_id)^
select
    storage_path as key,
    filename,
    mime_type,
    status <> 'uploading' and lost_at is null and storage_path is not null as stored
from file_catalog
where id = :file_id;

-- name: delete_course_file(file_id)$
select app.delete_file(:file_id);

-- name: delete_upload(file_id, user_id)$
delete from file_catalog
where id = :file_id
  and uploaded_by = :user_id
  and status = 'uploading'
returning storage_path;

-- name: find_upload(file_id, user_id)^
-- One of the caller's own: under way and not expired, or whole.
select
    id as upload_id,
    course_id,
    organization_id,
    filename,
    mime_type,
    file_type,
    file_size,
    case when status = 'uploading' then received_bytes else file_size end as received_bytes,
    parts,
    storage_path,
    hash,
    case when status = 'uploading' then expires_at end as expires_at
from file_catalog
where id = :file_id
  and uploaded_by = :user_id
  and (status <> 'uploading' and hash is not null or expires_at > now());

-- name: append_part(added_bytes, part, file_id, received_bytes)$
-- Nothing when another request has added to the upload first, or it is over.
update file_catalog
set received_bytes = received_bytes + :added_bytes, parts = parts || :part::uuid
where id = :file_id
  and status = 'uploading'
  and received_bytes = :received_bytes
  and expires_at > now()
returning id;

-- name: forget_parts(file_id)!
-- The parts of a file that is whole have been deleted.
update file_catalog
set parts = '{}'
where id = :file_id
  and status <> 'uploading';
