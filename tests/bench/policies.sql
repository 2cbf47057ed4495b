-- Courses of 200 organizations, and the policy of reading them as it is often written: the caller's organization and role are looked up.
insert into organizations (name, tier) select 'policies ' || n, 'standard' from generate_series(1, 200) as n;

insert into users (email, organization_id, role)
select name || '@example.org', id, 'instructor' from organizations where name like 'policies %';

set session_replication_role = replica;

insert into courses (title, slug, user_id, organization_id)
select 'Course ' || n, 'policies-' || n, owner.id, owner.organization_id
from generate_series(1, :courses) as n
join (
    select id, organization_id, row_number() over () as place from users where email like 'policies %'
) as owner on owner.place = n % 200 + 1;

set session_replication_role = origin;
analyze;

create schema bench;
grant usage on schema bench to authenticated;

create function bench.my_organization() returns uuid
language sql stable security definer
set search_path = ''
as $$
    select u.organization_id
    from public.users u
    where u.id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid
$$;

create function bench.my_role() returns text
language sql stable security definer
set search_path = ''
as $$
    select u.role::text
    from public.users u
    where u.id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid
$$;

grant execute on function bench.my_organization(), bench.my_role() to authenticated;
