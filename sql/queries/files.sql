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

-- name: reserve_file(file_id, organization_id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path)!
insert into file_catalog (
    id, organization_id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, status
)
values (
    :file_id, :organization_id, :course_id, :uploaded_by, :filename, :mime_type, :file_type, :file_size, :storage_path,
    'uploading'
);

-- name: finish_file(file_size, hash, file_id)$
-- Nothing for an upload that took so long that the reaper has given its quota back.
update file_catalog
set status = 'ready', file_size = :file_size, hash = :hash
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
