-- Who gives and takes roles: functions alone, since users.role is in nobody's grants.
set role app_owner;

-- Decided again after waiting for whoever else takes a superadmin away: of two that would leave none, the second is refused.
create function app.keep_a_superadmin() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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

create trigger keep_a_superadmin
    before update of role, is_active on public.users
    for each row
    when (old.role = 'superadmin' and old.is_active and not (new.role = 'superadmin' and new.is_active))
    execute function app.keep_a_superadmin();

create trigger keep_a_superadmin_present
    before delete on public.users
    for each row
    when (old.role = 'superadmin' and old.is_active)
    execute function app.keep_a_superadmin();

-- A token may be older than its user's role. What admins do asks here first.
create function app.confirm_role() returns void
language plpgsql security definer
set search_path = ''
as $$
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

-- Give a user a role. Nobody changes their own; only a superadmin gives, takes or touches superadmin; an admin's users are those
-- of the own organization, and others are missing ones.
create function app.change_role(p_user_id uuid, p_role public.user_role) returns text
language plpgsql security definer
set search_path = ''
as $$
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

grant execute on function app.confirm_role(), app.change_role(uuid, public.user_role) to authenticated, app_superadmin;

-- The first superadmin, whom nobody is there to make: for the owner of the database alone (`coursegen superadmin EMAIL`, or
-- `set role app_owner; select app.make_superadmin('...');`). NULL: no active user has this email.
create function app.make_superadmin(p_email text) returns uuid
language plpgsql
set search_path = ''
as $$
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

reset role;
