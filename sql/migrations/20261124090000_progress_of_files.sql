-- What becomes of each document of a run, shown while it is read; where the pages of a document begin in its text.
set role app_owner;

-- `page_starts`: [[line of the text from 0, page or slide from 1], ...]
alter table public.file_catalog
    add column page_count int check (page_count > 0),
    add column page_starts jsonb;

-- A file as generation_progress lists it. A picture holds no text to wait for.
create function app.file_entry(p_file public.file_catalog) returns jsonb
language sql immutable
set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_file.id, 'filename', p_file.filename, 'mime_type', p_file.mime_type, 'file_size', p_file.file_size,
        'status', case when p_file.mime_type like 'image/%' then 'completed' else 'pending' end,
        'pages', null, 'error', null
    )
$$;

-- As before, and with the state of each file. Pictures alone are no documents: such a course is made from its settings.
create or replace function app.initial_progress(p_course_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
    with documents as (
        select
            count(*) filter (where f.mime_type not like 'image/%') > 0 as found,
            coalesce(jsonb_agg(app.file_entry(f) order by f.created_at, f.id), '[]') as files
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

-- The files of a progress with one of them changed; one that was uploaded since the start is added.
create function app.files_after(p_files jsonb, p_file public.file_catalog, p_change jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
    select coalesce(
        jsonb_agg(case when entry ->> 'id' = p_file.id::text then entry || p_change else entry end order by place), '[]'
    )
    from jsonb_array_elements(case
        when p_files @> jsonb_build_array(jsonb_build_object('id', p_file.id)) then p_files
        else p_files || app.file_entry(p_file)
    end) with ordinality as entries (entry, place)
$$;

-- Tell the course what became of a file, fenced like app.progress. The course's row is locked, so that files which end at the
-- same time are all told. False: nothing was written, since the run is another's or over.
create function app.file_progress(
    p_run_id uuid, p_epoch int, p_file_id uuid, p_status text, p_pages int default null, p_error text default null
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
    file public.file_catalog;
begin
    if p_status is null or p_status not in ('pending', 'processing', 'completed', 'failed') then
        raise exception 'p_status must be pending, processing, completed or failed, not %', quote_nullable(p_status)
            using errcode = 'invalid_parameter_value';
    end if;
    if run.id is null then
        return false;
    end if;
    select * into file from public.file_catalog f where f.id = p_file_id and f.course_id = run.course_id;
    if file.id is not null then
        update public.courses c
        set generation_progress = jsonb_set(c.generation_progress, '{files}', app.files_after(
                c.generation_progress -> 'files', file,
                jsonb_build_object('status', p_status, 'pages', p_pages, 'error', p_error)
            )),
            last_progress_update = now()
        where c.id = run.course_id;
    end if;
    return true;
end
$$;

-- As before, and with the files where they changed: who watches sees each of them end.
create or replace function app.tell_progress() returns trigger
language plpgsql
set search_path = ''
as $$
declare
    same_files boolean := new.generation_progress -> 'files' is not distinct from old.generation_progress -> 'files';
    news text := jsonb_build_object(
        'course_id', new.id,
        'run_id', new.run_id,
        'generation_status', new.generation_status,
        'updated_at', new.last_progress_update,
        'progress', new.generation_progress - 'metadata' - case when same_files then '{files}'::text[] else '{}' end
    )::text;
begin
    if octet_length(news) >= 7500 then
        news := jsonb_build_object('course_id', new.id, 'refetch', true)::text;
    end if;
    perform pg_notify('coursegen_progress', news);
    return null;
end
$$;

grant execute on function
    app.file_entry(public.file_catalog),
    app.files_after(jsonb, public.file_catalog, jsonb),
    app.file_progress(uuid, int, uuid, text, int, text)
to service_role;

reset role;
