"""courses.get and courses.list: who sees which course, and paging."""

from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Unauthorized
from app.context import SignedIn
from app.rpc.protocol_errors import InvalidInput
from procedures._errors import CourseNotFound
from tests.procedures.calling import call, call_with, wire
from tests.world import World


async def enrol(world: World, student: SignedIn, course: UUID, status: str = "active") -> None:
    await world.sql.execute(
        "insert into enrollments (user_id, course_id, status) values ($1, $2, $3)", student.user_id, course, status
    )


async def titles(world: World, caller: SignedIn) -> list[str]:
    return [course.title for course in (await call(world, "courses.list", caller)).items]


async def test_a_course_is_read_as_it_was_created(world: World) -> None:
    owner = await world.user()
    made = await call(world, "courses.create", owner, title="Почва", estimatedLessons=3)
    assert wire(await call(world, "courses.get", owner, courseId=str(made.id))) == wire(made)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
async def test_colleagues_and_admins_read_the_courses_of_their_organization(world: World, role: Role) -> None:
    owner = await world.user()
    course = await world.course(owner)
    reader = await world.user(owner.claims.organization_id, role)
    assert (await call(world, "courses.get", reader, courseId=str(course))).id == course


async def test_a_superadmin_reads_every_course(world: World) -> None:
    course = await world.course(await world.user())
    reader = await world.user(role=Role.SUPERADMIN)
    assert (await call(world, "courses.get", reader, courseId=str(course))).id == course


@pytest.mark.parametrize("path", ["courses.get", "courses.getContent"])
@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN, Role.STUDENT])
async def test_a_course_of_another_organization_answers_as_a_missing_one(world: World, path: str, role: Role) -> None:
    course = await world.course(await world.user())
    stranger = await world.user(role=role)
    told = []
    for course_id in (course, uuid4()):
        with pytest.raises(CourseNotFound, match=r"^Course not found$") as refused:
            await call(world, path, stranger, courseId=str(course_id))
        told.append((refused.value.message, refused.value.details))
    assert told[0] == told[1]


async def test_a_student_reads_the_courses_of_an_active_enrolment_alone(world: World) -> None:
    owner = await world.user()
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    enrolled, dropped, other = [await world.course(owner, title) for title in ("enrolled", "dropped", "other")]
    await enrol(world, student, enrolled)
    await enrol(world, student, dropped, "dropped")
    assert await titles(world, student) == ["enrolled"]
    assert (await call(world, "courses.get", student, courseId=str(enrolled))).id == enrolled
    for hidden in (dropped, other):
        with pytest.raises(CourseNotFound):
            await call(world, "courses.get", student, courseId=str(hidden))


async def test_a_list_holds_the_organizations_own_courses_alone(world: World) -> None:
    owner, stranger = await world.user(), await world.user()
    colleague = await world.user(owner.claims.organization_id)
    await world.course(owner, "mine")
    await world.course(stranger, "theirs")
    assert await titles(world, owner) == await titles(world, colleague) == ["mine"]


async def test_pages_of_a_cursor_hold_each_of_120_courses_once_newest_first(world: World) -> None:
    owner = await world.user()
    made = [(await call(world, "courses.create", owner, title=f"{number}")).id for number in range(120)]
    seen, sizes, cursor = [], [], None
    while True:
        page = await call(world, "courses.list", owner, **({"cursor": cursor} if cursor else {}))
        seen += [course.id for course in page.items]
        sizes.append(len(page.items))
        if page.next_cursor is None:
            break
        cursor = str(page.next_cursor)
    assert sizes == [50, 50, 20]
    assert seen == made[::-1]


async def test_a_course_made_between_two_pages_shifts_nothing(world: World) -> None:
    owner = await world.user()
    made = [(await call(world, "courses.create", owner, title=f"{number}")).id for number in range(4)]
    first = await call(world, "courses.list", owner, limit=2)
    await call(world, "courses.create", owner, title="in between")
    second = await call(world, "courses.list", owner, limit=2, cursor=str(first.next_cursor))
    assert [course.id for course in (*first.items, *second.items)] == made[::-1]


async def test_a_page_that_ends_the_list_exactly_has_no_cursor(world: World) -> None:
    owner = await world.user()
    for number in range(2):
        await call(world, "courses.create", owner, title=f"{number}")
    page = await call(world, "courses.list", owner, limit=2)
    assert (len(page.items), page.next_cursor) == (2, None)


async def test_no_input_is_the_first_page_and_no_course_an_empty_one(world: World) -> None:
    page = await call_with(world, "courses.list", await world.user(), None)
    assert (page.items, page.next_cursor) == ([], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("limit", 0), ("limit", 101), ("limit", "50"), ("limit", None), ("limit", 1.5), ("cursor", "x"), ("cursor", 1)],
)
async def test_a_page_out_of_bounds_is_an_issue(world: World, field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, "courses.list", None, **{field: value})
    assert refused.value.issues[0].path == f"$.{field}"


SOME_ID = "7c2f1a52-64f0-4d1e-9a3b-5b1f3c2d4e5f"


@pytest.mark.parametrize("path", ["courses.get", "courses.getContent"])
@pytest.mark.parametrize("value", ["", "1", "x" * 36, f"{{{SOME_ID}}}", f"{SOME_ID}0", 7, None])
async def test_an_id_that_is_no_uuid_is_an_issue(world: World, path: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, path, None, courseId=value)
    assert refused.value.issues[0].path == "$.courseId"


@pytest.mark.parametrize("path", ["courses.get", "courses.getContent", "courses.list"])
async def test_nobody_reads_without_a_token(world: World, path: str) -> None:
    with pytest.raises(Unauthorized):
        await call(world, path, None, **({} if path == "courses.list" else {"courseId": str(uuid4())}))
