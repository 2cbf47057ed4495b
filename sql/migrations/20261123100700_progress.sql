-- courses.generation_progress, as the frontend reads it, and the one function that writes it.
set role app_owner;

-- The five steps: names, the status while one is under way, and what is said when one fails. The first has no such text: the call
-- that starts a run completes it or leaves no run.
create function app.generation_steps(p_has_documents boolean)
returns table (step_id int, step_name text, under_way public.generation_status, failure_message text)
language sql immutable
set search_path = ''
as $$
    select steps.step_id, steps.step_name, steps.under_way::public.generation_status, steps.failure_message
    from (values
        (1, null, 'Запуск генерации', 'initializing', null),
        (2, true, 'Обработка документов', 'processing_documents', 'Ошибка при обработке документов'),
        (2, false, 'Анализ задачи', 'analyzing_task', 'Ошибка при анализе задачи'),
        (3, null, 'Генерация структуры', 'generating_structure', 'Ошибка при анализе структуры'),
        (4, null, 'Создание контента', 'generating_content', 'Ошибка при генерации контента'),
        (5, null, 'Финализация', 'finalizing', 'Ошибка при финализации')
    ) as steps (step_id, with_documents, step_name, under_way, failure_message)
    where steps.with_documents is null or steps.with_documents = p_has_documents
$$;

create function app.as_iso(p_time timestamptz) returns text
language sql immutable
set search_path = ''
as $$
    select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- A run's progress before its first event. Uploads that were never finished are no documents.
create function app.initial_progress(p_course_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
    with documents as (
        select
            count(*) > 0 as found,
            coalesce(jsonb_agg(jsonb_build_object(
                'id', f.id, 'filename', f.filename, 'mime_type', f.mime_type, 'file_size', f.file_size
            ) order by f.created_at, f.id), '[]') as files
        from public.file_catalog f
        where f.course_id = p_course_id and f.status <> 'uploading'
    )
    select jsonb_build_object(
        'steps', (
            select jsonb_agg(jsonb_build_object(
                'id', s.step_id, 'name', s.step_name, 'status', 'pending', 'started_at', null, 'completed_at', null,
                'error', null, 'error_details', null
            ) order by s.step_id)
            from app.generation_steps(documents.found) s
        ),
        'percentage', 0,
        'current_step', 1,
        'message', 'Запуск генерации курса...',
        'total_steps', 5,
        'has_documents', documents.found,
        'lessons_completed', 0,
        'lessons_total', 0,
        'files', documents.files,
        'metadata', '{}'::jsonb
    )
    from documents
$$;

create function app.check_progress_event(p_step_id int, p_status text, p_message text, p_metadata jsonb) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
    if p_step_id is null or p_step_id not between 1 and 5 then
        raise exception 'p_step_id must be 1 to 5, not %', coalesce(p_step_id::text, 'NULL')
            using errcode = 'invalid_parameter_value';
    end if;
    if p_status is null or p_status not in ('pending', 'in_progress', 'completed', 'failed') then
        raise exception 'p_status must be pending, in_progress, completed or failed, not %', quote_nullable(p_status)
            using errcode = 'invalid_parameter_value';
    end if;
    if p_message is null or btrim(p_message) = '' then
        raise exception 'p_message must not be empty, it is %', quote_nullable(p_message)
            using errcode = 'invalid_parameter_value';
    end if;
    if jsonb_typeof(p_metadata) <> 'object' then
        raise exception 'p_metadata must be an object, not %', p_metadata using errcode = 'invalid_parameter_value';
    end if;
end
$$;

-- How far an event is: by step, then by how final its status is.
create function app.event_rank(p_step_id int, p_status text) returns int
language sql immutable
set search_path = ''
as $$
    select p_step_id * 10 + case p_status when 'pending' then 0 when 'in_progress' then 1 else 2 end
$$;

-- A late or repeated event is one behind what the course shows, or one more that ends a step already ended. in_progress may
-- repeat: it brings counts, a retry's reason. After the end of a run nothing counts.
create function app.is_late(p_course public.courses, p_progress jsonb, p_step_id int, p_status text) returns boolean
language sql immutable
set search_path = ''
as $$
    select p_course.generation_status in ('completed', 'failed', 'cancelled') is true
        or app.event_rank(p_step_id, p_status) < shown.rank
        or (app.event_rank(p_step_id, p_status) = shown.rank and p_status in ('completed', 'failed'))
    from (
        select app.event_rank(
            (p_progress ->> 'current_step')::int,
            p_progress -> 'steps' -> ((p_progress ->> 'current_step')::int - 1) ->> 'status'
        ) as rank
    ) as shown
$$;

-- One step after an event. An error stays until a success clears it.
create function app.step_after(
    p_step jsonb, p_status text, p_message text, p_error_message text, p_error_details jsonb
) returns jsonb
language sql stable
set search_path = ''
as $$
    select p_step || jsonb_build_object(
        'status', p_status,
        'started_at', coalesce(p_step ->> 'started_at', case when p_status <> 'pending' then app.as_iso(now()) end),
        'completed_at', case when p_status in ('completed', 'failed') then app.as_iso(now()) end,
        'error', case p_status
            when 'completed' then null
            when 'failed' then coalesce(p_error_message, p_message)
            else coalesce(p_error_message, p_step ->> 'error')
        end,
        'error_details', case p_status
            when 'completed' then null
            when 'failed' then p_error_details
            else coalesce(p_error_details, p_step -> 'error_details')
        end
    )
$$;

-- The whole progress after an event; the percentage never goes back.
create function app.progress_after(
    p_progress jsonb, p_step_id int, p_step jsonb, p_message text, p_metadata jsonb
) returns jsonb
language sql immutable
set search_path = ''
as $$
    select jsonb_set(p_progress, array['steps', (p_step_id - 1)::text], p_step) || jsonb_build_object(
        'percentage', greatest(
            (p_progress ->> 'percentage')::int,
            20 * (p_step_id - 1) + case p_step ->> 'status' when 'completed' then 20 when 'in_progress' then 10 else 0 end
        ),
        'current_step', p_step_id,
        'message', p_message,
        'lessons_completed', coalesce(
            (p_metadata ->> 'lessons_completed')::int, (p_progress ->> 'lessons_completed')::int, 0
        ),
        'lessons_total', coalesce((p_metadata ->> 'lessons_total')::int, (p_progress ->> 'lessons_total')::int, 0),
        'metadata', coalesce(p_progress -> 'metadata', '{}') || (p_metadata - 'lessons_completed' - 'lessons_total')
    )
$$;

create function app.status_after(
    p_now public.generation_status, p_progress jsonb, p_step_id int, p_status text
) returns public.generation_status
language sql immutable
set search_path = ''
as $$
    select case
        when p_status = 'failed' then 'failed'
        when p_status = 'pending' then coalesce(p_now, 'pending')
        when p_step_id = 5 and p_status = 'completed' then 'completed'
        else (
            select s.under_way
            from app.generation_steps((p_progress ->> 'has_documents')::boolean) s
            where s.step_id = p_step_id
        )
    end
$$;

-- Tell the course what became of a step. Returns the progress as it stands then, NULL for an unknown course. Events that are
-- late, repeated or of another run change nothing. A step that skips one before it is refused by the state machine (CG010).
create function public.update_course_progress(
    p_course_id uuid,
    p_step_id int,
    p_status text,
    p_message text,
    p_error_message text default null,
    p_error_details jsonb default null,
    p_metadata jsonb default '{}'
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    event jsonb := coalesce(p_metadata, '{}');
    course public.courses;
    progress jsonb;
    step jsonb;
    next_status public.generation_status;
begin
    perform app.check_progress_event(p_step_id, p_status, p_message, event);
    select * into course from public.courses c where c.id = p_course_id for no key update;
    if not found then
        return null;
    end if;
    if event ? 'run_id' and event ->> 'run_id' is distinct from course.run_id::text then
        return course.generation_progress;
    end if;
    progress := coalesce(course.generation_progress, app.initial_progress(p_course_id));
    if app.is_late(course, progress, p_step_id, p_status) then
        return progress;
    end if;

    step := app.step_after(progress -> 'steps' -> (p_step_id - 1), p_status, p_message, p_error_message, p_error_details);
    progress := app.progress_after(progress, p_step_id, step, p_message, event);
    next_status := app.status_after(course.generation_status, progress, p_step_id, p_status);
    if progress = course.generation_progress and next_status = course.generation_status then
        return progress;
    end if;
    if next_status = 'completed' and course.generation_status = 'generating_content' then
        -- the last step's in_progress was skipped: the state machine still wants its status passed through
        update public.courses c set generation_status = 'finalizing' where c.id = p_course_id;
    end if;
    update public.courses c
    set generation_progress = progress,
        generation_status = next_status,
        generation_started_at = coalesce(c.generation_started_at, case when p_status <> 'pending' then now() end),
        generation_completed_at = case when next_status in ('completed', 'failed') then now() end,
        last_progress_update = now(),
        error_message = step ->> 'error',
        error_details = nullif(step -> 'error_details', 'null')
    where c.id = p_course_id;
    return progress;
end
$$;

grant execute on function
    public.update_course_progress(uuid, int, text, text, text, jsonb, jsonb),
    app.generation_steps(boolean),
    app.as_iso(timestamptz),
    app.initial_progress(uuid),
    app.check_progress_event(int, text, text, jsonb),
    app.event_rank(int, text),
    app.is_late(public.courses, jsonb, int, text),
    app.step_after(jsonb, text, text, text, jsonb),
    app.progress_after(jsonb, int, jsonb, text, jsonb),
    app.status_after(public.generation_status, jsonb, int, text),
    app.generation_moves(public.generation_status)
to service_role;

reset role;
