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
