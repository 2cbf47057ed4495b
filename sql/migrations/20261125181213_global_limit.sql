-- How many generations run at once over all users, as a superadmin has set it: the permanent copy of what Redis is told.
set role app_owner;

create table app.global_limit (
    single smallint primary key default 1 check (single = 1),
    concurrent_runs int check (concurrent_runs between 1 and 100),  -- NULL: nobody has set it, GLOBAL_CONCURRENCY_LIMIT counts
    updated_at timestamptz not null default now()
);

create trigger touch_updated_at
    before update on app.global_limit
    for each row execute function app.touch_updated_at();

create trigger record_superadmin_change
    after insert or update or delete on app.global_limit
    for each row
    when (current_setting('role') = 'app_superadmin')
    execute function app.record_superadmin_change('single');

alter table app.global_limit enable row level security;
alter table app.global_limit force row level security;
create policy owner_all on app.global_limit to app_owner using (true);
grant select, update (concurrent_runs) on app.global_limit to app_superadmin;
create policy superadmin_select on app.global_limit for select to app_superadmin using (true);
create policy superadmin_update on app.global_limit for update to app_superadmin using (true);
grant select on app.global_limit to service_role;
create policy service_select on app.global_limit for select to service_role using (true);

insert into app.global_limit default values;

-- The limit, for whoever carries it to Redis before the transaction ends: one at a time, so that an older number never comes last.
create function app.lock_global_limit() returns int
language plpgsql
set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtext('coursegen global limit'));
    return (select concurrent_runs from app.global_limit);
end
$$;

grant execute on function app.lock_global_limit() to app_superadmin, service_role;

reset role;
