-- Runs as they stand now, and for those ended a fingerprint of all that they have written, which may not change any more: what is
-- shown of the course, and of each row which transaction (xmin) has written it.
select
    r.id as run_id,
    r.state,
    r.epoch,
    case when r.ended_at is not null then md5(concat_ws(
        ' ', r.xmin, c.generation_status, c.generation_progress, c.last_progress_update,
        (select string_agg(j.xmin::text, ' ' order by j.id) from job_status j where j.run_id = r.id),
        (select string_agg(concat_ws(' ', l.xmin, t.xmin), ' ' order by l.id)
         from lessons l left join lesson_content t on t.lesson_id = l.id
         where l.course_id = c.id)
    )) end as fingerprint
from generation_runs r
join courses c on c.run_id = r.id
where r.ended_at is null or r.ended_at > now() - make_interval(secs => $1)
