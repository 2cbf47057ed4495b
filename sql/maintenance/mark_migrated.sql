-- Readable by every login through obj_description, without a right on any table: the check at start costs no grant.
comment on schema app is {mark};
-- The log is the migrating login's alone: a hosted database may expose what stands in schema public.
alter table public._yoyo_migration enable row level security;
alter table public._yoyo_log enable row level security;
alter table public._yoyo_version enable row level security;
alter table public.yoyo_lock enable row level security;
