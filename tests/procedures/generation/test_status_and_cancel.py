"""generation.getStatus and generation.cancel: what they show, who may, and what a cancelled run leaves."""

from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden, Unauthorized
from app.context import SignedIn
from procedures._errors import CourseNotFound, NotYours
from procedures.generation.cancel import CancelGenerationInput, GenerationCancelled, NotRunning, cancel
from tests.procedures.calling import call, wire
from tests.procedures.generation.progressing import EVENTS, advance, complete, running
from tests.world import World


async def status(world: World, caller: SignedIn, course: UUID) -> dict[str, object]:
    return dict(wire(await call(world, "generation.getStatus", caller, courseId=str(course))))


async def test_the_progress_has_the_frontends_names(world: World) -> None:
    owner, course = await running(world)
    shown = await status(world, owner, course)
    stored = await world.progress(course)
    assert set(shown) == {
        *("courseId", "runId", "status", "progress", "error", "startedAt", "completedAt", "updatedAt")
    }
    assert (
        set(stored)
        == set(wire(shown["progress"]))
        == {
            *("steps", "percentage", "current_step", "message", "total_steps", "has_documents"),
            *("lessons_completed", "lessons_total", "files", "metadata"),
        }
    )
    assert set(stored["steps"][0]) == set(wire(shown["progress"])["steps"][0])


async def test_a_course_never_generated_has_no_state(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    shown = await status(world, owner, course)
    assert shown.pop("courseId") == str(course)
    assert set(shown.values()) == {None}


async def test_a_failed_run_shows_its_error(world: World) -> None:
    owner, course = await running(world)
    await advance(world, course, 2, "failed", "Ошибка при анализе задачи", "no luck")
    shown = await status(world, owner, course)
    assert (shown["status"], shown["error"]) == ("failed", "no luck")


async def test_a_student_sees_the_status_of_an_enrolled_course_alone(world: World) -> None:
    owner, course = await running(world)
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    with pytest.raises(CourseNotFound):
        await status(world, student, course)
    await world.sql.execute("insert into enrollments (user_id, course_id) values ($1, $2)", student.user_id, course)
    assert (await status(world, student, course))["status"] == "initializing"


async def test_another_organization_sees_no_status(world: World) -> None:
    _, course = await running(world)
    with pytest.raises(CourseNotFound):
        await status(world, await world.user(), course)


async def test_cancelling_ends_the_run_its_job_and_its_slot(own_world: World) -> None:
    owner, course = await running(own_world)
    answer = await cancel(owner, CancelGenerationInput(course_id=course))
    assert answer == GenerationCancelled(success=True, course_id=course, message="Отменено пользователем")
    shown = await status(own_world, owner, course)
    assert (shown["status"], wire(shown["progress"])["message"]) == ("cancelled", "Отменено пользователем")
    job = await own_world.row("select status, cancelled_by from job_status where course_id = $1", course)
    assert job == {"status": "cancelled", "cancelled_by": owner.user_id}
    assert await own_world.sql.fetchval("select status from saq_jobs") == "aborted"
    assert await own_world.sql.fetchval("select state from generation_runs") == "cancelled"
    assert (await own_world.resources.slots.held()).total == 0


async def test_cancelling_keeps_what_the_run_had_reached(world: World) -> None:
    owner, course = await running(world)
    await advance(world, course, *EVENTS[0])
    await cancel(owner, CancelGenerationInput(course_id=course))
    progress = await world.progress(course)
    assert (progress["percentage"], progress["steps"][1]["status"]) == (30, "in_progress")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
async def test_an_admin_of_the_organization_and_a_superadmin_may_cancel(world: World, role: Role) -> None:
    owner, course = await running(world)
    organization = owner.claims.organization_id if role is Role.ADMIN else None
    await cancel(await world.user(organization, role), CancelGenerationInput(course_id=course))
    assert (await status(world, owner, course))["status"] == "cancelled"


async def test_a_colleague_may_not_cancel(world: World) -> None:
    owner, course = await running(world)
    with pytest.raises(NotYours, match=r"^You do not have access to this course$"):
        await cancel(await world.user(owner.claims.organization_id), CancelGenerationInput(course_id=course))
    assert (await status(world, owner, course))["status"] == "initializing"


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
async def test_another_organizations_course_is_missing(world: World, role: Role) -> None:
    _, course = await running(world)
    stranger = await world.user(role=role)
    for hidden in (course, uuid4()):
        with pytest.raises(CourseNotFound):
            await cancel(stranger, CancelGenerationInput(course_id=hidden))


async def test_students_and_nobodies_may_not_cancel(world: World) -> None:
    owner, course = await running(world)
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    with pytest.raises(Forbidden):
        await call(world, "generation.cancel", student, courseId=str(course))
    with pytest.raises(Unauthorized):
        await call(world, "generation.cancel", None, courseId=str(course))


async def test_a_run_that_has_ended_is_no_run_to_cancel(world: World) -> None:
    owner, course = await running(world)
    await cancel(owner, CancelGenerationInput(course_id=course))
    with pytest.raises(NotRunning, match=r"^Generation is not running for this course$") as refused:
        await cancel(owner, CancelGenerationInput(course_id=course))
    assert refused.value.code.http_status == 409


async def test_a_course_never_started_is_no_run_to_cancel(world: World) -> None:
    owner = await world.user()
    with pytest.raises(NotRunning):
        await cancel(owner, CancelGenerationInput(course_id=await world.course(owner)))


async def test_what_arrives_after_cancelling_changes_nothing(world: World) -> None:
    owner, course = await running(world)
    await cancel(owner, CancelGenerationInput(course_id=course))
    before = await world.progress(course)
    await complete(world, course)
    assert await world.progress(course) == before
