-- What an organization uses.
set role app_owner;

-- How many files the caller's organization holds, uploads under way included as in its bytes; NULL for another organization. As the
-- owner: everybody in it may know the number, not everybody may read the rows.
create function app.count_files(p_organization_id uuid) returns bigint
language sql stable security definer
set search_path = ''
as $$
    select (select count(*) from public.file_catalog f where f.organization_id = p_organization_id)
    from app.caller() as caller
    where caller.is_superadmin or caller.organization_id = p_organization_id
$$;

grant execute on function app.count_files(uuid) to authenticated, app_superadmin;

reset role;
