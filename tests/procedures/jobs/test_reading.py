"""jobs.getStatus and jobs.list: what is shown of a job, to whom, filters and paging."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Unauthorized
from app.context import SignedIn
from app.rpc.protocol_errors import InvalidInput
from procedures._errors import JobNotFound
from tests.procedures.calling import call, call_with, wire
from tests.world import World


async def started(world: World, owner: SignedIn) -> tuple[UUID, str]:
    """A course of this user whose run has just started, and its job."""
    course = await world.course(owner)
    answer = await call(world, "generation.initiate", owner, courseId=str(course))
    return course, answer.job_id


async def cancelled(world: World, owner: SignedIn) -> tuple[UUID, str]:
    """A course whose run was cancelled, and its job."""
    course, job = await started(world, owner)
    await call(world, "generation.cancel", owner, courseId=str(course))
    return course, job


async def listed(world: World, caller: SignedIn, **given: Any) -> list[str]:
    return [job.job_id for job in (await call(world, "jobs.list", caller, **given)).items]


async def test_a_waiting_job_shows_its_run_and_its_priority(world: World) -> None:
    owner = await world.user(await world.organization("premium"))
    course, job = await started(world, owner)
    shown = wire(await call(world, "jobs.getStatus", owner, jobId=job))
    run = await world.sql.fetchval("select run_id from courses where id = $1", course)
    expected = {
        "jobId": job,
        "runId": str(run),
        "jobType": "structure_analysis",
        "courseId": str(course),
        "userId": str(owner.user_id),
        "status": "waiting",
        "priority": 10,
        "progress": 0,
        "errorMessage": None,
        "attempts": 0,
        "maxAttempts": 3,
        "startedAt": None,
        "completedAt": None,
        "failedAt": None,
        "cancelledAt": None,
    }
    assert {name: shown[name] for name in expected} == expected
    assert set(shown) - set(expected) == {"id", "createdAt", "updatedAt"}


async def test_a_failed_job_shows_its_error_and_no_stack(world: World) -> None:
    owner = await world.user()
    _, job = await started(world, owner)
    await world.sql.execute(
        "update job_status set status = 'failed', error_message = 'no luck', error_stack = 'secret', failed_at = now()"
        " where job_id = $1",
        job,
    )
    shown = wire(await call(world, "jobs.getStatus", owner, jobId=job))
    assert (shown["status"], shown["errorMessage"]) == ("failed", "no luck")
    assert "secret" not in str(shown)


@pytest.mark.parametrize("job", ["x", "course-gen-0", "'; drop table job_status; --", "{job_id}", "я" * 100])
async def test_an_unknown_job_is_told_by_its_name(world: World, job: str) -> None:
    with pytest.raises(JobNotFound) as refused:
        await call(world, "jobs.getStatus", await world.user(), jobId=job)
    assert refused.value.message == f"Job {job} not found"
    assert refused.value.details == {"job_id": job}


async def test_a_job_of_another_organization_answers_as_a_missing_one(world: World) -> None:
    _, job = await started(world, await world.user())
    for role in (Role.INSTRUCTOR, Role.ADMIN, Role.STUDENT):
        with pytest.raises(JobNotFound):
            await call(world, "jobs.getStatus", await world.user(role=role), jobId=job)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
async def test_the_whole_staff_reads_the_jobs_of_its_organization(world: World, role: Role) -> None:
    owner = await world.user()
    _, job = await started(world, owner)
    reader = await world.user(owner.claims.organization_id, role)
    assert (await call(world, "jobs.getStatus", reader, jobId=job)).job_id == job
    assert await listed(world, reader) == [job]


async def test_a_superadmin_reads_every_job(world: World) -> None:
    course, job = await started(world, await world.user())
    reader = await world.user(role=Role.SUPERADMIN)
    assert await listed(world, reader, courseId=str(course)) == [job]


async def test_a_student_reads_no_job_of_others(world: World) -> None:
    owner = await world.user()
    _, job = await started(world, owner)
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    assert await listed(world, student) == []
    with pytest.raises(JobNotFound):
        await call(world, "jobs.getStatus", student, jobId=job)


async def test_a_list_can_be_of_one_course_and_of_one_status(world: World) -> None:
    owner = await world.user()
    (one, live), (other, ended) = await started(world, owner), await cancelled(world, owner)
    assert await listed(world, owner) == [ended, live]
    assert await listed(world, owner, courseId=str(one)) == [live]
    assert await listed(world, owner, status="cancelled") == [ended]
    assert await listed(world, owner, status="waiting", courseId=str(other)) == []
    assert await listed(world, owner, courseId=str(uuid4())) == []


async def test_pages_hold_each_job_once_newest_first(world: World) -> None:
    owner = await world.user()
    made = [(await cancelled(world, owner))[1] for _ in range(7)]
    first = await call(world, "jobs.list", owner, limit=3)
    second = await call(world, "jobs.list", owner, limit=3, cursor=first.next_cursor)
    third = await call(world, "jobs.list", owner, limit=3, cursor=second.next_cursor)
    assert [job.job_id for page in (first, second, third) for job in page.items] == made[::-1]
    assert (len(third.items), third.next_cursor) == (1, None)


async def test_no_input_is_the_first_page(world: World) -> None:
    page = await call_with(world, "jobs.list", await world.user(), None)
    assert (page.items, page.next_cursor) == ([], None)


OUT_OF_BOUNDS: list[tuple[str, str, list[Any]]] = [
    ("jobs.list", "limit", [0, 101, "1"]),
    ("jobs.list", "cursor", ["x" * 101, 1]),
    ("jobs.list", "status", ["done", "", "WAITING", 1]),
    ("jobs.list", "courseId", ["x", 1]),
    ("jobs.getStatus", "jobId", ["", "x" * 101, None, 7]),
    ("jobs.cancel", "jobId", ["", "x" * 101, None, []]),
]


@pytest.mark.parametrize(
    ("path", "field", "value"), [(path, field, value) for path, field, values in OUT_OF_BOUNDS for value in values]
)
async def test_a_field_out_of_bounds_is_an_issue_at_its_place(
    world: World, path: str, field: str, value: object
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, path, None, **{field: value})
    assert [issue.path for issue in refused.value.issues] == [f"$.{field}"]


async def test_nobody_reads_without_a_token(world: World) -> None:
    with pytest.raises(Unauthorized):
        await call(world, "jobs.list")
    with pytest.raises(Unauthorized):
        await call(world, "jobs.getStatus", None, jobId="x")
