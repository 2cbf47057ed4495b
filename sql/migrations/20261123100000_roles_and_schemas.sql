-- Roles, schemas and default rights. Applied by a superuser on a bare server, or by hosted Supabase's `postgres`, which is none
-- but may create roles. Roles belong to the whole server: another database of it may have made them already, or makes them now.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('app_owner', 'nologin noinherit'),         -- owns every table and function, never runs
            ('anon', 'nologin noinherit'),
            ('authenticated', 'nologin noinherit'),
            ('app_superadmin', 'nologin noinherit'),    -- a role, since an OR in the tenants' policies would cost the index
            ('service_role', 'nologin noinherit'),
            ('supabase_auth_admin', 'nologin noinherit'),
            ('coursegen_api', 'login noinherit'),       -- no password here: the deployer sets it
            ('coursegen_worker', 'login noinherit')
        ) as roles (name, attributes)
    loop
        continue when exists (select from pg_catalog.pg_roles where rolname = wanted.name);
        begin
            execute format('create role %I %s', wanted.name, wanted.attributes);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
end
$$;

-- RESET ROLE gives an injection every role of its login: the API's login must never get service_role.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('anon', 'coursegen_api'),
            ('authenticated', 'coursegen_api'),
            ('app_superadmin', 'coursegen_api'),
            ('service_role', 'coursegen_worker')
        ) as memberships (role, login)
    loop
        continue when exists (
            select
            from pg_catalog.pg_auth_members
            where roleid = wanted.role::regrole and member = wanted.login::regrole
        );
        begin
            execute format('grant %I to %I', wanted.role, wanted.login);
        exception when unique_violation then
            null;
        end;
    end loop;
end
$$;

-- A superuser may become app_owner anyhow. From version 16 on, whoever creates a role has to grant itself the right to be it.
do $$
begin
    if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        execute format('grant app_owner to %I', current_user);
    end if;
end
$$;

revoke create on schema public from public;
grant usage, create on schema public to app_owner;

do $$
begin
    if to_regnamespace('auth') is null then
        create schema auth authorization app_owner;
        grant usage on schema auth to supabase_auth_admin;
    end if;
end
$$;

-- yoyo has made its tables before this file (psql and the Supabase CLI make none), where a hosted database presets that everybody
-- may do everything with a new table. Ours come after `set role`: presets are for the tables of whoever is named in them.
do $$
declare
    note regclass;
begin
    for note in
        select c.oid
        from pg_catalog.pg_class c
        where c.relnamespace = 'public'::regnamespace
          and c.relname in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    loop
        execute format('revoke all on %s from public, anon, authenticated, service_role', note);
        execute format('alter table %s enable row level security', note);
    end loop;
end
$$;

create schema app authorization app_owner;

grant usage on schema public to authenticated, app_superadmin, service_role, supabase_auth_admin;
grant usage on schema app to authenticated, app_superadmin, service_role;

set role app_owner;

-- Without a schema: a default of one schema adds to the server-wide one and can't take PUBLIC's right to execute away.
alter default privileges revoke execute on functions from public;

create function app.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

reset role;
