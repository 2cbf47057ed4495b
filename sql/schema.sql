-- What sql/migrations amount to, for reading: written by `python -m tests.sql.dump`, held equal by a test.

CREATE SCHEMA app;

ALTER SCHEMA app OWNER TO app_owner;

CREATE SCHEMA auth;

ALTER SCHEMA auth OWNER TO app_owner;

CREATE TYPE public.course_status AS ENUM (
    'draft',
    'published',
    'archived'
);

ALTER TYPE public.course_status OWNER TO app_owner;

CREATE TYPE public.generation_status AS ENUM (
    'pending',
    'initializing',
    'processing_documents',
    'analyzing_task',
    'generating_structure',
    'generating_content',
    'finalizing',
    'completed',
    'failed',
    'cancelled'
);

ALTER TYPE public.generation_status OWNER TO app_owner;

CREATE TYPE public.user_role AS ENUM (
    'superadmin',
    'admin',
    'instructor',
    'student'
);

ALTER TYPE public.user_role OWNER TO app_owner;

CREATE FUNCTION app.abandon_run(p_run_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_own_run(p_run_id);
begin
    if run.id is null or run.ended_at is not null then
        return;
    end if;
    delete from public.saq_jobs q
    using public.job_status j
    where j.run_id = run.id and q.key = j.job_id and q.status = 'queued';
    perform app.fail_run(run.id, 'The start was rolled back');
end
$$;

ALTER FUNCTION app.abandon_run(p_run_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.account_storage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    growth bigint := coalesce(new.file_size, 0) - coalesce(old.file_size, 0);
begin
    update public.organizations o
    set storage_used_bytes = o.storage_used_bytes + growth
    where o.id = coalesce(new.organization_id, old.organization_id) and growth <> 0;
    return null;
end
$$;

ALTER FUNCTION app.account_storage() OWNER TO app_owner;

CREATE FUNCTION app.as_iso(p_time timestamp with time zone) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

ALTER FUNCTION app.as_iso(p_time timestamp with time zone) OWNER TO app_owner;

CREATE TABLE public.system_metrics (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid,
    event_type text NOT NULL,
    severity text NOT NULL,
    user_id uuid,
    course_id uuid,
    job_id text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    "timestamp" timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT system_metrics_event_type_check CHECK ((event_type = ANY (ARRAY['job_rollback'::text, 'orphaned_job_recovery'::text, 'concurrency_limit_hit'::text, 'worker_timeout'::text, 'rpc_retry_exhausted'::text, 'duplicate_job_detected'::text, 'superadmin_action'::text]))),
    CONSTRAINT system_metrics_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text, 'fatal'::text])))
);

ALTER TABLE ONLY public.system_metrics FORCE ROW LEVEL SECURITY;

ALTER TABLE public.system_metrics OWNER TO app_owner;

COMMENT ON TABLE public.system_metrics IS 'Critical system events for monitoring and alerting';

CREATE FUNCTION app.audit_content(p_number bigint, p_event public.system_metrics) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select jsonb_build_array(
        p_number, p_event.id, p_event.organization_id, p_event.event_type, p_event.severity, p_event.user_id,
        p_event.course_id, p_event.job_id, p_event.metadata, extract(epoch from p_event."timestamp")
    )::text
$$;

ALTER FUNCTION app.audit_content(p_number bigint, p_event public.system_metrics) OWNER TO app_owner;

CREATE FUNCTION app.begin_superadmin_call(p_call jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    perform set_config('coursegen.call', (p_call - 'arguments')::text, true);
    perform app.record_event('superadmin_action', 'info', null, null, p_call);
end
$$;

ALTER FUNCTION app.begin_superadmin_call(p_call jsonb) OWNER TO app_owner;

CREATE FUNCTION app.caller(OUT user_id uuid, OUT organization_id uuid, OUT role text, OUT database_role text, OUT is_superadmin boolean) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select
        (claims.found ->> 'user_id')::uuid,
        (claims.found ->> 'organization_id')::uuid,
        claims.found ->> 'role',
        caller.role,
        caller.role = 'app_superadmin'
    from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb as found) as claims,
        (select case current_setting('role') when 'none' then session_user::text else current_setting('role') end as role) as caller
$$;

ALTER FUNCTION app.caller(OUT user_id uuid, OUT organization_id uuid, OUT role text, OUT database_role text, OUT is_superadmin boolean) OWNER TO app_owner;

CREATE FUNCTION app.caller_may_cancel(p_organization_id uuid, p_user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select caller.is_superadmin
        or (
            caller.organization_id = p_organization_id
            and (caller.user_id = p_user_id or caller.role = 'admin') is true
        )
    from app.caller() as caller
$$;

ALTER FUNCTION app.caller_may_cancel(p_organization_id uuid, p_user_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.caller_may_change_files(p_organization_id uuid, p_user_id uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select caller.is_superadmin
        or (
            caller.organization_id = p_organization_id
            and (caller.role = 'admin' or (caller.role = 'instructor' and caller.user_id = p_user_id)) is true
        )
    from app.caller() as caller
$$;

ALTER FUNCTION app.caller_may_change_files(p_organization_id uuid, p_user_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.cancel_job(p_job_id text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    course public.courses;
    job public.job_status;
begin
    course := app.lock_visible_course((select j.course_id from public.job_status j where j.job_id = p_job_id));
    select * into job from public.job_status j where j.job_id = p_job_id and j.course_id = course.id;
    return case
        when job.id is null then jsonb_build_object('outcome', 'not_found')
        when not app.caller_may_cancel(job.organization_id, job.user_id) then jsonb_build_object('outcome', 'not_yours')
        when job.status = 'cancelled' then jsonb_build_object('outcome', 'already_cancelled')
        when job.status in ('completed', 'failed') then jsonb_build_object('outcome', 'finished', 'status', job.status)
        else app.cancel_run(job.course_id)
    end;
end
$$;

ALTER FUNCTION app.cancel_job(p_job_id text) OWNER TO app_owner;

CREATE TABLE public.generation_runs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    course_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    idempotency_key text,
    tier text NOT NULL,
    state text DEFAULT 'reserving'::text NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    request_id text,
    webhook_url text,
    slot_token uuid NOT NULL,
    failure text,
    artifacts jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT generation_runs_artifacts_check CHECK ((jsonb_typeof(artifacts) = 'object'::text)),
    CONSTRAINT generation_runs_check CHECK (((ended_at IS NULL) = (state = ANY (ARRAY['reserving'::text, 'queued'::text, 'running'::text])))),
    CONSTRAINT generation_runs_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT generation_runs_state_check CHECK ((state = ANY (ARRAY['reserving'::text, 'queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.generation_runs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.generation_runs OWNER TO app_owner;

CREATE FUNCTION app.cancel_locked_run(p_run public.generation_runs, p_user_id uuid) RETURNS text[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    cancelled text[];
begin
    update public.generation_runs r set state = 'cancelled', ended_at = now() where r.id = p_run.id;
    update public.courses c
    set generation_status = 'cancelled',
        generation_progress = c.generation_progress || jsonb_build_object('message', 'Отменено пользователем'),
        generation_completed_at = now(),
        last_progress_update = now()
    where c.id = p_run.course_id and c.run_id = p_run.id;
    with stopped as (
        update public.job_status j
        set status = 'cancelled', cancelled_by = p_user_id, cancelled_at = now()
        where j.run_id = p_run.id and j.status in ('pending', 'waiting', 'active', 'delayed')
        returning j.job_id
    )
    select coalesce(array_agg(job_id), '{}') into cancelled from stopped;
    -- a waiting job ends here, its row kept as long as any ended job's, a running one when its worker hears of it
    update public.saq_jobs q
    set status = case q.status when 'queued' then 'aborted' else 'aborting' end,
        expire_at = case q.status
            when 'queued' then floor(extract(epoch from now()))::bigint
                + nullif((convert_from(q.job, 'UTF8')::jsonb ->> 'ttl')::bigint, 0)
        end
    where q.key = any (cancelled) and q.status in ('queued', 'active');
    perform pg_notify('coursegen_cancel', job_id) from unnest(cancelled) as ids (job_id);
    return cancelled;
end
$$;

ALTER FUNCTION app.cancel_locked_run(p_run public.generation_runs, p_user_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.cancel_run(p_course_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    course public.courses := app.lock_visible_course(p_course_id);
    run public.generation_runs;
begin
    select * into caller from app.caller();
    if course.id is null then
        return jsonb_build_object('outcome', 'not_found');
    end if;
    if not app.caller_may_cancel(course.organization_id, course.user_id) then
        return jsonb_build_object('outcome', 'not_yours');
    end if;
    select * into run
    from public.generation_runs r
    where r.course_id = p_course_id and r.ended_at is null
    for no key update;
    if not found then
        return jsonb_build_object('outcome', 'not_running');
    end if;
    return jsonb_build_object(
        'outcome', 'cancelled',
        'run_id', run.id,
        'slot_token', run.slot_token,
        'job_ids', app.cancel_locked_run(run, caller.user_id)
    );
end
$$;

ALTER FUNCTION app.cancel_run(p_course_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.change_role(p_user_id uuid, p_role public.user_role) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    target public.users;
begin
    perform app.confirm_role();
    select * into caller from app.caller();
    select * into target
    from public.users u
    where u.id = p_user_id
      and (caller.is_superadmin or (caller.role = 'admin' and u.organization_id = caller.organization_id))
    for no key update;
    if target.id is null then
        return 'not_found';
    elsif target.id = caller.user_id then
        return 'own_role';
    elsif 'superadmin' in (target.role, p_role) and not caller.is_superadmin then
        return 'superadmin_only';
    end if;
    update public.users u set role = p_role where u.id = target.id and u.role <> p_role;
    return 'changed';
end
$$;

ALTER FUNCTION app.change_role(p_user_id uuid, p_role public.user_role) OWNER TO app_owner;

CREATE FUNCTION app.check_progress_event(p_step_id integer, p_status text, p_message text, p_metadata jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.check_progress_event(p_step_id integer, p_status text, p_message text, p_metadata jsonb) OWNER TO app_owner;

CREATE FUNCTION app.claim_job(p_job_id text, p_attempt integer) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs;
    course public.courses;
begin
    run := app.lock_run((select j.run_id from public.job_status j where j.job_id = p_job_id));
    select * into course from public.courses c where c.id = run.course_id and c.run_id = run.id;
    if course.id is null or run.ended_at is not null then
        return null;
    end if;
    update public.job_status j
    set status = 'active', started_at = coalesce(j.started_at, now()), attempts = p_attempt
    where j.job_id = p_job_id and j.status in ('pending', 'waiting', 'active', 'delayed');
    if not found then
        return null;
    end if;
    update public.generation_runs r set epoch = r.epoch + 1, state = 'running' where r.id = run.id;
    return jsonb_build_object(
        'run_id', run.id,
        'epoch', run.epoch + 1,
        'course_id', course.id,
        'organization_id', run.organization_id,
        'user_id', run.user_id,
        'slot_token', run.slot_token,
        'tier', run.tier,
        'step_one_done', coalesce(course.generation_progress -> 'steps' -> 0 ->> 'status' = 'completed', false),
        'request_id', run.request_id,
        'webhook_url', run.webhook_url
    );
end
$$;

ALTER FUNCTION app.claim_job(p_job_id text, p_attempt integer) OWNER TO app_owner;

CREATE FUNCTION app.claim_run(p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    course public.courses := app.lock_visible_course(p_course_id);
    outcome jsonb;
begin
    select * into caller from app.caller();
    if course.id is null then
        return jsonb_build_object('outcome', 'course_not_found');
    end if;
    if (course.user_id = caller.user_id and caller.role in ('instructor', 'admin', 'superadmin')) is not true then
        return jsonb_build_object('outcome', 'not_yours');
    end if;
    outcome := coalesce(
        app.earlier_run(course, p_idempotency_key, p_webhook_url),
        app.new_run(course, p_run_id, p_slot_token, p_idempotency_key, p_webhook_url, p_request_id),
        app.earlier_run(course, p_idempotency_key, p_webhook_url)
    );
    if outcome is null then
        raise exception 'run id % is taken', p_run_id using errcode = 'unique_violation';
    end if;
    if outcome ->> 'outcome' = 'already_running' and outcome ->> 'run_id' <> p_run_id::text then
        perform app.record_event(
            'duplicate_job_detected', 'warn', course.id, outcome ->> 'job_id',
            jsonb_build_object('run_id', outcome ->> 'run_id', 'request_id', p_request_id)
        );
    end if;
    return outcome;
end
$$;

ALTER FUNCTION app.claim_run(p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) OWNER TO app_owner;

CREATE FUNCTION app.claim_webhooks(p_limit integer, p_per_organization integer, p_lease_seconds double precision) RETURNS TABLE(id uuid, claim_token uuid, organization_id uuid, course_id uuid, run_id uuid, url text, payload text, attempt integer, secrets text[], trace jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    claimed uuid[];
begin
    perform app.settle_unsent_webhooks();
    with chosen as (
        select candidate.id
        from (
            select distinct d.organization_id
            from public.webhook_deliveries d
            where d.state = 'pending' and d.next_attempt_at <= now()
        ) as tenant
        cross join lateral (
            select d.id, d.next_attempt_at
            from public.webhook_deliveries d
            where d.organization_id = tenant.organization_id and d.state = 'pending' and d.next_attempt_at <= now()
            order by d.next_attempt_at
            limit greatest(p_per_organization - (
                select count(*)
                from public.webhook_deliveries u
                where u.organization_id = tenant.organization_id
                  and u.claim_token is not null
                  and u.next_attempt_at > now()
            ), 0)
        ) as candidate
        order by candidate.next_attempt_at
        limit p_limit
    ),
    locked as (
        select d.id
        from public.webhook_deliveries d
        join chosen on chosen.id = d.id
        where d.state = 'pending' and d.next_attempt_at <= now()
        for no key update of d skip locked
    ),
    taken as (
        update public.webhook_deliveries d
        set attempts = d.attempts + 1,
            claim_token = gen_random_uuid(),
            last_attempt_at = now(),
            next_attempt_at = now() + make_interval(secs => p_lease_seconds)
        from locked
        where d.id = locked.id
        returning d.id
    )
    select coalesce(array_agg(t.id), '{}') into claimed from taken t;

    insert into app.webhook_secrets (organization_id)
    select distinct d.organization_id from public.webhook_deliveries d where d.id = any (claimed)
    on conflict do nothing;
    return query
    select
        d.id, d.claim_token, d.organization_id, d.course_id, d.run_id, d.url, d.payload::text, d.attempts,
        array[s.current_secret] || case when s.previous_until > now() then array[s.previous_secret] else '{}' end, d.trace
    from public.webhook_deliveries d
    join app.webhook_secrets s on s.organization_id = d.organization_id
    where d.id = any (claimed)
    order by d.created_at;
end
$$;

ALTER FUNCTION app.claim_webhooks(p_limit integer, p_per_organization integer, p_lease_seconds double precision) OWNER TO app_owner;

CREATE FUNCTION app.complete_job(p_job_id text, p_run_id uuid, p_epoch integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    update public.job_status j
    set status = 'completed', progress = 100, completed_at = now(), error_message = null
    where j.job_id = p_job_id and j.run_id = run.id and j.status in ('pending', 'waiting', 'active', 'delayed');
    return found;
end
$$;

ALTER FUNCTION app.complete_job(p_job_id text, p_run_id uuid, p_epoch integer) OWNER TO app_owner;

CREATE FUNCTION app.confirm_role() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    perform
    from public.users u, app.caller() caller
    where u.id = caller.user_id
      and u.organization_id = caller.organization_id
      and u.role::text = caller.role
      and u.is_active;
    if not found then
        raise exception 'the role of the token is not its user''s any more' using errcode = 'CG020';
    end if;
end
$$;

ALTER FUNCTION app.confirm_role() OWNER TO app_owner;

CREATE FUNCTION app.count_ended_run() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    insert into app.counters (name, label, amount) values ('runs_ended', new.state, 1);
    return null;
end
$$;

ALTER FUNCTION app.count_ended_run() OWNER TO app_owner;

CREATE FUNCTION app.count_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    insert into app.counters (name, label, amount) values ('events', new.event_type, 1);
    return null;
end
$$;

ALTER FUNCTION app.count_event() OWNER TO app_owner;

CREATE FUNCTION app.count_files(p_organization_id uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
    select (select count(*) from public.file_catalog f where f.organization_id = p_organization_id)
    from app.caller() as caller
    where caller.is_superadmin or caller.organization_id = p_organization_id
$$;

ALTER FUNCTION app.count_files(p_organization_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.count_reaper_work(p_work jsonb) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    insert into app.counters (name, label, amount)
    select 'reaper', work.key, work.value::bigint
    from jsonb_each_text(p_work) as work;

    with folded as (
        delete from app.counters
        where (select count(*) from app.counters) > 200
        returning name, label, amount
    )
    insert into app.counters (name, label, amount)
    select f.name, f.label, sum(f.amount)
    from folded f
    group by f.name, f.label;
$$;

ALTER FUNCTION app.count_reaper_work(p_work jsonb) OWNER TO app_owner;

CREATE FUNCTION app.count_webhooks(p_outcome text, p_amount bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    insert into app.counters (name, label, amount) select 'webhooks', p_outcome, p_amount where p_amount > 0
$$;

ALTER FUNCTION app.count_webhooks(p_outcome text, p_amount bigint) OWNER TO app_owner;

CREATE TABLE public.courses (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    title text NOT NULL,
    slug text NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    status public.course_status DEFAULT 'draft'::public.course_status NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    language text DEFAULT 'ru'::text NOT NULL,
    style text,
    course_description text,
    target_audience text,
    difficulty text,
    learning_outcomes text,
    estimated_lessons integer,
    estimated_sections integer,
    content_strategy text,
    output_formats text[] DEFAULT '{}'::text[] NOT NULL,
    prerequisites text,
    generation_progress jsonb,
    generation_status public.generation_status,
    generation_started_at timestamp with time zone,
    generation_completed_at timestamp with time zone,
    last_progress_update timestamp with time zone,
    webhook_url text,
    error_message text,
    error_details jsonb,
    run_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT courses_estimated_lessons_check CHECK ((estimated_lessons > 0)),
    CONSTRAINT courses_estimated_sections_check CHECK ((estimated_sections > 0)),
    CONSTRAINT courses_settings_check CHECK ((jsonb_typeof(settings) = 'object'::text)),
    CONSTRAINT courses_slug_check CHECK ((slug <> ''::text)),
    CONSTRAINT courses_title_check CHECK ((title <> ''::text))
);

ALTER TABLE ONLY public.courses FORCE ROW LEVEL SECURITY;

ALTER TABLE public.courses OWNER TO app_owner;

CREATE FUNCTION app.course_for_run(p_course public.courses) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select jsonb_build_object(
        'id', p_course.id,
        'title', p_course.title,
        'language', p_course.language,
        'style', p_course.style,
        'course_description', p_course.course_description,
        'target_audience', p_course.target_audience,
        'difficulty', p_course.difficulty,
        'lesson_duration_minutes', case jsonb_typeof(p_course.settings -> 'lesson_duration_minutes')
            when 'number' then p_course.settings -> 'lesson_duration_minutes'
        end,
        'learning_outcomes', p_course.learning_outcomes,
        'estimated_lessons', p_course.estimated_lessons,
        'estimated_sections', p_course.estimated_sections,
        'content_strategy', p_course.content_strategy,
        'output_formats', p_course.output_formats,
        'organization_id', p_course.organization_id,
        'user_id', p_course.user_id
    )
$$;

ALTER FUNCTION app.course_for_run(p_course public.courses) OWNER TO app_owner;

CREATE FUNCTION app.delete_file(p_file_id uuid) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.delete_file(p_file_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.earlier_run(p_course public.courses, p_idempotency_key text, p_webhook_url text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs;
    job text;
begin
    select * into run
    from public.generation_runs r
    where r.user_id = p_course.user_id and r.idempotency_key = p_idempotency_key;
    if found then
        if run.course_id <> p_course.id or run.webhook_url is distinct from p_webhook_url then
            return jsonb_build_object('outcome', 'key_reused');
        end if;
        select j.job_id into job from public.job_status j where j.run_id = run.id order by j.created_at, j.id limit 1;
        return jsonb_build_object('outcome', 'replayed', 'run_id', run.id, 'job_id', job);
    end if;
    select * into run from public.generation_runs r where r.course_id = p_course.id and r.ended_at is null;
    if not found then
        return null;
    end if;
    -- between two steps of a chain that lost its worker no job is live: then the last one is the answer
    select j.job_id into job from public.job_status j where j.run_id = run.id order by j.created_at desc, j.id limit 1;
    return jsonb_build_object('outcome', 'already_running', 'run_id', run.id, 'job_id', job);
end
$$;

ALTER FUNCTION app.earlier_run(p_course public.courses, p_idempotency_key text, p_webhook_url text) OWNER TO app_owner;

CREATE FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint DEFAULT 0) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    run public.generation_runs;
begin
    select * into caller from app.caller();
    run := app.lock_own_run(p_run_id);
    if run.id is null then
        raise exception 'run % is not yours', p_run_id using errcode = 'insufficient_privilege';
    end if;
    if run.ended_at is not null or (caller.database_role <> 'service_role' and run.state <> 'reserving') then
        raise exception 'run % takes no job, it is %', p_run_id, run.state using errcode = 'CG011';
    end if;
    insert into public.job_status (
        job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, max_attempts
    )
    values (
        p_job_id, run.id, p_job_type, run.organization_id, run.course_id, run.user_id, 'waiting', 100 - p_priority,
        p_max_attempts
    );
    -- whole seconds, rounded down: a job due in half a second would sleep through the notification below
    insert into public.saq_jobs (key, job, queue, status, priority, scheduled)
    values (
        p_job_id, p_job, 'coursegen', 'queued', p_priority,
        coalesce(nullif(p_scheduled, 0), floor(extract(epoch from now()))::bigint)
    );
    update public.generation_runs r set state = 'queued' where r.id = run.id and r.state = 'reserving';
    perform pg_notify('saq:coursegen', 'saq:enqueue');
end
$$;

ALTER FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint) OWNER TO app_owner;

CREATE FUNCTION app.event_rank(p_step_id integer, p_status text) RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select p_step_id * 10 + case p_status when 'pending' then 0 when 'in_progress' then 1 else 2 end
$$;

ALTER FUNCTION app.event_rank(p_step_id integer, p_status text) OWNER TO app_owner;

CREATE FUNCTION app.fail_run(p_run_id uuid, p_error text, p_epoch integer DEFAULT NULL::integer) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
    progress jsonb;
    step int;
begin
    if run.id is null then
        return null;
    end if;
    select c.generation_progress into progress from public.courses c where c.id = run.course_id;
    step := (progress ->> 'current_step')::int;
    if progress -> 'steps' -> (step - 1) ->> 'status' = 'completed' then
        step := step + 1;
    end if;
    step := least(greatest(step, 2), 5);    -- the first step has no failure of its own
    perform app.progress(run.id, run.epoch, step, 'failed', s.failure_message, p_error)
    from app.generation_steps((progress ->> 'has_documents')::boolean) s
    where s.step_id = step;
    perform app.finish_run(run.id, run.epoch, 'failed', p_error);
    return jsonb_build_object(
        'run_id', run.id, 'slot_token', run.slot_token, 'course_id', run.course_id, 'user_id', run.user_id
    );
end
$$;

ALTER FUNCTION app.fail_run(p_run_id uuid, p_error text, p_epoch integer) OWNER TO app_owner;

CREATE TABLE public.file_catalog (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    uploaded_by uuid NOT NULL,
    filename text NOT NULL,
    mime_type text NOT NULL,
    file_type text NOT NULL,
    file_size bigint NOT NULL,
    storage_path text,
    hash text,
    extracted_text text,
    status text DEFAULT 'uploading'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    page_count integer,
    page_starts jsonb,
    received_bytes bigint DEFAULT 0 NOT NULL,
    parts uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    expires_at timestamp with time zone,
    lost_at timestamp with time zone,
    CONSTRAINT file_catalog_check CHECK (((status = ANY (ARRAY['uploading'::text, 'failed'::text])) OR ((hash IS NOT NULL) AND (storage_path IS NOT NULL)))),
    CONSTRAINT file_catalog_file_size_check CHECK ((file_size > 0)),
    CONSTRAINT file_catalog_filename_check CHECK (((length(filename) >= 1) AND (length(filename) <= 255))),
    CONSTRAINT file_catalog_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT file_catalog_page_count_check CHECK ((page_count > 0)),
    CONSTRAINT file_catalog_parts_counted CHECK ((cardinality(parts) <= 10001)),
    CONSTRAINT file_catalog_received_within_size CHECK (((received_bytes >= 0) AND (received_bytes <= file_size))),
    CONSTRAINT file_catalog_status_check CHECK ((status = ANY (ARRAY['uploading'::text, 'ready'::text, 'processing'::text, 'processed'::text, 'failed'::text]))),
    CONSTRAINT file_catalog_stored_under_its_course CHECK (starts_with(storage_path, ((((organization_id)::text || '/'::text) || (course_id)::text) || '/'::text)))
);

ALTER TABLE ONLY public.file_catalog FORCE ROW LEVEL SECURITY;

ALTER TABLE public.file_catalog OWNER TO app_owner;

CREATE FUNCTION app.file_entry(p_file public.file_catalog) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select jsonb_build_object(
        'id', p_file.id, 'filename', p_file.filename, 'mime_type', p_file.mime_type, 'file_size', p_file.file_size,
        'status', case when p_file.mime_type like 'image/%' then 'completed' else 'pending' end,
        'pages', null, 'error', null
    )
$$;

ALTER FUNCTION app.file_entry(p_file public.file_catalog) OWNER TO app_owner;

CREATE FUNCTION app.file_progress(p_run_id uuid, p_epoch integer, p_file_id uuid, p_status text, p_pages integer DEFAULT NULL::integer, p_error text DEFAULT NULL::text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.file_progress(p_run_id uuid, p_epoch integer, p_file_id uuid, p_status text, p_pages integer, p_error text) OWNER TO app_owner;

CREATE FUNCTION app.files_after(p_files jsonb, p_file public.file_catalog, p_change jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select coalesce(
        jsonb_agg(case when entry ->> 'id' = p_file.id::text then entry || p_change else entry end order by place), '[]'
    )
    from jsonb_array_elements(case
        when p_files @> jsonb_build_array(jsonb_build_object('id', p_file.id)) then p_files
        else p_files || app.file_entry(p_file)
    end) with ordinality as entries (entry, place)
$$;

ALTER FUNCTION app.files_after(p_files jsonb, p_file public.file_catalog, p_change jsonb) OWNER TO app_owner;

CREATE FUNCTION app.finish_run(p_run_id uuid, p_epoch integer, p_state text, p_error text DEFAULT NULL::text, p_job_id text DEFAULT NULL::text, p_error_details jsonb DEFAULT NULL::jsonb) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    if p_state is null or p_state not in ('completed', 'failed') then
        raise exception 'p_state must be completed or failed, not %', quote_nullable(p_state)
            using errcode = 'invalid_parameter_value';
    end if;
    update public.generation_runs r
    set state = p_state, ended_at = now(), failure = case p_state when 'failed' then p_error end
    where r.id = run.id;
    update public.job_status j
    set status = 'failed', error_message = p_error, error_stack = p_error_details ->> 'stack', failed_at = now()
    where p_state = 'failed'
      and j.run_id = run.id
      and j.job_id = coalesce(p_job_id, j.job_id)
      and j.status in ('pending', 'waiting', 'active', 'delayed');
    return run.slot_token;
end
$$;

ALTER FUNCTION app.finish_run(p_run_id uuid, p_epoch integer, p_state text, p_error text, p_job_id text, p_error_details jsonb) OWNER TO app_owner;

CREATE FUNCTION app.generation_moves(p_from public.generation_status) RETURNS public.generation_status[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.generation_moves(p_from public.generation_status) OWNER TO app_owner;

CREATE FUNCTION app.generation_steps(p_has_documents boolean) RETURNS TABLE(step_id integer, step_name text, under_way public.generation_status, failure_message text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.generation_steps(p_has_documents boolean) OWNER TO app_owner;

CREATE FUNCTION app.inherit_from_course() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if new.organization_id is null or new.course_user_id is null then
        select c.organization_id, c.user_id
        into new.organization_id, new.course_user_id
        from public.courses c
        where c.id = new.course_id;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.inherit_from_course() OWNER TO app_owner;

CREATE FUNCTION app.inherit_from_lesson() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if new.organization_id is null or new.course_id is null or new.course_user_id is null then
        select l.organization_id, l.course_id, l.course_user_id
        into new.organization_id, new.course_id, new.course_user_id
        from public.lessons l
        where l.id = new.lesson_id;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.inherit_from_lesson() OWNER TO app_owner;

CREATE FUNCTION app.inherit_from_section() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if new.organization_id is null or new.course_id is null or new.course_user_id is null then
        select s.organization_id, s.course_id, s.course_user_id
        into new.organization_id, new.course_id, new.course_user_id
        from public.sections s
        where s.id = new.section_id;
    end if;
    return new;
end
$$;

ALTER FUNCTION app.inherit_from_section() OWNER TO app_owner;

CREATE FUNCTION app.initial_progress(p_course_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.initial_progress(p_course_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.is_late(p_course public.courses, p_progress jsonb, p_step_id integer, p_status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.is_late(p_course public.courses, p_progress jsonb, p_step_id integer, p_status text) OWNER TO app_owner;

CREATE FUNCTION app.keep_a_superadmin() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'superadmins are taken away under READ COMMITTED: an older snapshot shows those of the past'
            using errcode = 'feature_not_supported';
    end if;
    perform pg_advisory_xact_lock(hashtext('coursegen superadmins'));
    if not exists (select from public.users u where u.role = 'superadmin' and u.is_active and u.id <> old.id) then
        raise exception 'the last superadmin stays' using errcode = 'check_violation', constraint = 'users_last_superadmin';
    end if;
    return coalesce(new, old);
end
$$;

ALTER FUNCTION app.keep_a_superadmin() OWNER TO app_owner;

CREATE FUNCTION app.keep_course_while_it_runs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if exists (select from public.generation_runs r where r.course_id = old.id and r.ended_at is null) then
        raise exception 'course % has a run', old.id using errcode = 'restrict_violation', constraint = 'courses_run_has_ended';
    end if;
    return old;
end
$$;

ALTER FUNCTION app.keep_course_while_it_runs() OWNER TO app_owner;

CREATE FUNCTION app.keep_files_in_use() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.keep_files_in_use() OWNER TO app_owner;

CREATE FUNCTION app.limit_files_per_course() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    tier app.tiers;
    found_files int;
begin
    perform from public.courses c where c.id = new.course_id for no key update;
    select t.* into tier from app.tiers t join public.organizations o on o.tier = t.tier where o.id = new.organization_id;
    select count(*) into found_files from public.file_catalog f where f.course_id = new.course_id;
    if found_files > tier.files_per_course then
        raise exception 'file limit reached: tier % allows % files per course', tier.tier, tier.files_per_course
            using errcode = 'CG001';
    end if;
    return null;
end
$$;

ALTER FUNCTION app.limit_files_per_course() OWNER TO app_owner;

CREATE FUNCTION app.link_audit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    head app.audit_head;
begin
    select * into head from app.audit_head for update;
    head.number := head.number + 1;
    head.hash := sha256(head.hash || convert_to(app.audit_content(head.number, new), 'UTF8'));
    insert into app.audit_chain (number, event_id, hash) values (head.number, new.id, head.hash);
    update app.audit_head set number = head.number, hash = head.hash;
    return null;
end
$$;

ALTER FUNCTION app.link_audit() OWNER TO app_owner;

CREATE FUNCTION app.live_workers() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
    select count(*)::int from public.saq_stats s where s.expire_at > extract(epoch from now())
$$;

ALTER FUNCTION app.live_workers() OWNER TO app_owner;

CREATE FUNCTION app.lock_global_limit() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    perform pg_advisory_xact_lock(hashtext('coursegen global limit'));
    return (select concurrent_runs from app.global_limit);
end
$$;

ALTER FUNCTION app.lock_global_limit() OWNER TO app_owner;

CREATE FUNCTION app.lock_held_run(p_run_id uuid, p_epoch integer) RETURNS public.generation_runs
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_run(p_run_id);
begin
    if run.ended_at is not null or run.epoch <> coalesce(p_epoch, run.epoch) then
        return null;
    end if;
    return run;
end
$$;

ALTER FUNCTION app.lock_held_run(p_run_id uuid, p_epoch integer) OWNER TO app_owner;

CREATE FUNCTION app.lock_own_run(p_run_id uuid) RETURNS public.generation_runs
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    caller record;
begin
    select * into caller from app.caller();
    if caller.database_role <> 'service_role'
        and not exists (select from public.generation_runs r where r.id = p_run_id and r.user_id = caller.user_id) then
        return null;
    end if;
    return app.lock_run(p_run_id);
end
$$;

ALTER FUNCTION app.lock_own_run(p_run_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.lock_run(p_run_id uuid) RETURNS public.generation_runs
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs;
begin
    perform
    from public.courses c
    where c.id = (select r.course_id from public.generation_runs r where r.id = p_run_id)
    for no key update;
    select * into run from public.generation_runs r where r.id = p_run_id for no key update;
    return run;
end
$$;

ALTER FUNCTION app.lock_run(p_run_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.lock_visible_course(p_course_id uuid) RETURNS public.courses
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    caller record;
    course public.courses;
begin
    select * into caller from app.caller();
    select * into course
    from public.courses c
    where c.id = p_course_id
      and (
        caller.is_superadmin
        or c.organization_id = caller.organization_id and (
            c.user_id = caller.user_id
            or caller.role in ('admin', 'instructor')
            or caller.role = 'student' and exists (
                select
                from public.enrollments e
                where e.user_id = caller.user_id and e.course_id = c.id and e.status = 'active'
            )
        )
      )
    for no key update;
    return course;
end
$$;

ALTER FUNCTION app.lock_visible_course(p_course_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.make_superadmin(p_email text) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    target public.users;
begin
    select * into target from public.users u where u.email = p_email and u.is_active for no key update;
    if target.id is null then
        return null;
    end if;
    update public.users u set role = 'superadmin' where u.id = target.id;
    insert into public.system_metrics (organization_id, event_type, severity, metadata)
    values (target.organization_id, 'superadmin_action', 'warn', jsonb_build_object(
        'procedure', 'coursegen superadmin', 'table', 'users', 'id', target.id,
        'before', jsonb_build_object('role', target.role), 'after', jsonb_build_object('role', 'superadmin')
    ));
    return target.id;
end
$$;

ALTER FUNCTION app.make_superadmin(p_email text) OWNER TO app_owner;

CREATE FUNCTION app.new_run(p_course public.courses, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    tier app.tiers;
begin
    select t.* into tier
    from public.organizations o
    join app.tiers t on t.tier = o.tier
    where o.id = p_course.organization_id;
    insert into public.generation_runs (
        id, course_id, organization_id, user_id, idempotency_key, tier, request_id, webhook_url, slot_token
    )
    values (
        p_run_id, p_course.id, p_course.organization_id, p_course.user_id, p_idempotency_key, tier.tier, p_request_id,
        p_webhook_url, p_slot_token
    )
    on conflict do nothing;
    if not found then
        return null;
    end if;
    return jsonb_build_object(
        'outcome', 'claimed',
        'run_id', p_run_id,
        'tier', tier.tier,
        'user_limit', tier.concurrent_runs,
        'priority', tier.priority,
        'has_documents', app.start_course(p_course.id, p_run_id, p_webhook_url),
        'course', app.course_for_run(p_course)
    );
end
$$;

ALTER FUNCTION app.new_run(p_course public.courses, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) OWNER TO app_owner;

CREATE FUNCTION app.new_webhook_secret() RETURNS text
    LANGUAGE sql
    SET search_path TO ''
    AS $$
    select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;

ALTER FUNCTION app.new_webhook_secret() OWNER TO app_owner;

CREATE FUNCTION app.note_webhook() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
begin
    insert into public.webhook_deliveries (organization_id, course_id, course_user_id, run_id, url, payload)
    values (new.organization_id, new.id, new.user_id, new.run_id, new.webhook_url, app.webhook_payload(new));
    return null;
end
$$;

ALTER FUNCTION app.note_webhook() OWNER TO app_owner;

CREATE FUNCTION app.operating_figures() RETURNS TABLE(name text, label text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
    with clock as (
        select floor(extract(epoch from now()))::bigint as seconds
    ),
    waiting as (
        select
            q.priority,
            count(*) filter (where q.scheduled <= clock.seconds) as due,
            count(*) filter (where q.scheduled > clock.seconds) as later,
            coalesce(greatest(max(clock.seconds) - min(q.scheduled), 0), 0) as age
        from public.saq_jobs q
        cross join clock
        where q.queue = 'coursegen' and q.status = 'queued'
        group by q.priority
    ),
    active as (
        select q.priority, count(*) as jobs
        from public.saq_jobs q
        where q.queue = 'coursegen' and q.status in ('active', 'aborting')
        group by q.priority
    ),
    jobs as (
        select
            100 - priorities.priority as priority,
            coalesce(waiting.due, 0) as due,
            coalesce(waiting.later, 0) as later,
            coalesce(waiting.age, 0) as age,
            coalesce(active.jobs, 0) as active
        from (
            select (100 - t.priority)::smallint as priority from app.tiers t
            union select w.priority from waiting w
            union select a.priority from active a
        ) as priorities
        left join waiting on waiting.priority = priorities.priority
        left join active on active.priority = priorities.priority
    )
    select figures.name, jobs.priority::text, figures.value::double precision
    from jobs
    cross join lateral (
        values ('queue_due', jobs.due), ('queue_later', jobs.later), ('queue_active', jobs.active), ('queue_age', jobs.age)
    ) as figures (name, value)
    union all
    select 'runs', r.state, count(*) from public.generation_runs r where r.ended_at is null group by r.state
    union all
    select 'runs_stuck', '', count(*)
    from public.courses c
    where c.generation_status not in ('completed', 'failed', 'cancelled')
      and c.last_progress_update < now() - (select app.stuck_after())
    union all
    select 'workers', '', app.live_workers()
    union all
    select 'user_limit', t.tier, t.concurrent_runs from app.tiers t
    union all
    select c.name, c.label, sum(c.amount) from app.counters c group by c.name, c.label
$$;

ALTER FUNCTION app.operating_figures() OWNER TO app_owner;

CREATE FUNCTION app.progress(p_run_id uuid, p_epoch integer, p_step integer, p_status text, p_message text, p_error text DEFAULT NULL::text, p_error_details jsonb DEFAULT NULL::jsonb, p_metadata jsonb DEFAULT '{}'::jsonb) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    if run.id is null then
        return false;
    end if;
    perform public.update_course_progress(
        run.course_id, p_step, p_status, p_message, p_error, p_error_details,
        coalesce(p_metadata, '{}') || jsonb_build_object('run_id', run.id)
    );
    return true;
end
$$;

ALTER FUNCTION app.progress(p_run_id uuid, p_epoch integer, p_step integer, p_status text, p_message text, p_error text, p_error_details jsonb, p_metadata jsonb) OWNER TO app_owner;

CREATE FUNCTION app.progress_after(p_progress jsonb, p_step_id integer, p_step jsonb, p_message text, p_metadata jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.progress_after(p_progress jsonb, p_step_id integer, p_step jsonb, p_message text, p_metadata jsonb) OWNER TO app_owner;

CREATE FUNCTION app.quota_follows_tier() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    new.storage_quota_bytes := (select t.storage_quota_bytes from app.tiers t where t.tier = new.tier);
    return new;
end
$$;

ALTER FUNCTION app.quota_follows_tier() OWNER TO app_owner;

CREATE FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    course record;
    event_id uuid;
begin
    select * into caller from app.caller();
    if caller.user_id is null and caller.database_role <> 'service_role' then
        raise exception 'events are noted by the signed-in and by workers' using errcode = 'insufficient_privilege';
    end if;
    if p_event_type = 'superadmin_action' and not caller.is_superadmin then
        raise exception 'superadmin_action is for superadmins alone' using errcode = 'insufficient_privilege';
    end if;
    select c.id, c.organization_id, c.user_id
    into course
    from public.courses c
    where c.id = p_course_id
      and (c.organization_id = caller.organization_id or caller.database_role in ('app_superadmin', 'service_role'));
    insert into public.system_metrics (organization_id, event_type, severity, user_id, course_id, job_id, metadata)
    values (
        coalesce(course.organization_id, caller.organization_id), p_event_type, p_severity,
        coalesce(caller.user_id, course.user_id), course.id, p_job_id, coalesce(p_metadata, '{}')
    )
    returning id into event_id;
    return event_id;
end
$$;

ALTER FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) OWNER TO app_owner;

CREATE FUNCTION app.record_status_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.record_status_change() OWNER TO app_owner;

CREATE FUNCTION app.record_superadmin_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) else '{}' end;
    is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) else '{}' end;
    unshown text[] := tg_argv;
    before jsonb := app.what_differs(was, is_now, unshown);
    after jsonb := app.what_differs(is_now, was, unshown);
begin
    if before <> after then
        perform app.record_event(
            'superadmin_action', 'info', null, null,
            coalesce(nullif(current_setting('coursegen.call', true), '')::jsonb, '{}') || jsonb_build_object(
                'table', tg_table_name, 'id', coalesce(was ->> tg_argv[0], is_now ->> tg_argv[0]),
                'before', before, 'after', after
            )
        );
    end if;
    return null;
end
$$;

ALTER FUNCTION app.record_superadmin_change() OWNER TO app_owner;

CREATE FUNCTION app.record_webhook(p_id uuid, p_claim_token uuid, p_outcome text, p_status integer, p_error text, p_retry_after double precision) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    delivery public.webhook_deliveries;
    delay interval;
begin
    select * into delivery
    from public.webhook_deliveries d
    where d.id = p_id and d.claim_token = p_claim_token and d.state = 'pending'
    for no key update;
    if not found then
        return null;
    end if;
    if p_outcome not in ('delivered', 'refused', 'gone') then
        raise exception 'p_outcome must be delivered, refused or gone, not %', quote_nullable(p_outcome)
            using errcode = 'invalid_parameter_value';
    end if;
    delay := app.webhook_delay(delivery.attempts) * (0.9 + 0.2 * random());
    delivery.state := case
        when p_outcome = 'delivered' then 'delivered'
        when p_outcome = 'gone' then 'disabled'
        when delay is null then 'failed'
        else 'pending'
    end;
    if p_outcome = 'gone' then
        insert into app.disabled_webhooks (organization_id, url) values (delivery.organization_id, delivery.url)
        on conflict do nothing;
    end if;
    update public.webhook_deliveries d
    set state = delivery.state,
        last_status = p_status,
        last_error = p_error,
        claim_token = null,
        next_attempt_at = case
            when delivery.state = 'pending'
                then now() + greatest(delay, make_interval(secs => least(coalesce(p_retry_after, 0), 86400)))
        end,
        settled_at = case when delivery.state <> 'pending' then now() end
    where d.id = p_id;
    perform app.count_webhooks(case delivery.state when 'pending' then 'retried' else delivery.state end, 1);
    return delivery.state;
end
$$;

ALTER FUNCTION app.record_webhook(p_id uuid, p_claim_token uuid, p_outcome text, p_status integer, p_error text, p_retry_after double precision) OWNER TO app_owner;

CREATE FUNCTION app.redeliver_webhook(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    delivery public.webhook_deliveries;
begin
    select * into delivery from public.webhook_deliveries d where d.id = p_id for no key update;
    if delivery.id is null or app.caller_may_cancel(delivery.organization_id, delivery.course_user_id) is not true then
        return false;
    end if;
    delete from app.disabled_webhooks w where (w.organization_id, w.url) = (delivery.organization_id, delivery.url);
    update public.webhook_deliveries d
    set state = 'pending', attempts = 0, next_attempt_at = now(), claim_token = null, settled_at = null
    where d.id = p_id and (d.claim_token is null or d.next_attempt_at <= now());  -- an attempt under way is one already
    return true;
end
$$;

ALTER FUNCTION app.redeliver_webhook(p_id uuid) OWNER TO app_owner;

CREATE FUNCTION app.refuse_invalid_move() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    if new.generation_status is null or new.generation_status <> all (app.generation_moves(old.generation_status)) then
        raise exception 'generation_status can not go from % to %', old.generation_status,
            coalesce(new.generation_status::text, 'NULL')
            using errcode = 'CG010';
    end if;
    return new;
end
$$;

ALTER FUNCTION app.refuse_invalid_move() OWNER TO app_owner;

CREATE FUNCTION app.retry_exhausted_job(p_job_id text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
    run public.generation_runs;
    found_status text;
begin
    select * into caller from app.caller();
    if caller.is_superadmin is not true then
        raise exception 'jobs are retried by superadmins' using errcode = 'insufficient_privilege';
    end if;
    run := app.lock_run((select j.run_id from public.job_status j where j.job_id = p_job_id));
    select q.status into found_status
    from public.saq_jobs q
    where q.key = p_job_id and q.queue = 'coursegen'
    for update;
    if not found then
        return 'not_found';
    elsif found_status <> 'failed' then
        return 'not_failed';
    elsif run.ended_at is not null then
        return 'run_ended';
    end if;
    update public.saq_jobs q
    set status = 'queued',
        scheduled = floor(extract(epoch from now()))::bigint,
        job = convert_to((
            convert_from(q.job, 'UTF8')::jsonb || jsonb_build_object('attempts', 0, 'error', null, 'completed', 0)
        )::text, 'UTF8')
    where q.key = p_job_id;
    perform pg_notify('saq:coursegen', 'saq:enqueue');
    return 'retried';
end
$$;

ALTER FUNCTION app.retry_exhausted_job(p_job_id text) OWNER TO app_owner;

CREATE FUNCTION app.retry_job(p_job_id text, p_run_id uuid, p_epoch integer, p_error text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    run public.generation_runs := app.lock_held_run(p_run_id, p_epoch);
begin
    update public.job_status j
    set status = 'delayed', error_message = p_error
    where j.job_id = p_job_id and j.run_id = run.id and j.status in ('pending', 'waiting', 'active', 'delayed');
    return found;
end
$$;

ALTER FUNCTION app.retry_job(p_job_id text, p_run_id uuid, p_epoch integer, p_error text) OWNER TO app_owner;

CREATE FUNCTION app.rotate_webhook_secret(p_overlap_seconds double precision) RETURNS TABLE(secret text, previous_valid_until timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
declare
    caller record;
begin
    select * into caller from app.caller();
    if caller.organization_id is null or (caller.role = 'admin' or caller.is_superadmin) is not true then
        raise exception 'secrets are for the admins of an organization' using errcode = 'insufficient_privilege';
    end if;
    return query
    insert into app.webhook_secrets as s (organization_id) values (caller.organization_id)
    on conflict (organization_id) do update
    set current_secret = app.new_webhook_secret(),
        previous_secret = case when p_overlap_seconds > 0 then s.current_secret end,
        previous_until = case when p_overlap_seconds > 0 then now() + make_interval(secs => p_overlap_seconds) end
    returning s.current_secret, s.previous_until;
end
$$;

ALTER FUNCTION app.rotate_webhook_secret(p_overlap_seconds double precision) OWNER TO app_owner;

CREATE FUNCTION app.settle_unsent_webhooks() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
declare
    disabled bigint;
    failed bigint;
begin
    with over as (
        select d.id, d.attempts > 0 and app.webhook_delay(d.attempts) is null as is_lost
        from public.webhook_deliveries d
        where d.state = 'pending'
          and d.next_attempt_at <= now()
          and (
              (d.attempts > 0 and app.webhook_delay(d.attempts) is null)
              or exists (select from app.disabled_webhooks w where (w.organization_id, w.url) = (d.organization_id, d.url))
          )
        for no key update skip locked
    ),
    settled as (
        update public.webhook_deliveries d
        set state = case when over.is_lost then 'failed' else 'disabled' end,
            last_error = case
                when over.is_lost then 'the worker died during the attempt'
                else 'not sent: the endpoint has answered 410 Gone'
            end,
            next_attempt_at = null,
            claim_token = null,
            settled_at = now()
        from over
        where d.id = over.id
        returning d.state
    )
    select count(*) filter (where s.state = 'disabled'), count(*) filter (where s.state = 'failed')
    into disabled, failed
    from settled s;
    perform app.count_webhooks('disabled', disabled), app.count_webhooks('failed', failed);
end
$$;

ALTER FUNCTION app.settle_unsent_webhooks() OWNER TO app_owner;

CREATE FUNCTION app.start_course(p_course_id uuid, p_run_id uuid, p_webhook_url text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.start_course(p_course_id uuid, p_run_id uuid, p_webhook_url text) OWNER TO app_owner;

CREATE FUNCTION app.status_after(p_now public.generation_status, p_progress jsonb, p_step_id integer, p_status text) RETURNS public.generation_status
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.status_after(p_now public.generation_status, p_progress jsonb, p_step_id integer, p_status text) OWNER TO app_owner;

CREATE FUNCTION app.step_after(p_step jsonb, p_status text, p_message text, p_error_message text, p_error_details jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.step_after(p_step jsonb, p_status text, p_message text, p_error_message text, p_error_details jsonb) OWNER TO app_owner;

CREATE FUNCTION app.stuck_after() RETURNS interval
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select coalesce(nullif(current_setting('coursegen.stuck_after', true), ''), '1 hour')::interval
$$;

ALTER FUNCTION app.stuck_after() OWNER TO app_owner;

CREATE FUNCTION app.tell_progress() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION app.tell_progress() OWNER TO app_owner;

CREATE FUNCTION app.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
begin
    new.updated_at := now();
    return new;
end
$$;

ALTER FUNCTION app.touch_updated_at() OWNER TO app_owner;

CREATE FUNCTION app.webhook_delay(p_attempts integer) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select (array[
        '5 s', '5 min', '30 min', '2 h', '5 h', '10 h', '14 h', '20 h', '24 h'
    ]::interval[])[p_attempts]
$$;

ALTER FUNCTION app.webhook_delay(p_attempts integer) OWNER TO app_owner;

CREATE FUNCTION app.webhook_payload(p_course public.courses) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select jsonb_build_object(
        'courseId', p_course.id,
        'status', p_course.generation_status,
        'progress', jsonb_build_object(
            'step', progress -> 'current_step', 'message', progress -> 'message', 'percentage', progress -> 'percentage'
        ),
        'data', jsonb_build_object(
            'runId', p_course.run_id,
            'stepStatus', progress -> 'steps' -> ((progress ->> 'current_step')::int - 1) -> 'status',
            'lessonsCompleted', progress -> 'lessons_completed',
            'lessonsTotal', progress -> 'lessons_total',
            'occurredAt', app.as_iso(clock_timestamp())
        ),
        'error', p_course.error_message
    )
    from (select p_course.generation_progress as progress) as shown
$$;

ALTER FUNCTION app.webhook_payload(p_course public.courses) OWNER TO app_owner;

CREATE FUNCTION app.webhooks_waiting() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
    select count(*) from public.webhook_deliveries d where d.state = 'pending'
$$;

ALTER FUNCTION app.webhooks_waiting() OWNER TO app_owner;

CREATE FUNCTION app.what_differs(p_row jsonb, p_other jsonb, p_unshown text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
    select coalesce(
        jsonb_object_agg(c.key, case when c.key = any (p_unshown) then to_jsonb('[not shown]'::text) else c.value end), '{}'
    )
    from jsonb_each(p_row) c
    where p_other -> c.key is distinct from c.value and c.key <> 'updated_at'
$$;

ALTER FUNCTION app.what_differs(p_row jsonb, p_other jsonb, p_unshown text[]) OWNER TO app_owner;

CREATE FUNCTION public.custom_access_token_hook(event jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
    select event || jsonb_build_object('claims', coalesce(event -> 'claims', '{}') || jsonb_build_object(
        'user_id', found.id,
        'role', found.role,
        'organization_id', found.organization_id
    ))
    from (select (event ->> 'user_id')::uuid as user_id) as asked
    left join public.users found on found.id = asked.user_id and found.is_active
$$;

ALTER FUNCTION public.custom_access_token_hook(event jsonb) OWNER TO app_owner;

CREATE FUNCTION public.get_generation_summary(p_course_id uuid) RETURNS TABLE(current_status public.generation_status, current_step integer, percentage integer, started_at timestamp with time zone, last_updated timestamp with time zone, duration_seconds double precision, is_stuck boolean, transition_count bigint)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION public.get_generation_summary(p_course_id uuid) OWNER TO app_owner;

CREATE FUNCTION public.update_course_progress(p_course_id uuid, p_step_id integer, p_status text, p_message text, p_error_message text DEFAULT NULL::text, p_error_details jsonb DEFAULT NULL::jsonb, p_metadata jsonb DEFAULT '{}'::jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

ALTER FUNCTION public.update_course_progress(p_course_id uuid, p_step_id integer, p_status text, p_message text, p_error_message text, p_error_details jsonb, p_metadata jsonb) OWNER TO app_owner;

CREATE TABLE app.audit_chain (
    number bigint NOT NULL,
    event_id uuid NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_chain_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_chain_number_check CHECK ((number > 0))
);

ALTER TABLE ONLY app.audit_chain FORCE ROW LEVEL SECURITY;

ALTER TABLE app.audit_chain OWNER TO app_owner;

CREATE TABLE app.audit_head (
    single smallint DEFAULT 1 NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    hash bytea DEFAULT sha256('\x'::bytea) NOT NULL,
    CONSTRAINT audit_head_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_head_number_check CHECK ((number >= 0)),
    CONSTRAINT audit_head_single_check CHECK ((single = 1))
);

ALTER TABLE ONLY app.audit_head FORCE ROW LEVEL SECURITY;

ALTER TABLE app.audit_head OWNER TO app_owner;

CREATE TABLE app.counters (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    amount bigint NOT NULL
);

ALTER TABLE ONLY app.counters FORCE ROW LEVEL SECURITY;

ALTER TABLE app.counters OWNER TO app_owner;

CREATE TABLE app.disabled_webhooks (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    url text NOT NULL,
    disabled_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY app.disabled_webhooks FORCE ROW LEVEL SECURITY;

ALTER TABLE app.disabled_webhooks OWNER TO app_owner;

CREATE TABLE app.global_limit (
    single smallint DEFAULT 1 NOT NULL,
    concurrent_runs integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT global_limit_concurrent_runs_check CHECK (((concurrent_runs >= 1) AND (concurrent_runs <= 100))),
    CONSTRAINT global_limit_single_check CHECK ((single = 1))
);

ALTER TABLE ONLY app.global_limit FORCE ROW LEVEL SECURITY;

ALTER TABLE app.global_limit OWNER TO app_owner;

CREATE TABLE app.tiers (
    tier text NOT NULL,
    concurrent_runs integer NOT NULL,
    priority smallint NOT NULL,
    storage_quota_bytes bigint NOT NULL,
    max_file_bytes bigint NOT NULL,
    files_per_course integer NOT NULL,
    accepted text[] NOT NULL,
    CONSTRAINT tiers_concurrent_runs_check CHECK ((concurrent_runs > 0)),
    CONSTRAINT tiers_files_per_course_check CHECK ((files_per_course >= 0)),
    CONSTRAINT tiers_max_file_bytes_check CHECK ((max_file_bytes >= 0)),
    CONSTRAINT tiers_priority_check CHECK (((priority >= 1) AND (priority <= 100))),
    CONSTRAINT tiers_storage_quota_bytes_check CHECK ((storage_quota_bytes >= 0)),
    CONSTRAINT tiers_tier_check CHECK ((tier = lower(tier)))
);

ALTER TABLE ONLY app.tiers FORCE ROW LEVEL SECURITY;

ALTER TABLE app.tiers OWNER TO app_owner;

CREATE TABLE app.webhook_secrets (
    organization_id uuid NOT NULL,
    current_secret text DEFAULT app.new_webhook_secret() NOT NULL,
    previous_secret text,
    previous_until timestamp with time zone,
    CONSTRAINT webhook_secrets_check CHECK (((previous_secret IS NULL) = (previous_until IS NULL))),
    CONSTRAINT webhook_secrets_current_secret_check CHECK ((current_secret ~ '^whsec_[A-Za-z0-9+/]{43}=$'::text)),
    CONSTRAINT webhook_secrets_previous_secret_check CHECK ((previous_secret ~ '^whsec_[A-Za-z0-9+/]{43}=$'::text))
);

ALTER TABLE ONLY app.webhook_secrets FORCE ROW LEVEL SECURITY;

ALTER TABLE app.webhook_secrets OWNER TO app_owner;

CREATE VIEW public.admin_generation_dashboard WITH (security_invoker='true') AS
 SELECT generation_status AS status,
    count(*) AS course_count,
    EXTRACT(epoch FROM avg((generation_completed_at - generation_started_at))) AS avg_duration_seconds,
    max(last_progress_update) AS most_recent_update,
    count(*) FILTER (WHERE ((generation_status <> ALL (ARRAY['completed'::public.generation_status, 'failed'::public.generation_status, 'cancelled'::public.generation_status])) AND (last_progress_update < (now() - ( SELECT app.stuck_after() AS stuck_after))))) AS stuck_count
   FROM public.courses c
  WHERE (generation_status IS NOT NULL)
  GROUP BY generation_status
  ORDER BY generation_status;

ALTER VIEW public.admin_generation_dashboard OWNER TO app_owner;

CREATE TABLE public.enrollments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    enrolled_at timestamp with time zone DEFAULT now() NOT NULL,
    completed_at timestamp with time zone,
    CONSTRAINT enrollments_status_check CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'dropped'::text, 'expired'::text])))
);

ALTER TABLE ONLY public.enrollments FORCE ROW LEVEL SECURITY;

ALTER TABLE public.enrollments OWNER TO app_owner;

CREATE TABLE public.generation_status_history (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    old_status public.generation_status,
    new_status public.generation_status,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_by uuid,
    trigger_source text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.generation_status_history FORCE ROW LEVEL SECURITY;

ALTER TABLE public.generation_status_history OWNER TO app_owner;

CREATE TABLE public.job_status (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    job_id text NOT NULL,
    run_id uuid NOT NULL,
    job_type text NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    priority smallint NOT NULL,
    progress integer DEFAULT 0 NOT NULL,
    error_message text,
    error_stack text,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    cancelled_by uuid,
    cancelled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    failed_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT job_status_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT job_status_job_type_check CHECK ((job_type = ANY (ARRAY['initialize'::text, 'document_processing'::text, 'structure_analysis'::text, 'structure_generation'::text, 'text_generation'::text, 'finalization'::text]))),
    CONSTRAINT job_status_max_attempts_check CHECK ((max_attempts > 0)),
    CONSTRAINT job_status_progress_check CHECK (((progress >= 0) AND (progress <= 100))),
    CONSTRAINT job_status_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'waiting'::text, 'active'::text, 'completed'::text, 'failed'::text, 'delayed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.job_status FORCE ROW LEVEL SECURITY;

ALTER TABLE public.job_status OWNER TO app_owner;

CREATE TABLE public.lesson_content (
    lesson_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    text_content text,
    media_urls text[] DEFAULT '{}'::text[] NOT NULL,
    quiz_data jsonb,
    interactive_elements jsonb,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.lesson_content FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lesson_content OWNER TO app_owner;

CREATE TABLE public.lessons (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    section_id uuid NOT NULL,
    title text NOT NULL,
    order_index integer NOT NULL,
    duration_minutes integer,
    lesson_type text DEFAULT 'text'::text NOT NULL,
    status public.course_status DEFAULT 'draft'::public.course_status NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT lessons_duration_minutes_check CHECK ((duration_minutes > 0)),
    CONSTRAINT lessons_lesson_type_check CHECK ((lesson_type = ANY (ARRAY['video'::text, 'text'::text, 'quiz'::text, 'interactive'::text, 'assignment'::text]))),
    CONSTRAINT lessons_order_index_check CHECK ((order_index > 0)),
    CONSTRAINT lessons_title_check CHECK ((title <> ''::text))
);

ALTER TABLE ONLY public.lessons FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lessons OWNER TO app_owner;

CREATE TABLE public.organizations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    tier text DEFAULT 'free'::text NOT NULL,
    storage_quota_bytes bigint NOT NULL,
    storage_used_bytes bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organizations_name_check CHECK ((name <> ''::text)),
    CONSTRAINT organizations_storage_within_quota CHECK (((storage_used_bytes >= 0) AND (storage_used_bytes <= storage_quota_bytes)))
);

ALTER TABLE ONLY public.organizations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.organizations OWNER TO app_owner;

CREATE TABLE public.saq_jobs (
    key text NOT NULL,
    lock_key integer NOT NULL,
    job bytea NOT NULL,
    queue text NOT NULL,
    status text NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    group_key text,
    scheduled bigint DEFAULT EXTRACT(epoch FROM now()) NOT NULL,
    expire_at bigint,
    lease uuid,
    CONSTRAINT saq_jobs_job_check CHECK ((jsonb_typeof((convert_from(job, 'UTF8'::name))::jsonb) = 'object'::text)),
    CONSTRAINT saq_jobs_priority_check CHECK ((priority >= 0))
);

ALTER TABLE ONLY public.saq_jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.saq_jobs OWNER TO app_owner;

CREATE SEQUENCE public.saq_jobs_lock_key_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.saq_jobs_lock_key_seq OWNER TO app_owner;

ALTER SEQUENCE public.saq_jobs_lock_key_seq OWNED BY public.saq_jobs.lock_key;

CREATE TABLE public.saq_stats (
    worker_id text NOT NULL,
    stats jsonb,
    expire_at bigint,
    metadata jsonb,
    queue_key text
);

ALTER TABLE ONLY public.saq_stats FORCE ROW LEVEL SECURITY;

ALTER TABLE public.saq_stats OWNER TO app_owner;

CREATE TABLE public.saq_versions (
    version integer
);

ALTER TABLE ONLY public.saq_versions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.saq_versions OWNER TO app_owner;

CREATE TABLE public.sections (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    order_index integer NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT sections_order_index_check CHECK ((order_index > 0)),
    CONSTRAINT sections_title_check CHECK ((title <> ''::text))
);

ALTER TABLE ONLY public.sections FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sections OWNER TO app_owner;

CREATE TABLE public.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL,
    organization_id uuid NOT NULL,
    role public.user_role DEFAULT 'student'::public.user_role NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_email_check CHECK ((email <> ''::text))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.users OWNER TO app_owner;

CREATE TABLE public.webhook_deliveries (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    course_id uuid NOT NULL,
    course_user_id uuid NOT NULL,
    run_id uuid NOT NULL,
    url text NOT NULL,
    payload jsonb NOT NULL,
    trace jsonb DEFAULT COALESCE((NULLIF(current_setting('coursegen.trace'::text, true), ''::text))::jsonb, '{}'::jsonb) NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT now(),
    claim_token uuid,
    last_attempt_at timestamp with time zone,
    last_status integer,
    last_error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT webhook_deliveries_attempts_check CHECK (((attempts >= 0) AND (attempts <= 10))),
    CONSTRAINT webhook_deliveries_check CHECK (((state = 'pending'::text) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT webhook_deliveries_check1 CHECK (((state = 'pending'::text) = (settled_at IS NULL))),
    CONSTRAINT webhook_deliveries_check2 CHECK (((state = 'pending'::text) OR (claim_token IS NULL))),
    CONSTRAINT webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'disabled'::text])))
);

ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries OWNER TO app_owner;

ALTER TABLE ONLY public.saq_jobs ALTER COLUMN lock_key SET DEFAULT nextval('public.saq_jobs_lock_key_seq'::regclass);

ALTER TABLE ONLY app.audit_chain
    ADD CONSTRAINT audit_chain_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY app.audit_chain
    ADD CONSTRAINT audit_chain_pkey PRIMARY KEY (number);

ALTER TABLE ONLY app.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (single);

ALTER TABLE ONLY app.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.disabled_webhooks
    ADD CONSTRAINT disabled_webhooks_organization_id_url_key UNIQUE (organization_id, url);

ALTER TABLE ONLY app.disabled_webhooks
    ADD CONSTRAINT disabled_webhooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app.global_limit
    ADD CONSTRAINT global_limit_pkey PRIMARY KEY (single);

ALTER TABLE ONLY app.tiers
    ADD CONSTRAINT tiers_pkey PRIMARY KEY (tier);

ALTER TABLE ONLY app.webhook_secrets
    ADD CONSTRAINT webhook_secrets_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_organization_id_id_user_id_key UNIQUE (organization_id, id, user_id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_organization_id_slug_key UNIQUE (organization_id, slug);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_organization_id_user_id_course_id_key UNIQUE (organization_id, user_id, course_id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.file_catalog
    ADD CONSTRAINT file_catalog_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY public.file_catalog
    ADD CONSTRAINT file_catalog_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.file_catalog
    ADD CONSTRAINT file_catalog_storage_path_key UNIQUE (storage_path);

ALTER TABLE ONLY public.generation_runs
    ADD CONSTRAINT generation_runs_organization_id_course_id_id_key UNIQUE (organization_id, course_id, id);

ALTER TABLE ONLY public.generation_runs
    ADD CONSTRAINT generation_runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.generation_runs
    ADD CONSTRAINT generation_runs_user_id_idempotency_key_key UNIQUE (user_id, idempotency_key);

ALTER TABLE ONLY public.generation_status_history
    ADD CONSTRAINT generation_status_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_status
    ADD CONSTRAINT job_status_job_id_key UNIQUE (job_id);

ALTER TABLE ONLY public.job_status
    ADD CONSTRAINT job_status_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lesson_content
    ADD CONSTRAINT lesson_content_pkey PRIMARY KEY (lesson_id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_organization_id_course_id_id_key UNIQUE (organization_id, course_id, id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_section_id_organization_id_order_index_key UNIQUE (section_id, organization_id, order_index);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_name_key UNIQUE (name);

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saq_jobs
    ADD CONSTRAINT saq_jobs_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.saq_stats
    ADD CONSTRAINT saq_stats_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_course_id_organization_id_order_index_key UNIQUE (course_id, organization_id, order_index);

ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_organization_id_course_id_id_key UNIQUE (organization_id, course_id, id);

ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.system_metrics
    ADD CONSTRAINT system_metrics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

CREATE INDEX courses_created ON public.courses USING btree (created_at, id);

CREATE INDEX courses_generation_active ON public.courses USING btree (organization_id, generation_status) WHERE (generation_status <> ALL (ARRAY['completed'::public.generation_status, 'failed'::public.generation_status, 'cancelled'::public.generation_status]));

CREATE INDEX courses_generation_status ON public.courses USING btree (generation_status, last_progress_update) INCLUDE (generation_started_at, generation_completed_at);

CREATE INDEX courses_generation_stuck ON public.courses USING btree (last_progress_update) WHERE (generation_status <> ALL (ARRAY['completed'::public.generation_status, 'failed'::public.generation_status, 'cancelled'::public.generation_status]));

CREATE INDEX courses_updated ON public.courses USING btree (updated_at, id);

CREATE INDEX courses_user_id ON public.courses USING btree (user_id);

CREATE INDEX enrollments_course ON public.enrollments USING btree (organization_id, course_id);

CREATE INDEX file_catalog_course ON public.file_catalog USING btree (organization_id, course_id, created_at);

CREATE INDEX file_catalog_parts_left ON public.file_catalog USING btree (id) WHERE ((status <> 'uploading'::text) AND (parts <> '{}'::uuid[]));

CREATE INDEX file_catalog_uploading ON public.file_catalog USING btree (created_at) WHERE (status = 'uploading'::text);

CREATE INDEX generation_runs_live ON public.generation_runs USING btree (user_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX generation_runs_one_live_per_course ON public.generation_runs USING btree (course_id) WHERE (ended_at IS NULL);

CREATE INDEX generation_status_history_course ON public.generation_status_history USING btree (organization_id, course_id, changed_at);

CREATE UNIQUE INDEX job_status_one_live_per_course ON public.job_status USING btree (course_id) WHERE (status = ANY (ARRAY['pending'::text, 'waiting'::text, 'active'::text, 'delayed'::text]));

CREATE INDEX job_status_organization ON public.job_status USING btree (organization_id, job_id);

CREATE INDEX job_status_run ON public.job_status USING btree (run_id, created_at, id);

CREATE INDEX job_status_user ON public.job_status USING btree (user_id, job_id);

CREATE INDEX lesson_content_course ON public.lesson_content USING btree (organization_id, course_id);

CREATE INDEX lessons_course ON public.lessons USING btree (course_id);

CREATE INDEX organizations_created ON public.organizations USING btree (created_at, id);

CREATE INDEX saq_jobs_status_queue_group_key_idx ON public.saq_jobs USING btree (status, queue, group_key);

CREATE INDEX saq_jobs_status_queue_priority_scheduled_idx ON public.saq_jobs USING btree (status, queue, priority, scheduled);

CREATE INDEX saq_jobs_waiting ON public.saq_jobs USING btree (queue, priority, lock_key) INCLUDE (scheduled) WHERE (status = 'queued'::text);

CREATE INDEX saq_stats_expire_at_idx ON public.saq_stats USING btree (expire_at);

CREATE INDEX saq_stats_queue_key_idx ON public.saq_stats USING btree (queue_key);

CREATE INDEX system_metrics_course_id ON public.system_metrics USING btree (course_id) WHERE (course_id IS NOT NULL);

CREATE INDEX system_metrics_event_type ON public.system_metrics USING btree (event_type);

CREATE INDEX system_metrics_organization ON public.system_metrics USING btree (organization_id, "timestamp" DESC);

CREATE INDEX system_metrics_severity ON public.system_metrics USING btree (severity);

CREATE INDEX system_metrics_superadmin ON public.system_metrics USING btree (user_id) WHERE (event_type = 'superadmin_action'::text);

CREATE INDEX system_metrics_timestamp ON public.system_metrics USING btree ("timestamp" DESC, id DESC);

CREATE INDEX users_created ON public.users USING btree (created_at, id);

CREATE INDEX webhook_deliveries_created ON public.webhook_deliveries USING btree (created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (next_attempt_at, organization_id) WHERE (state = 'pending'::text);

CREATE INDEX webhook_deliveries_due_of_organization ON public.webhook_deliveries USING btree (organization_id, next_attempt_at) WHERE (state = 'pending'::text);

CREATE INDEX webhook_deliveries_newest ON public.webhook_deliveries USING btree (organization_id, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_run ON public.webhook_deliveries USING btree (organization_id, course_id, run_id);

CREATE INDEX webhook_deliveries_under_way ON public.webhook_deliveries USING btree (organization_id) WHERE (claim_token IS NOT NULL);

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON app.disabled_webhooks FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'url');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON app.global_limit FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('single');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON app.webhook_secrets FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('organization_id', 'current_secret', 'previous_secret');

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON app.global_limit FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER count_ended_run AFTER UPDATE OF ended_at ON public.generation_runs FOR EACH ROW WHEN (((old.ended_at IS NULL) AND (new.ended_at IS NOT NULL))) EXECUTE FUNCTION app.count_ended_run();

CREATE TRIGGER count_event AFTER INSERT ON public.system_metrics FOR EACH ROW EXECUTE FUNCTION app.count_event();

CREATE TRIGGER inherit_from_course BEFORE INSERT ON public.enrollments FOR EACH ROW EXECUTE FUNCTION app.inherit_from_course();

CREATE TRIGGER inherit_from_course BEFORE INSERT ON public.file_catalog FOR EACH ROW EXECUTE FUNCTION app.inherit_from_course();

CREATE TRIGGER inherit_from_course BEFORE INSERT ON public.sections FOR EACH ROW EXECUTE FUNCTION app.inherit_from_course();

CREATE TRIGGER inherit_from_lesson BEFORE INSERT ON public.lesson_content FOR EACH ROW EXECUTE FUNCTION app.inherit_from_lesson();

CREATE TRIGGER inherit_from_section BEFORE INSERT ON public.lessons FOR EACH ROW EXECUTE FUNCTION app.inherit_from_section();

CREATE TRIGGER keep_a_superadmin BEFORE UPDATE OF role, is_active ON public.users FOR EACH ROW WHEN (((old.role = 'superadmin'::public.user_role) AND old.is_active AND (NOT ((new.role = 'superadmin'::public.user_role) AND new.is_active)))) EXECUTE FUNCTION app.keep_a_superadmin();

CREATE TRIGGER keep_a_superadmin_present BEFORE DELETE ON public.users FOR EACH ROW WHEN (((old.role = 'superadmin'::public.user_role) AND old.is_active)) EXECUTE FUNCTION app.keep_a_superadmin();

CREATE TRIGGER keep_course_while_it_runs BEFORE DELETE ON public.courses FOR EACH ROW WHEN ((current_setting('role'::text) = ANY (ARRAY['authenticated'::text, 'app_superadmin'::text]))) EXECUTE FUNCTION app.keep_course_while_it_runs();

CREATE TRIGGER keep_files_in_use BEFORE DELETE ON public.file_catalog FOR EACH ROW EXECUTE FUNCTION app.keep_files_in_use();

CREATE TRIGGER limit_files_per_course AFTER INSERT ON public.file_catalog FOR EACH ROW EXECUTE FUNCTION app.limit_files_per_course();

CREATE CONSTRAINT TRIGGER link_audit AFTER INSERT ON public.system_metrics DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.event_type = 'superadmin_action'::text)) EXECUTE FUNCTION app.link_audit();

CREATE TRIGGER note_webhook AFTER UPDATE OF generation_status, generation_progress ON public.courses FOR EACH ROW WHEN (((new.webhook_url IS NOT NULL) AND (new.run_id IS NOT NULL) AND (new.generation_status <> 'pending'::public.generation_status) AND ((old.generation_status IS DISTINCT FROM new.generation_status) OR ((old.generation_progress -> 'current_step'::text) IS DISTINCT FROM (new.generation_progress -> 'current_step'::text)) OR ((((old.generation_progress -> 'steps'::text) -> (((old.generation_progress ->> 'current_step'::text))::integer - 1)) -> 'status'::text) IS DISTINCT FROM (((new.generation_progress -> 'steps'::text) -> (((new.generation_progress ->> 'current_step'::text))::integer - 1)) -> 'status'::text))))) EXECUTE FUNCTION app.note_webhook();

CREATE TRIGGER quota_follows_tier BEFORE INSERT OR UPDATE OF tier ON public.organizations FOR EACH ROW EXECUTE FUNCTION app.quota_follows_tier();

CREATE TRIGGER record_first_status AFTER INSERT ON public.courses FOR EACH ROW WHEN ((new.generation_status IS NOT NULL)) EXECUTE FUNCTION app.record_status_change();

CREATE TRIGGER record_status_change AFTER UPDATE OF generation_status ON public.courses FOR EACH ROW WHEN ((old.generation_status IS DISTINCT FROM new.generation_status)) EXECUTE FUNCTION app.record_status_change();

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.courses FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'generation_progress', 'webhook_url');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.enrollments FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.file_catalog FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'extracted_text');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.generation_runs FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'slot_token', 'idempotency_key', 'webhook_url', 'artifacts');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.job_status FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'error_stack');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.lesson_content FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('lesson_id', 'text_content', 'quiz_data', 'interactive_elements');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.lessons FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.organizations FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.sections FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id');

CREATE TRIGGER record_superadmin_change AFTER INSERT OR DELETE OR UPDATE ON public.webhook_deliveries FOR EACH ROW WHEN ((current_setting('role'::text) = 'app_superadmin'::text)) EXECUTE FUNCTION app.record_superadmin_change('id', 'url', 'payload', 'trace', 'claim_token');

CREATE TRIGGER refuse_invalid_move BEFORE UPDATE OF generation_status ON public.courses FOR EACH ROW WHEN (((old.generation_status IS NOT NULL) AND (old.generation_status IS DISTINCT FROM new.generation_status))) EXECUTE FUNCTION app.refuse_invalid_move();

CREATE TRIGGER tell_progress AFTER UPDATE OF generation_progress, generation_status ON public.courses FOR EACH ROW WHEN (((old.generation_progress IS DISTINCT FROM new.generation_progress) OR (old.generation_status IS DISTINCT FROM new.generation_status))) EXECUTE FUNCTION app.tell_progress();

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.courses FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.job_status FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.lesson_content FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.organizations FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION app.touch_updated_at();

CREATE TRIGGER track_storage AFTER INSERT OR DELETE OR UPDATE OF file_size ON public.file_catalog FOR EACH ROW EXECUTE FUNCTION app.account_storage();

ALTER TABLE ONLY app.disabled_webhooks
    ADD CONSTRAINT disabled_webhooks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app.webhook_secrets
    ADD CONSTRAINT webhook_secrets_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_organization_id_id_run_id_fkey FOREIGN KEY (organization_id, id, run_id) REFERENCES public.generation_runs(organization_id, course_id, id);

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES public.users(organization_id, id);

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_organization_id_course_id_course_user_id_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.enrollments
    ADD CONSTRAINT enrollments_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES public.users(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.file_catalog
    ADD CONSTRAINT file_catalog_organization_id_course_id_course_user_id_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.file_catalog
    ADD CONSTRAINT file_catalog_organization_id_uploaded_by_fkey FOREIGN KEY (organization_id, uploaded_by) REFERENCES public.users(organization_id, id);

ALTER TABLE ONLY public.generation_runs
    ADD CONSTRAINT generation_runs_organization_id_course_id_fkey FOREIGN KEY (organization_id, course_id) REFERENCES public.courses(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.generation_runs
    ADD CONSTRAINT generation_runs_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES public.users(organization_id, id);

ALTER TABLE ONLY public.generation_status_history
    ADD CONSTRAINT generation_status_history_organization_id_course_id_course_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.job_status
    ADD CONSTRAINT job_status_organization_id_course_id_run_id_fkey FOREIGN KEY (organization_id, course_id, run_id) REFERENCES public.generation_runs(organization_id, course_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_status
    ADD CONSTRAINT job_status_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES public.users(organization_id, id);

ALTER TABLE ONLY public.lesson_content
    ADD CONSTRAINT lesson_content_organization_id_course_id_course_user_id_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.lesson_content
    ADD CONSTRAINT lesson_content_organization_id_course_id_lesson_id_fkey FOREIGN KEY (organization_id, course_id, lesson_id) REFERENCES public.lessons(organization_id, course_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_organization_id_course_id_course_user_id_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.lessons
    ADD CONSTRAINT lessons_organization_id_course_id_section_id_fkey FOREIGN KEY (organization_id, course_id, section_id) REFERENCES public.sections(organization_id, course_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_tier_fkey FOREIGN KEY (tier) REFERENCES app.tiers(tier) ON UPDATE CASCADE;

ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_organization_id_course_id_course_user_id_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_organization_id_course_id_course_user_i_fkey FOREIGN KEY (organization_id, course_id, course_user_id) REFERENCES public.courses(organization_id, id, user_id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_organization_id_course_id_run_id_fkey FOREIGN KEY (organization_id, course_id, run_id) REFERENCES public.generation_runs(organization_id, course_id, id) ON DELETE CASCADE;

ALTER TABLE app.audit_chain ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.audit_head ENABLE ROW LEVEL SECURITY;

CREATE POLICY authenticated_select ON app.tiers FOR SELECT TO authenticated USING (true);

ALTER TABLE app.counters ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.disabled_webhooks ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.global_limit ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner_all ON app.audit_head TO app_owner USING (true);

CREATE POLICY owner_all ON app.counters TO app_owner USING (true);

CREATE POLICY owner_all ON app.disabled_webhooks TO app_owner USING (true);

CREATE POLICY owner_all ON app.global_limit TO app_owner USING (true);

CREATE POLICY owner_all ON app.tiers TO app_owner USING (true);

CREATE POLICY owner_all ON app.webhook_secrets TO app_owner USING (true);

CREATE POLICY owner_insert ON app.audit_chain FOR INSERT TO app_owner WITH CHECK (true);

CREATE POLICY owner_select ON app.audit_chain FOR SELECT TO app_owner USING (true);

CREATE POLICY service_select ON app.global_limit FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON app.tiers FOR SELECT TO service_role USING (true);

CREATE POLICY superadmin_select ON app.audit_chain FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON app.global_limit FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON app.tiers FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON app.global_limit FOR UPDATE TO app_superadmin USING (true);

ALTER TABLE app.tiers ENABLE ROW LEVEL SECURITY;

ALTER TABLE app.webhook_secrets ENABLE ROW LEVEL SECURITY;

CREATE POLICY auth_select ON public.users FOR SELECT TO supabase_auth_admin USING (true);

CREATE POLICY authenticated_delete ON public.courses FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_delete ON public.enrollments FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text)));

CREATE POLICY authenticated_delete ON public.file_catalog FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_delete ON public.lesson_content FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_delete ON public.lessons FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_delete ON public.sections FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_delete ON public.users FOR DELETE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) AND (role <> 'superadmin'::public.user_role)));

CREATE POLICY authenticated_insert ON public.courses FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) AND (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))));

CREATE POLICY authenticated_insert ON public.enrollments FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text)));

CREATE POLICY authenticated_insert ON public.file_catalog FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))) AND (uploaded_by = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))));

CREATE POLICY authenticated_insert ON public.lesson_content FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_insert ON public.lessons FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_insert ON public.sections FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_insert ON public.users FOR INSERT TO authenticated WITH CHECK (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) AND (role <> 'superadmin'::public.user_role)));

CREATE POLICY authenticated_select ON public.courses FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'student'::text) AND (id IN ( SELECT e.course_id
   FROM public.enrollments e
  WHERE ((e.user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)) AND (e.status = 'active'::text))))))));

CREATE POLICY authenticated_select ON public.enrollments FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'student'::text) AND (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_select ON public.file_catalog FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_select ON public.generation_runs FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))));

CREATE POLICY authenticated_select ON public.generation_status_history FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))));

CREATE POLICY authenticated_select ON public.job_status FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))));

CREATE POLICY authenticated_select ON public.lesson_content FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'student'::text) AND (course_id IN ( SELECT e.course_id
   FROM public.enrollments e
  WHERE ((e.user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)) AND (e.status = 'active'::text))))))));

CREATE POLICY authenticated_select ON public.lessons FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'student'::text) AND (course_id IN ( SELECT e.course_id
   FROM public.enrollments e
  WHERE ((e.user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)) AND (e.status = 'active'::text))))))));

CREATE POLICY authenticated_select ON public.organizations FOR SELECT TO authenticated USING ((id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)));

CREATE POLICY authenticated_select ON public.sections FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'student'::text) AND (course_id IN ( SELECT e.course_id
   FROM public.enrollments e
  WHERE ((e.user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)) AND (e.status = 'active'::text))))))));

CREATE POLICY authenticated_select ON public.system_metrics FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) AND (event_type <> 'superadmin_action'::text)));

CREATE POLICY authenticated_select ON public.users FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = ANY (ARRAY['admin'::text, 'instructor'::text])) OR (id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))));

CREATE POLICY authenticated_select ON public.webhook_deliveries FOR SELECT TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid)))));

CREATE POLICY authenticated_update ON public.courses FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_update ON public.enrollments FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text)));

CREATE POLICY authenticated_update ON public.file_catalog FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_update ON public.lesson_content FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_update ON public.lessons FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_update ON public.organizations FOR UPDATE TO authenticated USING (((id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text)));

CREATE POLICY authenticated_update ON public.sections FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) OR ((( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'instructor'::text) AND (course_user_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'user_id'::text))::uuid AS uuid))))));

CREATE POLICY authenticated_update ON public.users FOR UPDATE TO authenticated USING (((organization_id = ( SELECT (((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'organization_id'::text))::uuid AS uuid)) AND (( SELECT ((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'role'::text)) = 'admin'::text) AND (role <> 'superadmin'::public.user_role)));

ALTER TABLE public.courses ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.enrollments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.file_catalog ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.generation_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.generation_status_history ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.job_status ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lesson_content ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lessons ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner_all ON public.courses TO app_owner USING (true);

CREATE POLICY owner_all ON public.enrollments TO app_owner USING (true);

CREATE POLICY owner_all ON public.file_catalog TO app_owner USING (true);

CREATE POLICY owner_all ON public.generation_runs TO app_owner USING (true);

CREATE POLICY owner_all ON public.job_status TO app_owner USING (true);

CREATE POLICY owner_all ON public.lesson_content TO app_owner USING (true);

CREATE POLICY owner_all ON public.lessons TO app_owner USING (true);

CREATE POLICY owner_all ON public.organizations TO app_owner USING (true);

CREATE POLICY owner_all ON public.saq_jobs TO app_owner USING (true);

CREATE POLICY owner_all ON public.saq_stats TO app_owner USING (true);

CREATE POLICY owner_all ON public.saq_versions TO app_owner USING (true);

CREATE POLICY owner_all ON public.sections TO app_owner USING (true);

CREATE POLICY owner_all ON public.users TO app_owner USING (true);

CREATE POLICY owner_all ON public.webhook_deliveries TO app_owner USING (true);

CREATE POLICY owner_insert ON public.generation_status_history FOR INSERT TO app_owner WITH CHECK (true);

CREATE POLICY owner_insert ON public.system_metrics FOR INSERT TO app_owner WITH CHECK (true);

CREATE POLICY owner_select ON public.generation_status_history FOR SELECT TO app_owner USING (true);

CREATE POLICY owner_select ON public.system_metrics FOR SELECT TO app_owner USING (true);

ALTER TABLE public.saq_jobs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.saq_stats ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.saq_versions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sections ENABLE ROW LEVEL SECURITY;

CREATE POLICY service_all ON public.lesson_content TO service_role USING (true);

CREATE POLICY service_all ON public.lessons TO service_role USING (true);

CREATE POLICY service_all ON public.saq_jobs TO service_role USING (true);

CREATE POLICY service_all ON public.saq_stats TO service_role USING (true);

CREATE POLICY service_all ON public.saq_versions TO service_role USING (true);

CREATE POLICY service_all ON public.sections TO service_role USING (true);

CREATE POLICY service_delete ON public.file_catalog FOR DELETE TO service_role USING (true);

CREATE POLICY service_insert ON public.generation_runs FOR INSERT TO service_role WITH CHECK (true);

CREATE POLICY service_insert ON public.job_status FOR INSERT TO service_role WITH CHECK (true);

CREATE POLICY service_select ON public.courses FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.enrollments FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.file_catalog FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.generation_runs FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.generation_status_history FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.job_status FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.organizations FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.system_metrics FOR SELECT TO service_role USING (true);

CREATE POLICY service_select ON public.users FOR SELECT TO service_role USING (true);

CREATE POLICY service_update ON public.courses FOR UPDATE TO service_role USING (true);

CREATE POLICY service_update ON public.file_catalog FOR UPDATE TO service_role USING (true);

CREATE POLICY service_update ON public.generation_runs FOR UPDATE TO service_role USING (true);

CREATE POLICY service_update ON public.job_status FOR UPDATE TO service_role USING (true);

CREATE POLICY superadmin_delete ON public.courses FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.enrollments FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.file_catalog FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.job_status FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.lesson_content FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.lessons FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.organizations FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.sections FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_delete ON public.users FOR DELETE TO app_superadmin USING (true);

CREATE POLICY superadmin_insert ON public.courses FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.enrollments FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.file_catalog FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.job_status FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.lesson_content FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.lessons FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.organizations FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.sections FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_insert ON public.users FOR INSERT TO app_superadmin WITH CHECK (true);

CREATE POLICY superadmin_select ON public.courses FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.enrollments FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.file_catalog FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.generation_runs FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.generation_status_history FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.job_status FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.lesson_content FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.lessons FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.organizations FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.saq_jobs FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.saq_stats FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.sections FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.system_metrics FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.users FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_select ON public.webhook_deliveries FOR SELECT TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.courses FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.enrollments FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.file_catalog FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.job_status FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.lesson_content FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.lessons FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.organizations FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.sections FOR UPDATE TO app_superadmin USING (true);

CREATE POLICY superadmin_update ON public.users FOR UPDATE TO app_superadmin USING (true);

ALTER TABLE public.system_metrics ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA app TO authenticated;
GRANT USAGE ON SCHEMA app TO app_superadmin;
GRANT USAGE ON SCHEMA app TO service_role;
GRANT USAGE ON SCHEMA app TO anon;

GRANT USAGE ON SCHEMA auth TO supabase_auth_admin;

GRANT ALL ON SCHEMA public TO app_owner;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO app_superadmin;
GRANT USAGE ON SCHEMA public TO service_role;
GRANT USAGE ON SCHEMA public TO supabase_auth_admin;

REVOKE ALL ON FUNCTION app.abandon_run(p_run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.abandon_run(p_run_id uuid) TO authenticated;
GRANT ALL ON FUNCTION app.abandon_run(p_run_id uuid) TO app_superadmin;

REVOKE ALL ON FUNCTION app.account_storage() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.as_iso(p_time timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION app.as_iso(p_time timestamp with time zone) TO service_role;

GRANT SELECT ON TABLE public.system_metrics TO authenticated;
GRANT SELECT ON TABLE public.system_metrics TO app_superadmin;
GRANT SELECT ON TABLE public.system_metrics TO service_role;

REVOKE ALL ON FUNCTION app.audit_content(p_number bigint, p_event public.system_metrics) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.begin_superadmin_call(p_call jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.begin_superadmin_call(p_call jsonb) TO app_superadmin;

REVOKE ALL ON FUNCTION app.caller(OUT user_id uuid, OUT organization_id uuid, OUT role text, OUT database_role text, OUT is_superadmin boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.caller_may_cancel(p_organization_id uuid, p_user_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.caller_may_change_files(p_organization_id uuid, p_user_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.cancel_job(p_job_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.cancel_job(p_job_id text) TO authenticated;
GRANT ALL ON FUNCTION app.cancel_job(p_job_id text) TO app_superadmin;

GRANT SELECT,INSERT,UPDATE ON TABLE public.generation_runs TO service_role;

GRANT SELECT(id) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(id) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(course_id) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(course_id) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(organization_id) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(organization_id) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(user_id) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(user_id) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(tier) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(tier) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(state) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(state) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(epoch) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(epoch) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(request_id) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(request_id) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(failure) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(failure) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(created_at) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(created_at) ON TABLE public.generation_runs TO app_superadmin;

GRANT SELECT(ended_at) ON TABLE public.generation_runs TO authenticated;
GRANT SELECT(ended_at) ON TABLE public.generation_runs TO app_superadmin;

REVOKE ALL ON FUNCTION app.cancel_locked_run(p_run public.generation_runs, p_user_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.cancel_run(p_course_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.cancel_run(p_course_id uuid) TO authenticated;
GRANT ALL ON FUNCTION app.cancel_run(p_course_id uuid) TO app_superadmin;

REVOKE ALL ON FUNCTION app.change_role(p_user_id uuid, p_role public.user_role) FROM PUBLIC;
GRANT ALL ON FUNCTION app.change_role(p_user_id uuid, p_role public.user_role) TO authenticated;
GRANT ALL ON FUNCTION app.change_role(p_user_id uuid, p_role public.user_role) TO app_superadmin;

REVOKE ALL ON FUNCTION app.check_progress_event(p_step_id integer, p_status text, p_message text, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.check_progress_event(p_step_id integer, p_status text, p_message text, p_metadata jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.claim_job(p_job_id text, p_attempt integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.claim_job(p_job_id text, p_attempt integer) TO service_role;

REVOKE ALL ON FUNCTION app.claim_run(p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.claim_run(p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) TO authenticated;
GRANT ALL ON FUNCTION app.claim_run(p_course_id uuid, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) TO app_superadmin;

REVOKE ALL ON FUNCTION app.claim_webhooks(p_limit integer, p_per_organization integer, p_lease_seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION app.claim_webhooks(p_limit integer, p_per_organization integer, p_lease_seconds double precision) TO service_role;

REVOKE ALL ON FUNCTION app.complete_job(p_job_id text, p_run_id uuid, p_epoch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.complete_job(p_job_id text, p_run_id uuid, p_epoch integer) TO service_role;

REVOKE ALL ON FUNCTION app.confirm_role() FROM PUBLIC;
GRANT ALL ON FUNCTION app.confirm_role() TO authenticated;
GRANT ALL ON FUNCTION app.confirm_role() TO app_superadmin;

REVOKE ALL ON FUNCTION app.count_ended_run() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.count_event() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.count_files(p_organization_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.count_files(p_organization_id uuid) TO authenticated;
GRANT ALL ON FUNCTION app.count_files(p_organization_id uuid) TO app_superadmin;

REVOKE ALL ON FUNCTION app.count_reaper_work(p_work jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.count_reaper_work(p_work jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.count_webhooks(p_outcome text, p_amount bigint) FROM PUBLIC;

GRANT SELECT,DELETE ON TABLE public.courses TO authenticated;
GRANT SELECT,DELETE ON TABLE public.courses TO app_superadmin;
GRANT SELECT,UPDATE ON TABLE public.courses TO service_role;

GRANT INSERT(id) ON TABLE public.courses TO authenticated;
GRANT INSERT(id) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(title),UPDATE(title) ON TABLE public.courses TO authenticated;
GRANT INSERT(title),UPDATE(title) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(slug),UPDATE(slug) ON TABLE public.courses TO authenticated;
GRANT INSERT(slug),UPDATE(slug) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(user_id) ON TABLE public.courses TO authenticated;
GRANT INSERT(user_id) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.courses TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(status),UPDATE(status) ON TABLE public.courses TO authenticated;
GRANT INSERT(status),UPDATE(status) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(settings),UPDATE(settings) ON TABLE public.courses TO authenticated;
GRANT INSERT(settings),UPDATE(settings) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(language),UPDATE(language) ON TABLE public.courses TO authenticated;
GRANT INSERT(language),UPDATE(language) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(style),UPDATE(style) ON TABLE public.courses TO authenticated;
GRANT INSERT(style),UPDATE(style) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(course_description),UPDATE(course_description) ON TABLE public.courses TO authenticated;
GRANT INSERT(course_description),UPDATE(course_description) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(target_audience),UPDATE(target_audience) ON TABLE public.courses TO authenticated;
GRANT INSERT(target_audience),UPDATE(target_audience) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(difficulty),UPDATE(difficulty) ON TABLE public.courses TO authenticated;
GRANT INSERT(difficulty),UPDATE(difficulty) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(learning_outcomes),UPDATE(learning_outcomes) ON TABLE public.courses TO authenticated;
GRANT INSERT(learning_outcomes),UPDATE(learning_outcomes) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(estimated_lessons),UPDATE(estimated_lessons) ON TABLE public.courses TO authenticated;
GRANT INSERT(estimated_lessons),UPDATE(estimated_lessons) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(estimated_sections),UPDATE(estimated_sections) ON TABLE public.courses TO authenticated;
GRANT INSERT(estimated_sections),UPDATE(estimated_sections) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(content_strategy),UPDATE(content_strategy) ON TABLE public.courses TO authenticated;
GRANT INSERT(content_strategy),UPDATE(content_strategy) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(output_formats),UPDATE(output_formats) ON TABLE public.courses TO authenticated;
GRANT INSERT(output_formats),UPDATE(output_formats) ON TABLE public.courses TO app_superadmin;

GRANT INSERT(prerequisites),UPDATE(prerequisites) ON TABLE public.courses TO authenticated;
GRANT INSERT(prerequisites),UPDATE(prerequisites) ON TABLE public.courses TO app_superadmin;

REVOKE ALL ON FUNCTION app.course_for_run(p_course public.courses) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.delete_file(p_file_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.delete_file(p_file_id uuid) TO authenticated;
GRANT ALL ON FUNCTION app.delete_file(p_file_id uuid) TO app_superadmin;

REVOKE ALL ON FUNCTION app.earlier_run(p_course public.courses, p_idempotency_key text, p_webhook_url text) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint) TO authenticated;
GRANT ALL ON FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint) TO app_superadmin;
GRANT ALL ON FUNCTION app.enqueue_job(p_run_id uuid, p_job_id text, p_job_type text, p_job bytea, p_priority smallint, p_max_attempts integer, p_scheduled bigint) TO service_role;

REVOKE ALL ON FUNCTION app.event_rank(p_step_id integer, p_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.event_rank(p_step_id integer, p_status text) TO service_role;

REVOKE ALL ON FUNCTION app.fail_run(p_run_id uuid, p_error text, p_epoch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.fail_run(p_run_id uuid, p_error text, p_epoch integer) TO service_role;

GRANT SELECT,DELETE ON TABLE public.file_catalog TO authenticated;
GRANT SELECT,DELETE ON TABLE public.file_catalog TO app_superadmin;
GRANT SELECT,DELETE,UPDATE ON TABLE public.file_catalog TO service_role;

GRANT INSERT(id) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(id) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(course_id) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(course_id) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(course_user_id) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(course_user_id) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(uploaded_by) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(uploaded_by) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(filename) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(filename) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(mime_type),UPDATE(mime_type) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(mime_type),UPDATE(mime_type) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(file_type),UPDATE(file_type) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(file_type),UPDATE(file_type) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(file_size),UPDATE(file_size) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(file_size),UPDATE(file_size) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(storage_path) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(storage_path) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(hash),UPDATE(hash) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(hash),UPDATE(hash) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(status),UPDATE(status) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(status),UPDATE(status) ON TABLE public.file_catalog TO app_superadmin;

GRANT UPDATE(received_bytes) ON TABLE public.file_catalog TO authenticated;
GRANT UPDATE(received_bytes) ON TABLE public.file_catalog TO app_superadmin;

GRANT UPDATE(parts) ON TABLE public.file_catalog TO authenticated;
GRANT UPDATE(parts) ON TABLE public.file_catalog TO app_superadmin;

GRANT INSERT(expires_at) ON TABLE public.file_catalog TO authenticated;
GRANT INSERT(expires_at) ON TABLE public.file_catalog TO app_superadmin;

REVOKE ALL ON FUNCTION app.file_entry(p_file public.file_catalog) FROM PUBLIC;
GRANT ALL ON FUNCTION app.file_entry(p_file public.file_catalog) TO service_role;

REVOKE ALL ON FUNCTION app.file_progress(p_run_id uuid, p_epoch integer, p_file_id uuid, p_status text, p_pages integer, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.file_progress(p_run_id uuid, p_epoch integer, p_file_id uuid, p_status text, p_pages integer, p_error text) TO service_role;

REVOKE ALL ON FUNCTION app.files_after(p_files jsonb, p_file public.file_catalog, p_change jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.files_after(p_files jsonb, p_file public.file_catalog, p_change jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.finish_run(p_run_id uuid, p_epoch integer, p_state text, p_error text, p_job_id text, p_error_details jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.finish_run(p_run_id uuid, p_epoch integer, p_state text, p_error text, p_job_id text, p_error_details jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.generation_moves(p_from public.generation_status) FROM PUBLIC;
GRANT ALL ON FUNCTION app.generation_moves(p_from public.generation_status) TO service_role;

REVOKE ALL ON FUNCTION app.generation_steps(p_has_documents boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app.generation_steps(p_has_documents boolean) TO service_role;

REVOKE ALL ON FUNCTION app.inherit_from_course() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.inherit_from_lesson() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.inherit_from_section() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.initial_progress(p_course_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.initial_progress(p_course_id uuid) TO service_role;

REVOKE ALL ON FUNCTION app.is_late(p_course public.courses, p_progress jsonb, p_step_id integer, p_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.is_late(p_course public.courses, p_progress jsonb, p_step_id integer, p_status text) TO service_role;

REVOKE ALL ON FUNCTION app.keep_a_superadmin() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.keep_course_while_it_runs() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.keep_files_in_use() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.limit_files_per_course() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.link_audit() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.live_workers() FROM PUBLIC;
GRANT ALL ON FUNCTION app.live_workers() TO anon;
GRANT ALL ON FUNCTION app.live_workers() TO authenticated;
GRANT ALL ON FUNCTION app.live_workers() TO app_superadmin;

REVOKE ALL ON FUNCTION app.lock_global_limit() FROM PUBLIC;
GRANT ALL ON FUNCTION app.lock_global_limit() TO app_superadmin;
GRANT ALL ON FUNCTION app.lock_global_limit() TO service_role;

REVOKE ALL ON FUNCTION app.lock_held_run(p_run_id uuid, p_epoch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app.lock_held_run(p_run_id uuid, p_epoch integer) TO service_role;

REVOKE ALL ON FUNCTION app.lock_own_run(p_run_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.lock_run(p_run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.lock_run(p_run_id uuid) TO service_role;

REVOKE ALL ON FUNCTION app.lock_visible_course(p_course_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.make_superadmin(p_email text) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.new_run(p_course public.courses, p_run_id uuid, p_slot_token uuid, p_idempotency_key text, p_webhook_url text, p_request_id text) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.new_webhook_secret() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.note_webhook() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.operating_figures() FROM PUBLIC;
GRANT ALL ON FUNCTION app.operating_figures() TO anon;

REVOKE ALL ON FUNCTION app.progress(p_run_id uuid, p_epoch integer, p_step integer, p_status text, p_message text, p_error text, p_error_details jsonb, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.progress(p_run_id uuid, p_epoch integer, p_step integer, p_status text, p_message text, p_error text, p_error_details jsonb, p_metadata jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.progress_after(p_progress jsonb, p_step_id integer, p_step jsonb, p_message text, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.progress_after(p_progress jsonb, p_step_id integer, p_step jsonb, p_message text, p_metadata jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.quota_follows_tier() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) TO authenticated;
GRANT ALL ON FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) TO app_superadmin;
GRANT ALL ON FUNCTION app.record_event(p_event_type text, p_severity text, p_course_id uuid, p_job_id text, p_metadata jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.record_status_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.record_superadmin_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.record_webhook(p_id uuid, p_claim_token uuid, p_outcome text, p_status integer, p_error text, p_retry_after double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION app.record_webhook(p_id uuid, p_claim_token uuid, p_outcome text, p_status integer, p_error text, p_retry_after double precision) TO service_role;

REVOKE ALL ON FUNCTION app.redeliver_webhook(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app.redeliver_webhook(p_id uuid) TO authenticated;
GRANT ALL ON FUNCTION app.redeliver_webhook(p_id uuid) TO app_superadmin;

REVOKE ALL ON FUNCTION app.refuse_invalid_move() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.retry_exhausted_job(p_job_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.retry_exhausted_job(p_job_id text) TO app_superadmin;

REVOKE ALL ON FUNCTION app.retry_job(p_job_id text, p_run_id uuid, p_epoch integer, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.retry_job(p_job_id text, p_run_id uuid, p_epoch integer, p_error text) TO service_role;

REVOKE ALL ON FUNCTION app.rotate_webhook_secret(p_overlap_seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION app.rotate_webhook_secret(p_overlap_seconds double precision) TO authenticated;
GRANT ALL ON FUNCTION app.rotate_webhook_secret(p_overlap_seconds double precision) TO app_superadmin;

REVOKE ALL ON FUNCTION app.settle_unsent_webhooks() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.start_course(p_course_id uuid, p_run_id uuid, p_webhook_url text) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.status_after(p_now public.generation_status, p_progress jsonb, p_step_id integer, p_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION app.status_after(p_now public.generation_status, p_progress jsonb, p_step_id integer, p_status text) TO service_role;

REVOKE ALL ON FUNCTION app.step_after(p_step jsonb, p_status text, p_message text, p_error_message text, p_error_details jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app.step_after(p_step jsonb, p_status text, p_message text, p_error_message text, p_error_details jsonb) TO service_role;

REVOKE ALL ON FUNCTION app.stuck_after() FROM PUBLIC;
GRANT ALL ON FUNCTION app.stuck_after() TO authenticated;
GRANT ALL ON FUNCTION app.stuck_after() TO app_superadmin;
GRANT ALL ON FUNCTION app.stuck_after() TO service_role;

REVOKE ALL ON FUNCTION app.tell_progress() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.touch_updated_at() FROM PUBLIC;

REVOKE ALL ON FUNCTION app.webhook_delay(p_attempts integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.webhook_payload(p_course public.courses) FROM PUBLIC;

REVOKE ALL ON FUNCTION app.webhooks_waiting() FROM PUBLIC;
GRANT ALL ON FUNCTION app.webhooks_waiting() TO anon;

REVOKE ALL ON FUNCTION app.what_differs(p_row jsonb, p_other jsonb, p_unshown text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.custom_access_token_hook(event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.custom_access_token_hook(event jsonb) TO supabase_auth_admin;

REVOKE ALL ON FUNCTION public.get_generation_summary(p_course_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.get_generation_summary(p_course_id uuid) TO authenticated;
GRANT ALL ON FUNCTION public.get_generation_summary(p_course_id uuid) TO app_superadmin;
GRANT ALL ON FUNCTION public.get_generation_summary(p_course_id uuid) TO service_role;

REVOKE ALL ON FUNCTION public.update_course_progress(p_course_id uuid, p_step_id integer, p_status text, p_message text, p_error_message text, p_error_details jsonb, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_course_progress(p_course_id uuid, p_step_id integer, p_status text, p_message text, p_error_message text, p_error_details jsonb, p_metadata jsonb) TO service_role;

GRANT SELECT ON TABLE app.audit_chain TO app_superadmin;

GRANT SELECT ON TABLE app.global_limit TO app_superadmin;
GRANT SELECT ON TABLE app.global_limit TO service_role;

GRANT UPDATE(concurrent_runs) ON TABLE app.global_limit TO app_superadmin;

GRANT SELECT ON TABLE app.tiers TO authenticated;
GRANT SELECT ON TABLE app.tiers TO app_superadmin;
GRANT SELECT ON TABLE app.tiers TO service_role;

GRANT SELECT ON TABLE public.admin_generation_dashboard TO authenticated;
GRANT SELECT ON TABLE public.admin_generation_dashboard TO app_superadmin;
GRANT SELECT ON TABLE public.admin_generation_dashboard TO service_role;

GRANT SELECT,DELETE ON TABLE public.enrollments TO authenticated;
GRANT SELECT,DELETE ON TABLE public.enrollments TO app_superadmin;
GRANT SELECT ON TABLE public.enrollments TO service_role;

GRANT INSERT(id) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(id) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(user_id) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(user_id) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(course_id) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(course_id) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(course_user_id) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(course_user_id) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(status),UPDATE(status) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(status),UPDATE(status) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(progress),UPDATE(progress) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(progress),UPDATE(progress) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(enrolled_at) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(enrolled_at) ON TABLE public.enrollments TO app_superadmin;

GRANT INSERT(completed_at),UPDATE(completed_at) ON TABLE public.enrollments TO authenticated;
GRANT INSERT(completed_at),UPDATE(completed_at) ON TABLE public.enrollments TO app_superadmin;

GRANT SELECT ON TABLE public.generation_status_history TO authenticated;
GRANT SELECT ON TABLE public.generation_status_history TO app_superadmin;
GRANT SELECT ON TABLE public.generation_status_history TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.job_status TO app_superadmin;
GRANT SELECT,INSERT,UPDATE ON TABLE public.job_status TO service_role;

GRANT SELECT(id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(job_id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(run_id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(job_type) ON TABLE public.job_status TO authenticated;

GRANT SELECT(organization_id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(course_id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(user_id) ON TABLE public.job_status TO authenticated;

GRANT SELECT(status) ON TABLE public.job_status TO authenticated;

GRANT SELECT(priority) ON TABLE public.job_status TO authenticated;

GRANT SELECT(progress) ON TABLE public.job_status TO authenticated;

GRANT SELECT(error_message) ON TABLE public.job_status TO authenticated;

GRANT SELECT(attempts) ON TABLE public.job_status TO authenticated;

GRANT SELECT(max_attempts) ON TABLE public.job_status TO authenticated;

GRANT SELECT(cancelled_by) ON TABLE public.job_status TO authenticated;

GRANT SELECT(cancelled_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT(created_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT(started_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT(completed_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT(failed_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT(updated_at) ON TABLE public.job_status TO authenticated;

GRANT SELECT,DELETE ON TABLE public.lesson_content TO authenticated;
GRANT SELECT,DELETE ON TABLE public.lesson_content TO app_superadmin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lesson_content TO service_role;

GRANT INSERT(lesson_id) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(lesson_id) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(course_id) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(course_id) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(course_user_id) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(course_user_id) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(text_content),UPDATE(text_content) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(text_content),UPDATE(text_content) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(media_urls),UPDATE(media_urls) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(media_urls),UPDATE(media_urls) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(quiz_data),UPDATE(quiz_data) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(quiz_data),UPDATE(quiz_data) ON TABLE public.lesson_content TO app_superadmin;

GRANT INSERT(interactive_elements),UPDATE(interactive_elements) ON TABLE public.lesson_content TO authenticated;
GRANT INSERT(interactive_elements),UPDATE(interactive_elements) ON TABLE public.lesson_content TO app_superadmin;

GRANT SELECT,DELETE ON TABLE public.lessons TO authenticated;
GRANT SELECT,DELETE ON TABLE public.lessons TO app_superadmin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lessons TO service_role;

GRANT INSERT(id) ON TABLE public.lessons TO authenticated;
GRANT INSERT(id) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.lessons TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(course_id) ON TABLE public.lessons TO authenticated;
GRANT INSERT(course_id) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(course_user_id) ON TABLE public.lessons TO authenticated;
GRANT INSERT(course_user_id) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(section_id) ON TABLE public.lessons TO authenticated;
GRANT INSERT(section_id) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(title),UPDATE(title) ON TABLE public.lessons TO authenticated;
GRANT INSERT(title),UPDATE(title) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(order_index),UPDATE(order_index) ON TABLE public.lessons TO authenticated;
GRANT INSERT(order_index),UPDATE(order_index) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(duration_minutes),UPDATE(duration_minutes) ON TABLE public.lessons TO authenticated;
GRANT INSERT(duration_minutes),UPDATE(duration_minutes) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(lesson_type),UPDATE(lesson_type) ON TABLE public.lessons TO authenticated;
GRANT INSERT(lesson_type),UPDATE(lesson_type) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(status),UPDATE(status) ON TABLE public.lessons TO authenticated;
GRANT INSERT(status),UPDATE(status) ON TABLE public.lessons TO app_superadmin;

GRANT INSERT(metadata),UPDATE(metadata) ON TABLE public.lessons TO authenticated;
GRANT INSERT(metadata),UPDATE(metadata) ON TABLE public.lessons TO app_superadmin;

GRANT SELECT ON TABLE public.organizations TO authenticated;
GRANT SELECT,DELETE ON TABLE public.organizations TO app_superadmin;
GRANT SELECT ON TABLE public.organizations TO service_role;

GRANT INSERT(id) ON TABLE public.organizations TO app_superadmin;

GRANT UPDATE(name) ON TABLE public.organizations TO authenticated;
GRANT INSERT(name),UPDATE(name) ON TABLE public.organizations TO app_superadmin;

GRANT INSERT(tier),UPDATE(tier) ON TABLE public.organizations TO app_superadmin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saq_jobs TO service_role;

GRANT SELECT(key) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(lock_key) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(job) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(queue) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(status) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(priority) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(scheduled) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT(expire_at) ON TABLE public.saq_jobs TO app_superadmin;

GRANT SELECT,USAGE ON SEQUENCE public.saq_jobs_lock_key_seq TO service_role;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saq_stats TO service_role;
GRANT SELECT ON TABLE public.saq_stats TO app_superadmin;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saq_versions TO service_role;

GRANT SELECT,DELETE ON TABLE public.sections TO authenticated;
GRANT SELECT,DELETE ON TABLE public.sections TO app_superadmin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sections TO service_role;

GRANT INSERT(id) ON TABLE public.sections TO authenticated;
GRANT INSERT(id) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.sections TO authenticated;
GRANT INSERT(organization_id) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(course_id) ON TABLE public.sections TO authenticated;
GRANT INSERT(course_id) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(course_user_id) ON TABLE public.sections TO authenticated;
GRANT INSERT(course_user_id) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(title),UPDATE(title) ON TABLE public.sections TO authenticated;
GRANT INSERT(title),UPDATE(title) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(description),UPDATE(description) ON TABLE public.sections TO authenticated;
GRANT INSERT(description),UPDATE(description) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(order_index),UPDATE(order_index) ON TABLE public.sections TO authenticated;
GRANT INSERT(order_index),UPDATE(order_index) ON TABLE public.sections TO app_superadmin;

GRANT INSERT(metadata),UPDATE(metadata) ON TABLE public.sections TO authenticated;
GRANT INSERT(metadata),UPDATE(metadata) ON TABLE public.sections TO app_superadmin;

GRANT SELECT,DELETE ON TABLE public.users TO authenticated;
GRANT SELECT,DELETE ON TABLE public.users TO app_superadmin;
GRANT SELECT ON TABLE public.users TO service_role;

GRANT INSERT(id) ON TABLE public.users TO authenticated;
GRANT INSERT(id) ON TABLE public.users TO app_superadmin;
GRANT SELECT(id) ON TABLE public.users TO supabase_auth_admin;

GRANT INSERT(email),UPDATE(email) ON TABLE public.users TO authenticated;
GRANT INSERT(email),UPDATE(email) ON TABLE public.users TO app_superadmin;

GRANT INSERT(organization_id) ON TABLE public.users TO authenticated;
GRANT INSERT(organization_id),UPDATE(organization_id) ON TABLE public.users TO app_superadmin;
GRANT SELECT(organization_id) ON TABLE public.users TO supabase_auth_admin;

GRANT SELECT(role) ON TABLE public.users TO supabase_auth_admin;

GRANT INSERT(is_active),UPDATE(is_active) ON TABLE public.users TO authenticated;
GRANT INSERT(is_active),UPDATE(is_active) ON TABLE public.users TO app_superadmin;
GRANT SELECT(is_active) ON TABLE public.users TO supabase_auth_admin;

GRANT SELECT(id) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(id) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(organization_id) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(organization_id) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(course_id) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(course_id) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(course_user_id) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(course_user_id) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(run_id) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(run_id) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(url) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(url) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(payload) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(payload) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(state) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(state) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(attempts) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(attempts) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(next_attempt_at) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(next_attempt_at) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(last_attempt_at) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(last_attempt_at) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(last_status) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(last_status) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(last_error) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(last_error) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(created_at) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(created_at) ON TABLE public.webhook_deliveries TO app_superadmin;

GRANT SELECT(settled_at) ON TABLE public.webhook_deliveries TO authenticated;
GRANT SELECT(settled_at) ON TABLE public.webhook_deliveries TO app_superadmin;

ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
