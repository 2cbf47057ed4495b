-- 200 000 courses of 200 organizations; half of them under way, each with a waiting job.
insert into organizations (name, tier) select 'crowd ' || n, 'standard' from generate_series(1, 200) as n;

insert into users (email, organization_id, role)
select name || '@example.org', id, 'instructor' from organizations where name like 'crowd %';

set session_replication_role = replica;

insert into courses (title, slug, user_id, organization_id, generation_status, last_progress_update)
select
    'Crowd', 'crowd-' || n, owner.id, owner.organization_id,
    (case when n % 2 = 0 then 'pending' else 'completed' end)::generation_status, now() - n % 10 * interval '11 minutes'
from generate_series(1, 200000) as n
join (select id, organization_id, row_number() over () as place from users) as owner on owner.place = n % 200 + 1;

insert into generation_runs (course_id, organization_id, user_id, tier, state, slot_token, ended_at)
select
    id, organization_id, user_id, 'standard',
    case generation_status when 'pending' then 'queued' else 'completed' end, gen_random_uuid(),
    case generation_status when 'completed' then now() end
from courses;

insert into saq_jobs (key, job, queue, status, priority, scheduled)
select
    'crowd ' || n, '{"function": "crowd"}', 'coursegen', 'queued', (array[99, 97, 95, 90])[n % 4 + 1],
    extract(epoch from now())::bigint - n / 1000
from generate_series(1, 100000) as n;

set session_replication_role = origin;
analyze;
