-- What superadmins do, each call and each change, as rows of system_metrics that a chain of hashes ties together.
--
-- A call's row is written by the statements that begin its transaction (app/db/session.py), a change's by triggers, so that no
-- procedure can leave one out. A row is linked into the chain at COMMIT: the head of the chain, which lets one transaction pass
-- at a time, is held for that moment and not for the whole of a call. `coursegen audit verify` recomputes the chain.
set role app_owner;

-- Superadmins act on the rows of all tenants: what they did is not for the admins of the organization they happen to be in.
alter policy authenticated_select on public.system_metrics
using (
    organization_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid)
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') = 'admin'
    and event_type <> 'superadmin_action'
);

create index system_metrics_superadmin on public.system_metrics (user_id) where event_type = 'superadmin_action';

create table app.audit_chain (
    number bigint primary key check (number > 0),
    event_id uuid not null unique,
    hash bytea not null check (octet_length(hash) = 32)
);

-- Where the chain ends: without it the newest links could be cut off unnoticed.
create table app.audit_head (
    single smallint primary key default 1 check (single = 1),
    number bigint not null default 0 check (number >= 0),
    hash bytea not null default sha256('') check (octet_length(hash) = 32)
);

alter table app.audit_chain enable row level security;
alter table app.audit_chain force row level security;
alter table app.audit_head enable row level security;
alter table app.audit_head force row level security;
create policy owner_select on app.audit_chain for select to app_owner using (true);
create policy owner_insert on app.audit_chain for insert to app_owner with check (true);
create policy owner_all on app.audit_head to app_owner using (true);
grant select on app.audit_chain to app_superadmin;
create policy superadmin_select on app.audit_chain for select to app_superadmin using (true);

insert into app.audit_head default values;

-- All that a row says, and its place. app/db/audit.py says the same in a query of its own, which trusts no function.
create function app.audit_content(p_number bigint, p_event public.system_metrics) returns text
language sql stable
set search_path = ''
as $$
    select jsonb_build_array(
        p_number, p_event.id, p_event.organization_id, p_event.event_type, p_event.severity, p_event.user_id,
        p_event.course_id, p_event.job_id, p_event.metadata, extract(epoch from p_event."timestamp")
    )::text
$$;

create function app.link_audit() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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

create constraint trigger link_audit
    after insert on public.system_metrics
    deferrable initially deferred
    for each row
    when (new.event_type = 'superadmin_action')
    execute function app.link_audit();

-- The first thing in a superadmin's transaction: which call it is, {procedure, arguments, requestId}. Changes repeat it.
create function app.begin_superadmin_call(p_call jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
    perform set_config('coursegen.call', (p_call - 'arguments')::text, true);
    perform app.record_event('superadmin_action', 'info', null, null, p_call);
end
$$;

grant execute on function app.begin_superadmin_call(jsonb) to app_superadmin;

-- The columns of a row that are not those of the other one; of the columns named, that they differ and no more.
create function app.what_differs(p_row jsonb, p_other jsonb, p_unshown text[]) returns jsonb
language sql immutable
set search_path = ''
as $$
    select coalesce(
        jsonb_object_agg(c.key, case when c.key = any (p_unshown) then to_jsonb('[not shown]'::text) else c.value end), '{}'
    )
    from jsonb_each(p_row) c
    where p_other -> c.key is distinct from c.value and c.key <> 'updated_at'
$$;

-- A row that a superadmin has changed, directly or through a function. Its arguments are columns too large or too secret to show.
create function app.record_superadmin_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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

do $$
declare
    watched record;
begin
    for watched in
        select *
        from (values
            ('organizations', 'id', '{}'::text[]),
            ('users', 'id', '{}'),
            ('courses', 'id', '{generation_progress,webhook_url}'),
            ('sections', 'id', '{}'),
            ('lessons', 'id', '{}'),
            ('lesson_content', 'lesson_id', '{text_content,quiz_data,interactive_elements}'),
            ('enrollments', 'id', '{}'),
            ('file_catalog', 'id', '{extracted_text}'),
            ('generation_runs', 'id', '{slot_token,idempotency_key,webhook_url,artifacts}'),
            ('job_status', 'id', '{error_stack}')
        ) as watched (name, key, unshown)
    loop
        execute format(
            'create trigger record_superadmin_change after insert or update or delete on public.%I for each row '
            'when (current_setting(''role'') = ''app_superadmin'') execute function app.record_superadmin_change(%s)',
            watched.name,
            (select string_agg(quote_literal(a.name), ', ') from unnest(watched.key || watched.unshown) as a (name))
        );
    end loop;
end
$$;

reset role;
