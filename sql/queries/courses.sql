-- Courses and their content, as their readers see them. Which rows those are is the policies' business.

-- name: create_course(id, organization_id, user_id, slug, title, language, style, course_description, target_audience, difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats, prerequisites, settings)^
insert into courses (
    id, organization_id, user_id, slug, title, language, style, course_description, target_audience, difficulty,
    learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats, prerequisites, settings
)
values (
    :id, :organization_id, :user_id, :slug, :title, :language, :style, :course_description, :target_audience,
    :difficulty, :learning_outcomes, :estimated_lessons, :estimated_sections, :content_strategy, :output_formats,
    :prerequisites, :settings
)
returning
    id, title, slug, user_id, organization_id, status::text, language, style, course_description, target_audience,
    difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats,
    prerequisites, generation_status, created_at, updated_at;

-- name: get_course(course_id)^
select
    id, title, slug, user_id, organization_id, status::text, language, style, course_description, target_audience,
    difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats,
    prerequisites, generation_status, created_at, updated_at
from courses
where id = :course_id;

-- name: get_course_by_slug(slug, organization_id)^
-- A slug is unique within an organization.
select
    id, title, slug, user_id, organization_id, status::text, language, style, course_description, target_audience,
    difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats,
    prerequisites, generation_status, created_at, updated_at
from courses
where slug = :slug
order by organization_id <> :organization_id, id
limit 1;

-- name: update_course(course_id, changes)^
-- Only the columns that `changes` names; the others keep what they have.
update courses
set (title, status, language, style, course_description, target_audience, difficulty,
        learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats, prerequisites) = (
    select
        new.title, new.status, new.language, new.style, new.course_description,
        new.target_audience, new.difficulty, new.learning_outcomes, new.estimated_lessons,
        new.estimated_sections, new.content_strategy, new.output_formats, new.prerequisites
    from jsonb_populate_record(courses, :changes::jsonb) as new
)
where id = :course_id
returning
    id, title, slug, user_id, organization_id, status::text, language, style, course_description, target_audience,
    difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats,
    prerequisites, generation_status, created_at, updated_at;

-- name: files_of_course(course_id)
select storage_path
from file_catalog
where course_id = :course_id
  and storage_path is not null;

-- name: delete_course(course_id)$
delete from courses
where id = :course_id
returning id;

-- name: list_courses(cursor, limit)
-- Newest first by the id, a UUIDv7; the cursor is the last id of the page before.
select
    id, title, slug, user_id, organization_id, status::text, language, style, course_description, target_audience,
    difficulty, learning_outcomes, estimated_lessons, estimated_sections, content_strategy, output_formats,
    prerequisites, generation_status, created_at, updated_at
from courses
where (:cursor::uuid is null or id < :cursor::uuid)
order by id desc
limit :limit;

-- name: course_content(course_id)^
-- A course's sections with their lessons and texts, as one JSON value in the shape of the wire.
select
    courses.title,
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'id', sections.id,
                'title', sections.title,
                'description', sections.description,
                'orderIndex', sections.order_index,
                'lessons', coalesce((
                    select jsonb_agg(
                        jsonb_build_object(
                            'id', lessons.id,
                            'title', lessons.title,
                            'orderIndex', lessons.order_index,
                            'durationMinutes', lessons.duration_minutes,
                            'lessonType', lessons.lesson_type,
                            'text', lesson_content.text_content,
                            'sources', coalesce(lessons.metadata -> 'sources', '[]')
                        )
                        order by lessons.order_index
                    )
                    from lessons
                    left join lesson_content on lesson_content.lesson_id = lessons.id
                    where lessons.section_id = sections.id
                ), '[]'::jsonb)
            )
            order by sections.order_index
        )
        from sections
        where sections.course_id = courses.id
    ), '[]'::jsonb) as sections
from courses
where courses.id = :course_id;
