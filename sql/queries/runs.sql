-- A run as workers move it: every write names the run's epoch, and an older epoch writes nothing.

-- name: claim_job(job_id, attempt)$
select app.claim_job(:job_id, :attempt);

-- name: progress(run_id, epoch, step, status, message, metadata)$
select app.progress(:run_id, :epoch, :step, :status, :message, p_metadata => :metadata);

-- name: complete_job(job_id, run_id, epoch)$
select app.complete_job(:job_id, :run_id, :epoch);

-- name: retry_job(job_id, run_id, epoch, error)
select app.retry_job(:job_id, :run_id, :epoch, :error);

-- name: complete_run(run_id, epoch)$
select app.finish_run(:run_id, :epoch, 'completed');

-- name: fail_run(run_id, error, epoch)$
select app.fail_run(:run_id, :error, :epoch);

-- name: course_of_job(job_id)$
select course_id
from job_status
where job_id = :job_id;

-- name: course_files(course_id)
-- The files that can hold text: pictures are not among them; with what this run has made of each so far.
select f.id, f.filename, f.file_type, f.storage_path, shown ->> 'status' as status, shown ->> 'error' as error
from file_catalog f
join courses c on c.id = f.course_id
left join jsonb_array_elements(c.generation_progress -> 'files') shown on shown ->> 'id' = f.id::text
where f.course_id = :course_id
  and f.status <> 'uploading'
  and f.mime_type not like 'image/%'
  and f.lost_at is null
order by f.created_at, f.id;

-- name: file_progress(run_id, epoch, file_id, status, pages, error)$
select app.file_progress(:run_id, :epoch, :file_id, :status, :pages, :error);

-- name: save_extracted_text(text, page_count, page_starts, file_id)!
-- The text of a document; NULL for one that could not be read.
update file_catalog
set extracted_text = :text,
    page_count = :page_count,
    page_starts = :page_starts,
    status = case when :text::text is null then 'failed' else 'processed' end
where id = :file_id;

-- name: processed_documents(course_id)
select id, filename, extracted_text as text, page_count, page_starts
from file_catalog
where course_id = :course_id
  and status = 'processed'
order by created_at, id;

-- name: save_artifacts(artifacts, run_id)!
-- Called under the run's lock.
update generation_runs
set artifacts = artifacts || :artifacts
where id = :run_id;

-- name: artifacts(run_id)$
select artifacts
from generation_runs
where id = :run_id;

-- name: clear_structure(course_id)!
delete from sections
where course_id = :course_id;

-- name: add_section(id, course_id, title, description, order_index)!
insert into sections (id, course_id, title, description, order_index)
values (:id, :course_id, :title, :description, :order_index);

-- name: add_lesson(id, section_id, title, order_index, duration_minutes, lesson_type)!
insert into lessons (id, section_id, title, order_index, duration_minutes, lesson_type)
values (:id, :section_id, :title, :order_index, :duration_minutes, :lesson_type);

-- name: planned_lessons(course_id)
-- Lessons in reading order; a place counts from 0, as in the structure that the generator made.
select
    lessons.id,
    sections.order_index - 1 as section_index,
    lessons.order_index - 1 as lesson_index,
    lesson_content.text_content is not null as written
from lessons
join sections on sections.id = lessons.section_id
left join lesson_content on lesson_content.lesson_id = lessons.id
where lessons.course_id = :course_id
order by sections.order_index, lessons.order_index;

-- name: save_lesson_text(lesson_id, text)!
-- Once for each lesson of a run: a second attempt finds it written.
insert into lesson_content (lesson_id, text_content)
values (:lesson_id, :text)
on conflict (lesson_id) do nothing;

-- name: save_lesson_sources(lesson_id, sources)!
update lessons
set metadata = metadata || jsonb_build_object('sources', :sources::jsonb)
where id = :lesson_id;

-- name: course_totals(course_id)^
select
    (select count(*) from sections where sections.course_id = :course_id) as sections,
    count(*) as lessons,
    coalesce(sum(lessons.duration_minutes), 0) as minutes,
    count(*) filter (where coalesce(btrim(lesson_content.text_content), '') = '') as empty_lessons
from lessons
left join lesson_content on lesson_content.lesson_id = lessons.id
where lessons.course_id = :course_id;
