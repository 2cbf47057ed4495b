-- Deleting a file: never while a run uses it.
--
-- While a course is being generated its files are in use, but for uploads that are not finished: no run sees those. A run starts
-- under its course's lock (app.claim_run), and a file goes under the same lock: whichever comes second sees the other.
set role app_owner;

-- For every caller, whichever way the row would go. With the course itself its files go too: then there is nothing to lock.
create function app.keep_files_in_use() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    if old.status = 'uploading' then
        return old;
    end if;
    perform from public.courses c where c.id = old.course_id for no key update;
    if found and exists (select from public.generation_runs r where r.course_id = old.course_id and r.ended_at is null) then
        raise exception 'file % is in use: its course is being generated', old.id
            using errcode = 'restrict_violation', constraint = 'file_catalog_kept_while_in_use';
    end if;
    return old;
end
$$;

create trigger keep_files_in_use
    before delete on public.file_catalog
    for each row execute function app.keep_files_in_use();

-- As the policies of file_catalog say: the course's owner while an instructor, an admin there, a superadmin.
create function app.caller_may_change_files(p_organization_id uuid, p_user_id uuid) returns boolean
language sql stable
set search_path = ''
as $$
    select caller.is_superadmin
        or (
            caller.organization_id = p_organization_id
            and (caller.role = 'admin' or (caller.role = 'instructor' and caller.user_id = p_user_id)) is true
        )
    from app.caller() as caller
$$;

-- Delete a file's row, which gives its quota back; what is to be done with its object is the caller's business, after the commit.
-- A function, so that locks are taken in the order course, file, and so that who may see the course is told why not.
create function app.delete_file(p_file_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
    course public.courses;
    file public.file_catalog;
begin
    course := app.lock_visible_course((select f.course_id from public.file_catalog f where f.id = p_file_id));
    select * into file from public.file_catalog f where f.id = p_file_id and f.course_id = course.id for update;
    if file.id is null then
        return jsonb_build_object('outcome', 'not_found');
    end if;
    if not app.caller_may_change_files(course.organization_id, course.user_id) then
        return jsonb_build_object('outcome', 'not_yours');
    end if;
    begin
        delete from public.file_catalog f where f.id = file.id;
    exception when restrict_violation then
        return jsonb_build_object('outcome', 'in_use');
    end;
    return jsonb_build_object('outcome', 'deleted', 'storage_path', file.storage_path, 'freed_bytes', file.file_size);
end
$$;

grant execute on function app.delete_file(uuid) to authenticated, app_superadmin;

reset role;
