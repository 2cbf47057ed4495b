-- Uploaded documents. A row is a reservation ('uploading') before it is a file.
--
-- The limits are counted after the insert, under the row lock of what they belong to, so that parallel uploads can't pass
-- together. Locks are taken in the order course, organization. The functions run as their owner: who uploads may neither lock
-- a colleague's course nor write storage_used_bytes.
set role app_owner;

create table public.file_catalog (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    uploaded_by uuid not null,
    filename text not null check (length(filename) between 1 and 255),
    mime_type text not null,
    file_type text not null,
    file_size bigint not null check (file_size > 0),
    storage_path text unique,
    hash text check (hash ~ '^[0-9a-f]{64}$'),
    extracted_text text,
    status text not null default 'uploading' check (status in ('uploading', 'ready', 'processing', 'processed', 'failed')),
    created_at timestamptz not null default now(),
    check (status in ('uploading', 'failed') or (hash is not null and storage_path is not null)),
    constraint file_catalog_stored_under_its_course
        check (starts_with(storage_path, organization_id::text || '/' || course_id::text || '/')),
    unique (organization_id, id),
    foreign key (organization_id, uploaded_by) references public.users (organization_id, id),
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create index file_catalog_course on public.file_catalog (organization_id, course_id, created_at);
create index file_catalog_uploading on public.file_catalog (created_at) where status = 'uploading';

create trigger inherit_from_course
    before insert on public.file_catalog
    for each row execute function app.inherit_from_course();

create function app.limit_files_per_course() returns trigger
language plpgsql security definer
set search_path = ''
as $$
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

create trigger limit_files_per_course
    after insert on public.file_catalog
    for each row execute function app.limit_files_per_course();

create function app.account_storage() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
    growth bigint := coalesce(new.file_size, 0) - coalesce(old.file_size, 0);
begin
    update public.organizations o
    set storage_used_bytes = o.storage_used_bytes + growth
    where o.id = coalesce(new.organization_id, old.organization_id) and growth <> 0;
    return null;
end
$$;

create trigger track_storage
    after insert or delete or update of file_size on public.file_catalog
    for each row execute function app.account_storage();

reset role;
