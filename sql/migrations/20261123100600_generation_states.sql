-- The state machine of courses.generation_status, its history, and the news of it.
set role app_owner;

-- Who calls, by the claims of the transaction and by the database role it runs as. Within a SECURITY DEFINER function current_user
-- is the owner, while the setting `role` still names the caller's.
create function app.caller(
    out user_id uuid, out organization_id uuid, out role text, out database_role text, out is_superadmin boolean
)
language sql stable
set search_path = ''
as $$
    select
        (claims.found ->> 'user_id')::uuid,
        (claims.found ->> 'organization_id')::uuid,
        claims.found ->> 'role',
        caller.role,
        caller.role = 'app_superadmin'
    from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb as found) as claims,
        (select case current_setting('role') when 'none' then session_user::text else current_setting('role') end as role) as caller
$$;

-- The moves, here and nowhere else: where a status may go. NULL, no generation yet, may go anywhere.
create function app.generation_moves(p_from public.generation_status) returns public.generation_status[]
language sql immutable
set search_path = ''
as $$
    select case p_from
        when 'pending' then '{initializing,failed,cancelled}'
        when 'initializing' then '{processing_documents,analyzing_task,failed,cancelled}'
        when 'processing_documents' then '{generating_structure,failed,cancelled}'
        when 'analyzing_task' then '{generating_structure,failed,cancelled}'
        when 'generating_structure' then '{generating_content,failed,cancelled}'
        when 'generating_content' then '{finalizing,failed,cancelled}'
        when 'finalizing' then '{completed,failed,cancelled}'
        else '{pending}'
    end::public.generation_status[]
$$;

create function app.refuse_invalid_move() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.generation_status is null or new.generation_status <> all (app.generation_moves(old.generation_status)) then
        raise exception 'generation_status can not go from % to %', old.generation_status,
            coalesce(new.generation_status::text, 'NULL')
            using errcode = 'CG010';
    end if;
    return new;
end
$$;

create trigger refuse_invalid_move
    before update of generation_status on public.courses
    for each row
    when (old.generation_status is not null and old.generation_status is distinct from new.generation_status)
    execute function app.refuse_invalid_move();

create function app.record_status_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
    caller record;
begin
    select * into caller from app.caller();
    insert into public.generation_status_history (
        organization_id, course_id, course_user_id, old_status, new_status, changed_by, trigger_source, metadata
    )
    values (
        new.organization_id, new.id, new.user_id, old.generation_status, new.generation_status, caller.user_id,
        caller.database_role,
        jsonb_build_object('run_id', new.run_id, 'current_step', new.generation_progress -> 'current_step')
    );
    return null;
end
$$;

create trigger record_first_status
    after insert on public.courses
    for each row
    when (new.generation_status is not null)
    execute function app.record_status_change();

create trigger record_status_change
    after update of generation_status on public.courses
    for each row
    when (old.generation_status is distinct from new.generation_status)
    execute function app.record_status_change();

-- NOTIFY carries less than 8000 bytes: a larger progress is told as a hint to read it.
create function app.tell_progress() returns trigger
language plpgsql
set search_path = ''
as $$
declare
    news text := jsonb_build_object(
        'course_id', new.id,
        'run_id', new.run_id,
        'generation_status', new.generation_status,
        'updated_at', new.last_progress_update,
        'progress', new.generation_progress - 'files' - 'metadata'
    )::text;
begin
    if octet_length(news) >= 7500 then
        news := jsonb_build_object('course_id', new.id, 'refetch', true)::text;
    end if;
    perform pg_notify('coursegen_progress', news);
    return null;
end
$$;

create trigger tell_progress
    after update of generation_progress, generation_status on public.courses
    for each row
    when (
        old.generation_progress is distinct from new.generation_progress
        or old.generation_status is distinct from new.generation_status
    )
    execute function app.tell_progress();

reset role;
