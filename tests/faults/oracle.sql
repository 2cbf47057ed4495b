-- What is wrong in the database at this moment (reliability.md section 1): one line of text each, none when all is well.
-- Lines of I2 may stand for a while, until the reaper has passed; every other one is wrong at any moment.
select 'I3: two live runs of course ' || course_id as violation
from generation_runs where ended_at is null group by course_id having count(*) > 1

union all
select 'I3: user ' || user_id || ' has two runs of one key'
from generation_runs where idempotency_key is not null group by user_id, idempotency_key having count(*) > 1

union all
select 'I3: step ' || job_type || ' was completed twice in run ' || run_id
from job_status where status = 'completed' group by run_id, job_type having count(*) > 1

union all
select 'I2: run ' || r.id || ' is live and ' || case
    when exists (select from job_status j join saq_jobs q on q.key = j.job_id where j.run_id = r.id) then 'has no job that moves it'
    else 'has no job at all'  -- so nothing tells since when, and the lease's time is still to come
end
from generation_runs r
where r.ended_at is null
  and not exists (
    select from job_status j join saq_jobs q on q.key = j.job_id
    where j.run_id = r.id
      and (
        q.status = 'queued'
        or q.status in ('active', 'aborting')
        and extract(epoch from now()) < (
            select (job ->> 'touched')::numeric / 1000 + (job ->> 'heartbeat')::numeric
            from convert_from(q.job, 'UTF8') as text, lateral (select text::jsonb) as of_row (job)
        )
      )
  )

union all
select 'I5: run ' || r.id || ' has ended, its job ' || j.job_id || ' is ' || j.status
from generation_runs r join job_status j on j.run_id = r.id
where r.ended_at is not null and j.status in ('pending', 'waiting', 'active', 'delayed')

union all
select 'I5: course ' || c.id || ' is ' || c.generation_status || ', its run is ' || r.state
from courses c join generation_runs r on r.id = c.run_id
where case
    when r.ended_at is not null then r.state <> c.generation_status::text
    else c.generation_status in ('completed', 'failed', 'cancelled')
end

union all
select 'I5: run ' || (h.metadata ->> 'run_id') || ' ended ' || count(*) || ' times'
from generation_status_history h
where h.new_status in ('completed', 'failed', 'cancelled')
group by h.metadata ->> 'run_id' having count(*) > 1

union all
select 'I4: job ' || j.job_id || ' belongs to another user or course than its run'
from job_status j join generation_runs r on r.id = j.run_id
where (j.user_id, j.course_id, j.organization_id) is distinct from (r.user_id, r.course_id, r.organization_id)

union all
select 'I4: run ' || r.id || ' belongs to another user or organization than its course'
from generation_runs r join courses c on c.id = r.course_id
where (r.user_id, r.organization_id) is distinct from (c.user_id, c.organization_id)

union all
select 'I4: file ' || f.id || ' belongs to another organization than its course'
from file_catalog f join courses c on c.id = f.course_id
where f.organization_id <> c.organization_id

union all
select 'I8: action ' || m.id || ' is not in the chain'
from system_metrics m
where m.event_type = 'superadmin_action' and not exists (select from app.audit_chain a where a.event_id = m.id)

union all
-- xmin is the transaction that wrote the row
select 'I8: the global limit was changed, and no action was written in that transaction'
from app.global_limit g
where g.concurrent_runs is not null
  and not exists (select from system_metrics m where m.xmin = g.xmin and m.event_type = 'superadmin_action')

union all
select 'a completed course has a lesson without text: ' || l.id
from courses c
join lessons l on l.course_id = c.id
left join lesson_content t on t.lesson_id = l.id
where c.generation_status = 'completed' and coalesce(btrim(t.text_content), '') = ''

union all
select 'I7: the move of run ' || r.id || ' to ' || h.new_status || ' has no webhook'
from generation_runs r
join generation_status_history h on h.metadata ->> 'run_id' = r.id::text
where r.webhook_url is not null
  and h.new_status <> 'pending'
  and not exists (
    select from webhook_deliveries d where d.run_id = r.id and d.payload ->> 'status' = h.new_status::text
  )

union all
select 'I7: webhook ' || d.id || ' is due and nobody sends it'
from webhook_deliveries d
where d.state = 'pending' and d.next_attempt_at < now() - interval '1 min'

union all
select 'I7: webhook ' || d.id || ' is delivered or failed without an attempt'
from webhook_deliveries d
where d.state in ('delivered', 'failed') and d.attempts = 0

union all
select 'I4: webhook ' || d.id || ' belongs to another user or address than its run'
from webhook_deliveries d join generation_runs r on r.id = d.run_id
where (d.course_id, d.organization_id, d.course_user_id, d.url)
    is distinct from (r.course_id, r.organization_id, r.user_id, r.webhook_url)
