-- Who may see how a generation goes. Only functions and workers write here.
set role app_owner;

-- generation_runs: the token of a slot and the keys of calls are not for reading
grant select (id, course_id, organization_id, user_id, tier, state, epoch, request_id, failure, created_at, ended_at)
    on public.generation_runs to authenticated, app_superadmin;
grant select, insert, update on public.generation_runs to service_role;
create policy authenticated_select on public.generation_runs for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
    )
);
create policy superadmin_select on public.generation_runs for select to app_superadmin using (true);
create policy service_select on public.generation_runs for select to service_role using (true);
create policy service_insert on public.generation_runs for insert to service_role with check (true);
create policy service_update on public.generation_runs for update to service_role using (true);

-- job_status: stack traces are for operators
grant select (id, job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, progress, error_message,
        attempts, max_attempts, cancelled_by, cancelled_at, created_at, started_at, completed_at, failed_at, updated_at)
    on public.job_status to authenticated;
grant select, insert, update, delete on public.job_status to app_superadmin;
grant select, insert, update on public.job_status to service_role;
create policy authenticated_select on public.job_status for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') in ('admin', 'instructor')
        or user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
    )
);
create policy superadmin_select on public.job_status for select to app_superadmin using (true);
create policy superadmin_insert on public.job_status for insert to app_superadmin with check (true);
create policy superadmin_update on public.job_status for update to app_superadmin using (true);
create policy superadmin_delete on public.job_status for delete to app_superadmin using (true);
create policy service_select on public.job_status for select to service_role using (true);
create policy service_insert on public.job_status for insert to service_role with check (true);
create policy service_update on public.job_status for update to service_role using (true);

-- system_metrics and generation_status_history: nobody changes or deletes a row, app_owner's functions neither (no policy
-- lets them); only the foreign key of the history does, which passes by the policies
grant select on public.system_metrics, public.generation_status_history to authenticated, app_superadmin, service_role;
create policy authenticated_select on public.system_metrics for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
);
create policy superadmin_select on public.system_metrics for select to app_superadmin using (true);
create policy service_select on public.system_metrics for select to service_role using (true);
create policy authenticated_select on public.generation_status_history for select to authenticated
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (
        (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
        or course_user_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid)
    )
);
create policy superadmin_select on public.generation_status_history for select to app_superadmin using (true);
create policy service_select on public.generation_status_history for select to service_role using (true);

-- the queue
grant select, insert, update, delete on public.saq_jobs, public.saq_stats, public.saq_versions to service_role;
grant usage, select on sequence public.saq_jobs_lock_key_seq to service_role;
create policy service_all on public.saq_jobs to service_role using (true);
create policy service_all on public.saq_stats to service_role using (true);
create policy service_all on public.saq_versions to service_role using (true);

reset role;
