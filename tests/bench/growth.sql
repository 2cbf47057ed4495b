-- Courses of one organization; the first of them are being generated, each with its first job waiting.
insert into organizations (name, tier) values ('growth', 'premium');

insert into users (email, organization_id, role)
select 'growth@example.org', id, 'instructor' from organizations where name = 'growth';

set session_replication_role = replica;

insert into courses (title, slug, user_id, organization_id)
select 'Course ' || n, 'growth-' || n, u.id, u.organization_id
from generate_series(1, :courses) as n, users u
where u.email = 'growth@example.org';

insert into generation_runs (course_id, organization_id, user_id, tier, state, slot_token)
select c.id, c.organization_id, c.user_id, 'premium', 'queued', gen_random_uuid()
from courses c
order by c.id
limit :jobs;

update courses c
set run_id = r.id,
    generation_status = 'initializing',
    generation_progress = app.initial_progress(c.id),
    generation_started_at = r.created_at,
    last_progress_update = r.created_at
from generation_runs r
where r.course_id = c.id;

insert into job_status (job_id, run_id, job_type, organization_id, course_id, user_id, status, priority, max_attempts)
select 'course-gen-' || r.id, r.id, 'structure_analysis', r.organization_id, r.course_id, r.user_id, 'waiting', 10, 3
from generation_runs r;

insert into saq_jobs (key, job, queue, status, priority)
select
    j.job_id,
    convert_to(
        jsonb_build_object(
            'key', j.job_id, 'queue', 'coursegen', 'function', j.job_type, 'kwargs',
            jsonb_build_object('input', jsonb_build_object('run_id', j.run_id, 'filler', repeat('x', 400)))
        )::text,
        'UTF8'
    ),
    'coursegen', 'queued', 90
from job_status j;

set session_replication_role = origin;
