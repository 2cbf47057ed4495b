-- The claims of tokens, and what is read of generations.
set role app_owner;

-- Supabase's hook: adds user_id, role and organization_id to the claims of a token about to be issued. They are null for whom
-- has no row in users or is not active, and no policy lets such a token see anything.
create function public.custom_access_token_hook(event jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
    select event || jsonb_build_object('claims', coalesce(event -> 'claims', '{}') || jsonb_build_object(
        'user_id', found.id,
        'role', found.role,
        'organization_id', found.organization_id
    ))
    from (select (event ->> 'user_id')::uuid as user_id) as asked
    left join public.users found on found.id = asked.user_id and found.is_active
$$;

grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;

-- How long a generation may go without news before it counts as stuck: the setting coursegen.stuck_after, an hour by default.
create function app.stuck_after() returns interval
language sql stable
set search_path = ''
as $$
    select coalesce(nullif(current_setting('coursegen.stuck_after', true), ''), '1 hour')::interval
$$;

grant execute on function app.stuck_after() to authenticated, app_superadmin, service_role;

create view public.admin_generation_dashboard with (security_invoker = true) as
select
    c.generation_status as status,
    count(*) as course_count,
    avg(extract(epoch from c.generation_completed_at - c.generation_started_at)) as avg_duration_seconds,
    max(c.last_progress_update) as most_recent_update,
    count(*) filter (
        where c.generation_status not in ('completed', 'failed', 'cancelled')
          and c.last_progress_update < now() - (select app.stuck_after())
    ) as stuck_count
from public.courses c
where c.generation_status is not null
group by c.generation_status
order by c.generation_status;

grant select on public.admin_generation_dashboard to authenticated, app_superadmin, service_role;

-- No row for who may not read the course. Transitions are counted among those that the caller may read.
create function public.get_generation_summary(p_course_id uuid)
returns table (
    current_status public.generation_status,
    current_step int,
    percentage int,
    started_at timestamptz,
    last_updated timestamptz,
    duration_seconds double precision,
    is_stuck boolean,
    transition_count bigint
)
language sql stable
set search_path = ''
as $$
    select
        c.generation_status,
        (c.generation_progress ->> 'current_step')::int,
        (c.generation_progress ->> 'percentage')::int,
        c.generation_started_at,
        c.last_progress_update,
        extract(epoch from coalesce(c.generation_completed_at, now()) - c.generation_started_at)::double precision,
        coalesce(
            c.generation_status not in ('completed', 'failed', 'cancelled')
            and c.last_progress_update < now() - app.stuck_after(),
            false
        ),
        (select count(*) from public.generation_status_history h where h.course_id = c.id)
    from public.courses c
    where c.id = p_course_id
$$;

grant execute on function public.get_generation_summary(uuid) to authenticated, app_superadmin, service_role;

reset role;
