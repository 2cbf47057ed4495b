-- What a process may ask before anyone has signed in.

-- name: migration_mark()$
-- What `coursegen migrate` left as the comment of schema app; any login may read it.
select obj_description(oid, 'pg_namespace')
from pg_namespace
where nspname = 'app';

-- name: live_workers()$
select app.live_workers();
