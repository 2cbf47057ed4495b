"""courses.getContent: sections, lessons and texts, in their order, for those who may read."""

from typing import Any
from uuid import UUID

import pytest

from app.auth.claims import Role
from procedures._errors import CourseNotFound
from tests.procedures.calling import call, wire
from tests.world import World


async def add_section(world: World, course: UUID, order: int, title: str, lessons: dict[int, str | None]) -> None:
    """A section with lessons by their order; a text of None is not written yet."""
    section = await world.sql.fetchval(
        "insert into sections (course_id, order_index, title) values ($1, $2, $3) returning id", course, order, title
    )
    for number, text in lessons.items():
        lesson = await world.sql.fetchval(
            "insert into lessons (section_id, order_index, title, duration_minutes) values ($1, $2, $3, 15)"
            " returning id",
            section,
            number,
            f"{title}.{number}",
        )
        if text is not None:
            await world.sql.execute(
                "insert into lesson_content (lesson_id, text_content) values ($1, $2)", lesson, text
            )


async def content(world: World, caller: Any, course: UUID) -> Any:
    return wire(await call(world, "courses.getContent", caller, courseId=str(course)))


async def test_sections_and_lessons_come_in_their_order_with_their_texts(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner, "Хлеб")
    await add_section(world, course, 2, "B", {2: "b2", 1: "b1"})
    await add_section(world, course, 1, "A", {10: None, 9: '# Заголовок\n\n"текст" \\ 🙂'})
    shown = await content(world, owner, course)
    assert (shown["courseId"], shown["title"]) == (str(course), "Хлеб")
    assert [section["title"] for section in shown["sections"]] == ["A", "B"]
    lessons = [lesson for section in shown["sections"] for lesson in section["lessons"]]
    assert [(lesson["title"], lesson["text"]) for lesson in lessons] == [
        ("A.9", '# Заголовок\n\n"текст" \\ 🙂'),
        ("A.10", None),
        ("B.1", "b1"),
        ("B.2", "b2"),
    ]
    assert {(lesson["durationMinutes"], lesson["lessonType"]) for lesson in lessons} == {(15, "text")}


async def test_a_course_without_structure_is_empty(world: World) -> None:
    owner = await world.user()
    assert (await content(world, owner, await world.course(owner)))["sections"] == []


async def test_a_section_without_lessons_has_an_empty_list(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await add_section(world, course, 1, "A", {})
    assert (await content(world, owner, course))["sections"][0]["lessons"] == []


async def test_an_enrolled_student_reads_the_texts_and_another_does_not(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await add_section(world, course, 1, "A", {1: "text"})
    enrolled, other = [await world.user(owner.claims.organization_id, Role.STUDENT) for _ in range(2)]
    await world.sql.execute("insert into enrollments (user_id, course_id) values ($1, $2)", enrolled.user_id, course)
    assert (await content(world, enrolled, course))["sections"][0]["lessons"][0]["text"] == "text"
    with pytest.raises(CourseNotFound):
        await content(world, other, course)
