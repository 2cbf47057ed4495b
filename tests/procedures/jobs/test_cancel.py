"""jobs.cancel: who may stop a job, and what it answers for one that is over."""

from uuid import UUID

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden, Unauthorized
from app.context import SignedIn
from procedures._errors import JobNotFound
from procedures.jobs.cancel import JobCancelled, JobFinished, JobNotYours
from tests.procedures.calling import call
from tests.world import World


async def started(world: World) -> tuple[SignedIn, UUID, str]:
    """A new user, a course of theirs whose run has just started, and its job."""
    owner = await world.user()
    course = await world.course(owner)
    answer = await call(world, "generation.initiate", owner, courseId=str(course))
    return owner, course, answer.job_id


async def job_status(world: World, job: str) -> str:
    return str(await world.sql.fetchval("select status from job_status where job_id = $1", job))


async def test_the_owner_cancels_the_job_its_run_and_its_slot(own_world: World) -> None:
    owner, course, job = await started(own_world)
    answer = await call(own_world, "jobs.cancel", owner, jobId=job)
    assert answer == JobCancelled(success=True, job_id=job, message="Отменено пользователем")
    row = await own_world.row("select status, cancelled_by, cancelled_at from job_status")
    assert (row["status"], row["cancelled_by"]) == ("cancelled", owner.user_id)
    assert row["cancelled_at"]
    assert (
        await own_world.sql.fetchval("select generation_status::text from courses where id = $1", course) == "cancelled"
    )
    assert await own_world.sql.fetchval("select status from saq_jobs") == "aborted"
    assert (await own_world.resources.slots.held()).total == 0


async def test_cancelling_again_is_a_success_that_changes_nothing(world: World) -> None:
    owner, _, job = await started(world)
    first = await call(world, "jobs.cancel", owner, jobId=job)
    when = await world.sql.fetchval("select cancelled_at from job_status where job_id = $1", job)
    assert await call(world, "jobs.cancel", owner, jobId=job) == first
    assert await world.sql.fetchval("select cancelled_at from job_status where job_id = $1", job) == when


async def test_cancelling_again_does_not_stop_the_next_run(world: World) -> None:
    owner, course, job = await started(world)
    await call(world, "jobs.cancel", owner, jobId=job)
    second = await call(world, "generation.initiate", owner, courseId=str(course))
    await call(world, "jobs.cancel", owner, jobId=job)
    assert await job_status(world, second.job_id) == "waiting"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
async def test_an_admin_of_the_organization_and_a_superadmin_may_cancel(world: World, role: Role) -> None:
    owner, _, job = await started(world)
    organization = owner.claims.organization_id if role is Role.ADMIN else None
    answer = await call(world, "jobs.cancel", await world.user(organization, role), jobId=job)
    assert answer.success
    assert await job_status(world, job) == "cancelled"


async def test_a_colleague_may_not_cancel(world: World) -> None:
    owner, _, job = await started(world)
    colleague = await world.user(owner.claims.organization_id)
    with pytest.raises(JobNotYours, match=r"^You do not have access to this job$") as refused:
        await call(world, "jobs.cancel", colleague, jobId=job)
    assert refused.value.code.http_status == 403
    assert await job_status(world, job) == "waiting"


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
async def test_a_job_of_another_organization_answers_as_a_missing_one(world: World, role: Role) -> None:
    _, _, job = await started(world)
    stranger = await world.user(role=role)
    for hidden in (job, "course-gen-none"):
        with pytest.raises(JobNotFound) as refused:
            await call(world, "jobs.cancel", stranger, jobId=hidden)
        assert refused.value.message == f"Job {hidden} not found"
        assert refused.value.code.http_status == 404
    assert await job_status(world, job) == "waiting"


async def test_students_and_nobodies_may_not_cancel(world: World) -> None:
    owner, _, job = await started(world)
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    with pytest.raises(Forbidden):
        await call(world, "jobs.cancel", student, jobId=job)
    with pytest.raises(Unauthorized):
        await call(world, "jobs.cancel", None, jobId=job)


@pytest.mark.parametrize("state", ["completed", "failed"])
async def test_a_finished_job_is_told_with_what_became_of_it(world: World, state: str) -> None:
    owner, course, job = await started(world)
    await world.sql.execute("update job_status set status = $1 where job_id = $2", state, job)
    with pytest.raises(JobFinished) as refused:
        await call(world, "jobs.cancel", owner, jobId=job)
    assert refused.value.message == f"Cannot cancel job {job} because it is already {state}"
    assert refused.value.code.http_status == 400
    assert refused.value.details == {"job_id": job, "status": state}
    run = "select state from generation_runs where course_id = $1"
    assert await world.sql.fetchval(run, course) == "queued"


async def test_a_colleague_is_not_told_whether_a_job_has_finished(world: World) -> None:
    owner, _, job = await started(world)
    await world.sql.execute("update job_status set status = 'completed' where job_id = $1", job)
    with pytest.raises(JobNotYours):
        await call(world, "jobs.cancel", await world.user(owner.claims.organization_id), jobId=job)
