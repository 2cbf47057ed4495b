"""courses.create: what is stored and shown, the slug, the defaults, and who may."""

import re
from typing import Any
from uuid import uuid4

import pytest

from app.auth.claims import Claims, Role
from app.auth.errors import Forbidden, Unauthorized
from tests.procedures.calling import call, wire
from tests.world import World

FULL: dict[str, Any] = {
    "title": "Хлеб на закваске",
    "language": "en",
    "style": "conversational",
    "courseDescription": "Как испечь хлеб",
    "targetAudience": "Начинающие",
    "difficulty": "beginner",
    "learningOutcomes": "Испечь первый каравай",
    "estimatedLessons": 12,
    "estimatedSections": 4,
    "contentStrategy": "practice first",
    "outputFormats": ["text", "quiz"],
    "prerequisites": "Духовка",
}


async def test_every_field_is_shown_as_it_was_given(world: World) -> None:
    owner = await world.user()
    shown = wire(await call(world, "courses.create", owner, **FULL))
    assert {name: shown[name] for name in FULL} == FULL
    assert (shown["userId"], shown["organizationId"]) == (str(owner.user_id), str(owner.claims.organization_id))
    assert (shown["status"], shown["generationStatus"]) == ("draft", None)


async def test_a_title_is_enough(world: World) -> None:
    shown = wire(await call(world, "courses.create", await world.user(), title="T"))
    assert (shown["language"], shown["outputFormats"], shown["status"]) == ("ru", [], "draft")
    unset = {name for name, value in shown.items() if value is None}
    assert unset == (set(FULL) - {"title", "language", "outputFormats"}) | {"generationStatus"}


async def test_the_duration_of_a_lesson_is_a_setting(world: World) -> None:
    made = await call(world, "courses.create", await world.user(), title="T", lessonDurationMinutes=25)
    settings = await world.sql.fetchval(
        "select settings ->> 'lesson_duration_minutes' from courses where id = $1", made.id
    )
    assert settings == "25"


@pytest.mark.parametrize(
    ("title", "readable"),
    [
        ("Хлеб на закваске", "khleb-na-zakvaske"),
        ("Ёжик: щётка & мышь", "ezhik-shchetka-mysh"),
        ("SQL '; drop table courses; --", "sql-drop-table-courses"),
        ("../../etc/passwd", "etc-passwd"),
        ("🙂🙂", "course"),
        ("—", "course"),
    ],
)
async def test_the_slug_is_the_title_in_latin_letters_and_the_end_of_the_id(
    world: World, title: str, readable: str
) -> None:
    made = await call(world, "courses.create", await world.user(), title=title)
    assert made.title == title
    assert made.slug == f"{readable}-{made.id.hex[-8:]}"


async def test_the_slug_of_a_long_title_ends_with_a_whole_word(world: World) -> None:
    made = await call(world, "courses.create", await world.user(), title="слово " * 80)
    assert re.fullmatch(r"(slovo-)+[0-9a-f]{8}", made.slug)
    assert len(made.slug) <= 80 + 9


async def test_two_courses_of_one_title_have_two_slugs(world: World) -> None:
    owner = await world.user()
    slugs = {(await call(world, "courses.create", owner, title="Одно")).slug for _ in range(20)}
    assert len(slugs) == 20


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN, Role.SUPERADMIN])
async def test_instructors_and_above_may_create(world: World, role: Role) -> None:
    caller = await world.user(role=role)
    assert (await call(world, "courses.create", caller, title="T")).user_id == caller.user_id


async def test_a_student_may_not_create(world: World) -> None:
    with pytest.raises(Forbidden, match=r"^Insufficient permissions$"):
        await call(world, "courses.create", await world.user(role=Role.STUDENT), title="T")


async def test_nobody_without_a_token_may_create(world: World) -> None:
    with pytest.raises(Unauthorized, match=r"^Authentication required$"):
        await call(world, "courses.create", None, title="T")


async def test_a_token_of_a_user_who_is_gone_creates_nothing(world: World) -> None:
    member = await world.user()
    gone = Claims(uuid4(), member.claims.organization_id, Role.INSTRUCTOR, member.claims.expires_at)
    with pytest.raises(Unauthorized, match=r"^Invalid or expired token$"):
        await call(world, "courses.create", world.caller(gone), title="T")


async def test_a_token_from_before_a_move_to_another_organization_creates_nothing(world: World) -> None:
    member = await world.user()
    await world.sql.execute(
        "update users set organization_id = $1 where id = $2", await world.organization(), member.user_id
    )
    with pytest.raises(Unauthorized):
        await call(world, "courses.create", member, title="T")
