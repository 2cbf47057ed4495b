-- A start finds its course by the key alone. Row-level security hides most statistics from the planner, and where all courses have
-- the same status it took the index of the courses under way for empty, and read all of it.
set role app_owner;

-- As before, but for how the status that a lost run left is looked at.
create or replace function app.start_course(p_course_id uuid, p_run_id uuid, p_webhook_url text) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    progress jsonb := app.initial_progress(p_course_id);
    former public.generation_status;
begin
    select c.generation_status into former from public.courses c where c.id = p_course_id;
    if former not in ('pending', 'completed', 'failed', 'cancelled') then
        update public.courses c set generation_status = 'failed' where c.id = p_course_id;
    end if;
    update public.courses c
    set run_id = p_run_id,
        generation_status = 'pending',
        generation_progress = progress,
        generation_started_at = null,
        generation_completed_at = null,
        last_progress_update = now(),
        webhook_url = p_webhook_url,
        error_message = null,
        error_details = null
    where c.id = p_course_id;
    perform public.update_course_progress(
        p_course_id, 1, 'completed', 'Инициализация завершена', null, null, jsonb_build_object('run_id', p_run_id)
    );
    return (progress ->> 'has_documents')::boolean;
end
$$;

reset role;
