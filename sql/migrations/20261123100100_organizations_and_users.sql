-- Tenants, their tiers and their people.
set role app_owner;

create type public.user_role as enum ('superadmin', 'admin', 'instructor', 'student');

-- The one definition of the tiers' limits. A higher priority runs first.
create table app.tiers (
    tier text primary key check (tier = lower(tier)),
    concurrent_runs int not null check (concurrent_runs > 0),
    priority smallint not null check (priority between 1 and 100),
    storage_quota_bytes bigint not null check (storage_quota_bytes >= 0),
    max_file_bytes bigint not null check (max_file_bytes >= 0),
    files_per_course int not null check (files_per_course >= 0),
    accepted text[] not null
);

insert into app.tiers (tier, concurrent_runs, priority, storage_quota_bytes, max_file_bytes, files_per_course, accepted)
values
    ('trial', 5, 5, 1073741824, 10485760, 3, '{pdf,docx,pptx,html,txt,md}'),
    ('free', 1, 1, 10485760, 5242880, 0, '{}'),
    ('basic', 2, 3, 104857600, 10485760, 1, '{pdf,txt,md}'),
    ('standard', 3, 5, 1073741824, 10485760, 3, '{pdf,docx,pptx,html,txt,md}'),
    ('premium', 5, 10, 10737418240, 104857600, 10, '{pdf,docx,pptx,html,txt,md,png,jpeg,gif,svg,webp}');

create table public.organizations (
    id uuid primary key default gen_random_uuid(),
    name text not null unique check (name <> ''),
    tier text not null default 'free' references app.tiers (tier) on update cascade,
    storage_quota_bytes bigint not null,
    storage_used_bytes bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint organizations_storage_within_quota check (storage_used_bytes between 0 and storage_quota_bytes)
);

create function app.quota_follows_tier() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.storage_quota_bytes := (select t.storage_quota_bytes from app.tiers t where t.tier = new.tier);
    return new;
end
$$;

create trigger quota_follows_tier
    before insert or update of tier on public.organizations
    for each row execute function app.quota_follows_tier();

create trigger touch_updated_at
    before update on public.organizations
    for each row execute function app.touch_updated_at();

create table public.users (
    id uuid primary key default gen_random_uuid(),
    email text not null unique check (email <> ''),
    organization_id uuid not null references public.organizations (id),
    role public.user_role not null default 'student',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, id)    -- what the composite foreign keys refer to: those checks bypass row-level security
);

create trigger touch_updated_at
    before update on public.users
    for each row execute function app.touch_updated_at();

reset role;
