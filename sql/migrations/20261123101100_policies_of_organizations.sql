-- Who may see and change which rows (domain.md section 9, reliability.md section 4).
--
-- `authenticated` has one policy per verb. Each reads the claims inline, as scalar subqueries that run once per statement, and
-- compares them with columns of its own row: no helper function, no look-up of users. Only students' reading of courses looks
-- elsewhere, at their own enrollments, once per statement too. What a row may not change is not in the grants of columns; for the
-- rest USING holds for the changed row as well, so that policies of UPDATE say nothing twice.
-- A superadmin is a database role of its own, since an OR in the tenants' policies would lose the index. Machines
-- (service_role, and app_owner within SECURITY DEFINER functions) see all rows; their grants say what they may do.
-- users.role is in nobody's grants: functions that leave an audit row will change it.
set role app_owner;

do $$
declare
    protected record;
begin
    for protected in
        select c.oid::regclass as name, c.relname in ('system_metrics', 'generation_status_history') as append_only
        from pg_catalog.pg_class c
        where c.relkind = 'r' and c.relowner = 'app_owner'::regrole
    loop
        execute format('alter table %s enable row level security', protected.name);
        execute format('alter table %s force row level security', protected.name);
        if protected.append_only then
            execute format('create policy owner_select on %s for select to app_owner using (true)', protected.name);
            execute format('create policy owner_insert on %s for insert to app_owner with check (true)', protected.name);
        else
            execute format('create policy owner_all on %s to app_owner using (true)', protected.name);
        end if;
    end loop;
end
$$;

-- app.tiers: reference data
grant select on app.tiers to authenticated, app_superadmin, service_role;
create policy authenticated_select on app.tiers for select to authenticated using (true);
create policy superadmin_select on app.tiers for select to app_superadmin using (true);
create policy service_select on app.tiers for select to service_role using (true);

-- organizations
grant select, update (name) on public.organizations to authenticated;
grant select, insert (id, name, tier), update (name, tier), delete on public.organizations to app_superadmin;
grant select on public.organizations to service_role;
create policy authenticated_select on public.organizations for select to authenticated
using (
    id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
);
create policy authenticated_update on public.organizations for update to authenticated
using (
    id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
);
create policy superadmin_select on public.organizations for select to app_superadmin using (true);
create policy superadmin_insert on public.organizations for insert to app_superadmin with check (true);
create policy superadmin_update on public.organizations for update to app_superadmin using (true);
create policy superadmin_delete on public.organizations for delete to app_superadmin using (true);
create policy service_select on public.organizations for select to service_role using (true);

-- users
grant select, insert (id, email, organization_id, is_active), update (email, is_active), delete on public.users to authenticated;
grant select, insert (id, email, organization_id, is_active), update (email, organization_id, is_active), delete
    on public.users to app_superadmin;
grant select on public.users to service_role;
grant select (id, organization_id, role, is_active) on public.users to supabase_auth_admin;
create policy authenticated_select on public.users for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
    )
);
create policy authenticated_insert on public.users for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
    and role <> 'superadmin'
);
create policy authenticated_update on public.users for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
    and role <> 'superadmin'
);
create policy authenticated_delete on public.users for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
    and role <> 'superadmin'
);
create policy superadmin_select on public.users for select to app_superadmin using (true);
create policy superadmin_insert on public.users for insert to app_superadmin with check (true);
create policy superadmin_update on public.users for update to app_superadmin using (true);
create policy superadmin_delete on public.users for delete to app_superadmin using (true);
create policy service_select on public.users for select to service_role using (true);
create policy auth_select on public.users for select to supabase_auth_admin using (true);

-- courses: everything about the generation is written by functions alone
grant select, delete,
    insert (id, user_id, organization_id,
        title, slug, status, settings, language, style, course_description, target_audience, difficulty, learning_outcomes,
        estimated_lessons, estimated_sections, content_strategy, output_formats, prerequisites),
    update (
        title, slug, status, settings, language, style, course_description, target_audience, difficulty, learning_outcomes,
        estimated_lessons, estimated_sections, content_strategy, output_formats, prerequisites)
    on public.courses to authenticated, app_superadmin;
grant select, update on public.courses to service_role;
create policy authenticated_select on public.courses for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'student'
            and id in (
                select e.course_id
                from public.enrollments e
                where e.user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
                  and e.status = 'active'
            )
        )
    )
);
create policy authenticated_insert on public.courses for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
    and user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
);
create policy authenticated_update on public.courses for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_delete on public.courses for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy superadmin_select on public.courses for select to app_superadmin using (true);
create policy superadmin_insert on public.courses for insert to app_superadmin with check (true);
create policy superadmin_update on public.courses for update to app_superadmin using (true);
create policy superadmin_delete on public.courses for delete to app_superadmin using (true);
create policy service_select on public.courses for select to service_role using (true);
create policy service_update on public.courses for update to service_role using (true);

-- enrollments
grant select, delete,
    insert (id, organization_id, user_id, course_id, course_user_id, status, progress, enrolled_at, completed_at),
    update (status, progress, completed_at)
    on public.enrollments to authenticated, app_superadmin;
grant select on public.enrollments to service_role;
create policy authenticated_select on public.enrollments for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'instructor'
            and course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
        or (
            (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'student'
            and user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
        )
    )
);
create policy authenticated_insert on public.enrollments for insert to authenticated
with check (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
);
create policy authenticated_update on public.enrollments for update to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
);
create policy authenticated_delete on public.enrollments for delete to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
);
create policy superadmin_select on public.enrollments for select to app_superadmin using (true);
create policy superadmin_insert on public.enrollments for insert to app_superadmin with check (true);
create policy superadmin_update on public.enrollments for update to app_superadmin using (true);
create policy superadmin_delete on public.enrollments for delete to app_superadmin using (true);
create policy service_select on public.enrollments for select to service_role using (true);

reset role;
