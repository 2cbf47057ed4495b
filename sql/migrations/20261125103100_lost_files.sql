-- Files whose object is gone. The reaper finds them, marks them failed and says when in lost_at; it takes the mark away when the
-- object is back (a volume that was not mounted, a bucket restored). Until then no run counts them as documents. Their rows stay,
-- and the quota with them, until they are deleted: what an organization uses is always the sum of its rows.
set role app_owner;

alter table public.file_catalog add column lost_at timestamptz;

-- As before, without lost files.
create or replace function app.initial_progress(p_course_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
    with documents as (
        select
            count(*) filter (where f.mime_type not like 'image/%') > 0 as found,
            coalesce(jsonb_agg(app.file_entry(f) order by f.created_at, f.id), '[]') as files
        from public.file_catalog f
        where f.course_id = p_course_id and f.status <> 'uploading' and f.lost_at is null
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

reset role;
