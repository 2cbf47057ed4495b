"""Calls of the product, each with what must be there for it, made anew for every wire: some calls change things."""

import msgspec

from app.auth.claims import Role
from procedures.generation.initiate import InitiateInput, initiate
from tests.procedures.generation.progressing import complete, running
from tests.wire.conformance import Call
from tests.wire.inputs import VALID
from tests.wire.served import Served
from tests.wire.staging import Scene, job_of, mutation, owner_of, query
from tests.wire.upload_scenes import UPLOAD_SCENES


async def a_ping(_served: Served) -> Call:
    return query("system.ping")


async def a_course_is_created(served: Served) -> Call:
    return mutation("courses.create", VALID["courses.create"], await served.user())


async def a_student_creates_none(served: Served) -> Call:
    return mutation("courses.create", VALID["courses.create"], await served.user(Role.STUDENT), "Forbidden")


async def a_course_without_a_title(served: Served) -> Call:
    return mutation("courses.create", {"title": " "}, await served.user(), "InvalidInput")


async def a_token_that_is_none(_served: Served) -> Call:
    return msgspec.structs.replace(query("courses.list", fails="Unauthorized"), token="a.b.c")


async def no_token(_served: Served) -> Call:
    return query("courses.list", fails="Unauthorized")


async def a_cursor_that_is_none(served: Served) -> Call:
    return query("courses.list", {"cursor": "x"}, await served.user(), "InvalidInput")


async def courses_are_listed(served: Served) -> Call:
    owner, _ = await owner_of(served)
    return query("courses.list", {"limit": 1}, owner)


async def a_course_is_read(served: Served) -> Call:
    owner, course = await owner_of(served)
    return query("courses.get", {"courseId": course}, owner)


async def a_course_of_strangers(served: Served) -> Call:
    _, course = await owner_of(served)
    return query("courses.get", {"courseId": course}, await served.user(), "CourseNotFound")


async def a_content_that_is_empty(served: Served) -> Call:
    owner, course = await owner_of(served)
    return query("courses.getContent", {"courseId": course}, owner)


async def a_content_of_nothing(served: Served) -> Call:
    return query("courses.getContent", VALID["courses.getContent"], await served.user(), "CourseNotFound")


async def a_run_is_started(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.initiate", {"courseId": course}, owner)


async def a_run_is_under_way(served: Served) -> Call:
    owner, course = await running(served.world)
    return mutation("generation.initiate", {"courseId": course}, owner, "AlreadyRunning")


async def a_run_over_the_limit(served: Served) -> Call:
    owner, first = await owner_of(served, "free")
    await initiate(owner, InitiateInput(course_id=first))
    second = await served.world.course(owner)
    return mutation("generation.initiate", {"courseId": second}, owner, "UserLimitReached")


async def a_run_of_a_colleagues_course(served: Served) -> Call:
    owner, course = await owner_of(served)
    colleague = await served.world.user(owner.claims.organization_id)
    return mutation("generation.initiate", {"courseId": course}, colleague, "NotYours")


async def a_webhook_that_is_no_address(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = {"courseId": course, "webhookUrl": "ftp://lms.example.org/"}
    return mutation("generation.initiate", given, owner, "InvalidInput")


async def a_webhook_to_a_private_address(served: Served) -> Call:
    owner, course = await owner_of(served)
    given = {"courseId": course, "webhookUrl": "https://192.168.1.1/"}
    return mutation("generation.initiate", given, owner, "WebhookRefused")


async def a_status(served: Served) -> Call:
    owner, course = await running(served.world)
    return query("generation.getStatus", {"courseId": course}, owner)


async def a_status_of_nothing(served: Served) -> Call:
    return query("generation.getStatus", VALID["generation.getStatus"], await served.user(), "CourseNotFound")


async def a_run_is_cancelled(served: Served) -> Call:
    owner, course = await running(served.world)
    return mutation("generation.cancel", {"courseId": course}, owner)


async def no_run_is_cancelled(served: Served) -> Call:
    owner, course = await owner_of(served)
    return mutation("generation.cancel", {"courseId": course}, owner, "NotRunning")


async def a_job_is_read(served: Served) -> Call:
    owner, course = await running(served.world)
    return query("jobs.getStatus", {"jobId": await job_of(served, course)}, owner)


async def a_job_that_is_not_there(served: Served) -> Call:
    return query("jobs.getStatus", {"jobId": "course-gen-none"}, await served.user(), "JobNotFound")


async def jobs_are_listed(served: Served) -> Call:
    owner, course = await running(served.world)
    return query("jobs.list", {"courseId": course}, owner)


async def jobs_of_a_state_that_is_none(served: Served) -> Call:
    return query("jobs.list", {"status": "lost"}, await served.user(), "InvalidInput")


async def a_job_is_cancelled(served: Served) -> Call:
    owner, course = await running(served.world)
    return mutation("jobs.cancel", {"jobId": await job_of(served, course)}, owner)


async def a_job_that_is_finished(served: Served) -> Call:
    owner, course = await running(served.world)
    job = await job_of(served, course)
    await complete(served.world, course)
    await served.world.sql.execute("update job_status set status = 'completed' where job_id = $1", job)
    return mutation("jobs.cancel", {"jobId": job}, owner, "JobFinished")


SCENES: tuple[Scene, ...] = (
    a_ping,
    a_course_is_created,
    a_student_creates_none,
    a_course_without_a_title,
    a_token_that_is_none,
    no_token,
    a_cursor_that_is_none,
    courses_are_listed,
    a_course_is_read,
    a_course_of_strangers,
    a_content_that_is_empty,
    a_content_of_nothing,
    a_run_is_started,
    a_run_is_under_way,
    a_run_over_the_limit,
    a_run_of_a_colleagues_course,
    a_webhook_that_is_no_address,
    a_webhook_to_a_private_address,
    a_status,
    a_status_of_nothing,
    a_run_is_cancelled,
    no_run_is_cancelled,
    *UPLOAD_SCENES,
    a_job_is_read,
    a_job_that_is_not_there,
    jobs_are_listed,
    jobs_of_a_state_that_is_none,
    a_job_is_cancelled,
    a_job_that_is_finished,
)
