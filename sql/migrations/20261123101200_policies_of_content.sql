-- Who may see and change what stands inside a course; the rules of writing are in the file before.
set role app_owner;

-- sections
grant select, delete,
    insert (id, organization_id, course_id, course_user_id, title, description, order_index, metadata),
    update (title, description, order_index, metadata)
    on public.sections to authenticated, app_superadmin;
grant select, insert, update, delete on public.sections to service_role;
create policy authenticated_select on public.sections for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'student'
            and course_id in (
                select e.course_id
                from public.enrollments e
                where e.user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
                  and e.status = 'active'
            )
        )
    )
);
create policy authenticated_insert on public.sections for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_update on public.sections for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_delete on public.sections for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy superadmin_select on public.sections for select to app_superadmin using (true);
create policy superadmin_insert on public.sections for insert to app_superadmin with check (true);
create policy superadmin_update on public.sections for update to app_superadmin using (true);
create policy superadmin_delete on public.sections for delete to app_superadmin using (true);
create policy service_all on public.sections to service_role using (true);

-- lessons
grant select, delete,
    insert (id, organization_id, course_id, course_user_id, section_id, title, order_index, duration_minutes, lesson_type, status, metadata),
    update (title, order_index, duration_minutes, lesson_type, status, metadata)
    on public.lessons to authenticated, app_superadmin;
grant select, insert, update, delete on public.lessons to service_role;
create policy authenticated_select on public.lessons for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'student'
            and course_id in (
                select e.course_id
                from public.enrollments e
                where e.user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
                  and e.status = 'active'
            )
        )
    )
);
create policy authenticated_insert on public.lessons for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_update on public.lessons for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_delete on public.lessons for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy superadmin_select on public.lessons for select to app_superadmin using (true);
create policy superadmin_insert on public.lessons for insert to app_superadmin with check (true);
create policy superadmin_update on public.lessons for update to app_superadmin using (true);
create policy superadmin_delete on public.lessons for delete to app_superadmin using (true);
create policy service_all on public.lessons to service_role using (true);

-- lesson_content
grant select, delete,
    insert (lesson_id, organization_id, course_id, course_user_id, text_content, media_urls, quiz_data, interactive_elements),
    update (text_content, media_urls, quiz_data, interactive_elements)
    on public.lesson_content to authenticated, app_superadmin;
grant select, insert, update, delete on public.lesson_content to service_role;
create policy authenticated_select on public.lesson_content for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'student'
            and course_id in (
                select e.course_id
                from public.enrollments e
                where e.user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
                  and e.status = 'active'
            )
        )
    )
);
create policy authenticated_insert on public.lesson_content for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_update on public.lesson_content for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_delete on public.lesson_content for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy superadmin_select on public.lesson_content for select to app_superadmin using (true);
create policy superadmin_insert on public.lesson_content for insert to app_superadmin with check (true);
create policy superadmin_update on public.lesson_content for update to app_superadmin using (true);
create policy superadmin_delete on public.lesson_content for delete to app_superadmin using (true);
create policy service_all on public.lesson_content to service_role using (true);

-- file_catalog: the text of documents is the worker's to write
grant select, delete,
    insert (id, organization_id, course_id, course_user_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path,
        hash, status),
    update (mime_type, file_type, file_size, hash, status)
    on public.file_catalog to authenticated, app_superadmin;
grant select, update, delete on public.file_catalog to service_role;
create policy authenticated_select on public.file_catalog for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_insert on public.file_catalog for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
    and uploaded_by = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
);
create policy authenticated_update on public.file_catalog for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_delete on public.file_catalog for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy superadmin_select on public.file_catalog for select to app_superadmin using (true);
create policy superadmin_insert on public.file_catalog for insert to app_superadmin with check (true);
create policy superadmin_update on public.file_catalog for update to app_superadmin using (true);
create policy superadmin_delete on public.file_catalog for delete to app_superadmin using (true);
create policy service_select on public.file_catalog for select to service_role using (true);
create policy service_update on public.file_catalog for update to service_role using (true);
create policy service_delete on public.file_catalog for delete to service_role using (true);

reset role;
