"""courses.update, delete and getBySlug: whose course, what may change, and what goes with it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden
from app.context import SignedIn
from app.rpc import RpcError
from app.rpc.protocol_errors import InvalidInput
from procedures._errors import CourseNotFound, NotYours
from procedures.courses.delete import CourseIsRunning
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.uploading import document
from tests.wire.inputs import VALID
from tests.world import World

CHANGING = {"courses.update": {"title": "Новый"}, "courses.delete": {}}


async def exists(world: World, course: UUID) -> bool:
    found: bool = await world.sql.fetchval("select exists (select from courses where id = $1)", course)
    return found


async def allowed(world: World, role: str, owner: SignedIn) -> SignedIn:
    """Someone who may change the owner's course."""
    if role == "owner":
        return owner
    if role == "admin":
        return await world.user(owner.claims.organization_id, Role.ADMIN)
    return await world.user(role=Role.SUPERADMIN)


@pytest.mark.parametrize("role", ["owner", "admin", "superadmin"])
async def test_a_course_is_changed_by_its_owner_an_admin_and_a_superadmin(world: World, role: str) -> None:
    owner = await world.user()
    course = await world.course(owner)
    caller = await allowed(world, role, owner)
    fields = {**(VALID["courses.update"] or {}), "courseId": str(course)}
    changed = wire(await call(world, "courses.update", caller, **fields))
    sent = {name: value for name, value in fields.items() if name != "courseId"}
    assert {name: changed[name] for name in sent} == sent
    assert wire(await call(world, "courses.get", owner, courseId=str(course))) == changed


async def test_what_is_left_out_stays_and_null_empties(world: World) -> None:
    owner = await world.user()
    made = await call(world, "courses.create", owner, **(VALID["courses.create"] or {}))
    changed = wire(await call(world, "courses.update", owner, courseId=str(made.id), style=None, status="archived"))
    assert changed == {
        **wire(made),
        "style": None,
        "status": "archived",
        "updatedAt": changed["updatedAt"],
    }
    assert changed["updatedAt"] > wire(made)["updatedAt"]


@pytest.mark.parametrize("role", ["owner", "admin", "superadmin"])
async def test_a_course_is_deleted_with_its_documents_and_their_quota(world: World, role: str) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await upload_file(owner, document(course))
    path = await world.sql.fetchval("select storage_path from file_catalog where course_id = $1", course)
    assert await world.resources.storage.exists(path)
    deleted = await call(world, "courses.delete", await allowed(world, role, owner), courseId=str(course))
    assert (deleted.success, deleted.course_id) == (True, course)
    assert not await exists(world, course)
    assert not await world.resources.storage.exists(path)
    used = "select storage_used_bytes from organizations where id = $1"
    assert await world.sql.fetchval(used, owner.claims.organization_id) == 0


@pytest.mark.parametrize("path", CHANGING)
async def test_a_colleagues_course_is_seen_but_not_changed(world: World, path: str) -> None:
    owner = await world.user()
    course = await world.course(owner, "Почва")
    colleague = await world.user(owner.claims.organization_id)
    with pytest.raises(NotYours):
        await call(world, path, colleague, courseId=str(course), **CHANGING[path])
    assert (await call(world, "courses.get", owner, courseId=str(course))).title == "Почва"


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
@pytest.mark.parametrize("path", CHANGING)
async def test_a_course_of_another_organization_is_a_missing_one(world: World, path: str, role: Role) -> None:
    course, stranger = await world.course(await world.user()), await world.user(role=role)
    for course_id in (course, uuid4()):
        with pytest.raises(CourseNotFound, match=r"^Course not found$"):
            await call(world, path, stranger, courseId=str(course_id), **CHANGING[path])
    assert await exists(world, course)


@pytest.mark.parametrize("path", CHANGING)
async def test_a_student_changes_nothing(world: World, path: str) -> None:
    with pytest.raises(Forbidden):
        await call(world, path, await world.user(role=Role.STUDENT), courseId=str(uuid4()), **CHANGING[path])


async def test_a_course_that_is_being_generated_is_not_deleted(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    await initiate(owner, InitiateInput(course_id=course))
    with pytest.raises(CourseIsRunning, match=r"^The course is being generated\. Cancel the generation first$"):
        await call(world, "courses.delete", owner, courseId=str(course))
    await call(world, "generation.cancel", owner, courseId=str(course))
    await call(world, "courses.delete", owner, courseId=str(course))
    assert not await exists(world, course)


async def test_of_a_start_and_a_deletion_at_once_one_wins_and_no_slot_is_left(own_world: World) -> None:
    """Again and again, since who is first is a matter of luck."""
    for _ in range(10):
        owner = await own_world.user()
        course = await own_world.course(owner)
        outcomes = await asyncio.gather(
            initiate(owner, InitiateInput(course_id=course)),
            call(own_world, "courses.delete", owner, courseId=str(course)),
            return_exceptions=True,
        )
        refused = [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]
        started = await exists(own_world, course)
        assert refused == [CourseIsRunning if started else CourseNotFound]
        assert (await own_world.resources.slots.held()).total == started
        if started:
            await call(own_world, "generation.cancel", owner, courseId=str(course))


async def test_a_course_is_found_by_its_slug_within_the_organization(world: World) -> None:
    owner, stranger = await world.user(), await world.user()
    course = await world.course(owner)
    slug = await world.sql.fetchval("select slug from courses where id = $1", course)
    assert (await call(world, "courses.getBySlug", owner, slug=slug)).id == course
    for caller, asked in ((stranger, slug), (owner, "none")):
        with pytest.raises(CourseNotFound):
            await call(world, "courses.getBySlug", caller, slug=asked)


async def test_a_superadmin_is_given_the_own_organizations_course_where_two_have_the_slug(world: World) -> None:
    root = await world.user(role=Role.SUPERADMIN)
    own, other = await world.course(root), await world.course(await world.user())
    await world.sql.execute("update courses set slug = 'twice' where id = any ($1)", [own, other])
    assert (await call(world, "courses.getBySlug", root, slug="twice")).id == own


BOUNDS: list[tuple[str, Any]] = [
    *(("title", value) for value in ("", " ", "x" * 501, None, 1)),
    *(("language", value) for value in ("RU", "ru\n", "", None)),
    *(("status", value) for value in ("live", None, 1)),
    *(("estimatedLessons", value) for value in (0, 501, "1", 2**70)),
    *(("estimatedSections", value) for value in (0, 101)),
    *((name, value) for name in ("style", "contentStrategy") for value in ("", "x" * 256)),
    *((name, value) for name in ("courseDescription", "prerequisites") for value in ("", "x" * 10_001)),
    *(("outputFormats", value) for value in (["x"] * 21, None, "text")),
    *(("difficulty", value) for value in ("expert", 1)),
]


@pytest.mark.parametrize(("field", "value"), BOUNDS)
async def test_a_field_out_of_bounds_is_an_issue_at_its_place(world: World, field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, "courses.update", None, **{"courseId": str(uuid4()), field: value})
    assert [issue.path for issue in refused.value.issues] == [f"$.{field}"]


@pytest.mark.parametrize("field", ["generationStatus", "runId", "userId", "organizationId", "slug", "webhookUrl"])
async def test_what_is_not_a_callers_to_write_is_no_field(world: World, field: str) -> None:
    with pytest.raises(RpcError, match="Input validation failed"):
        await call(world, "courses.update", None, **{"courseId": str(uuid4()), field: "x"})
