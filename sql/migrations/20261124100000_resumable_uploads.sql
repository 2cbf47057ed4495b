-- Uploads that come in several requests. While one is under way, its row says how much has come, which parts it lies in, in
-- their order, and until when the rest may come; a row without an end is an upload of one request. The parts of a file
-- that is whole are named until they have been deleted.
set role app_owner;

alter table public.file_catalog
    add column received_bytes bigint not null default 0,
    add column parts uuid[] not null default '{}',
    add column expires_at timestamptz,
    add constraint file_catalog_received_within_size check (received_bytes between 0 and file_size),
    add constraint file_catalog_parts_counted check (cardinality(parts) <= 10001);

create index file_catalog_parts_left on public.file_catalog (id) where status <> 'uploading' and parts <> '{}';

grant insert (expires_at), update (received_bytes, parts) on public.file_catalog to authenticated, app_superadmin;

reset role;
