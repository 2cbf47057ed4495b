"""generation.watch: a snapshot, every change, the end; also when the database's connection is lost meanwhile."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID, uuid4

import msgspec
import pytest

from app.auth.claims import Role
from app.auth.errors import Unauthorized
from app.context import SignedIn
from procedures._errors import CourseNotFound
from procedures.generation._view import GenerationState
from procedures.generation.cancel import CancelGenerationInput, cancel
from procedures.generation.get_status import GenerationStatusInput, get_status
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from procedures.generation.watch import WatchGenerationInput, watch
from tests.procedures.eventually import eventually
from tests.procedures.generation.progressing import EVENTS, advance, complete, running
from tests.procedures.generation.uploading import document
from tests.world import World

LISTENERS = (
    "select {} from pg_stat_activity where datname = current_database() and usename = 'coursegen_api'"
    " and application_name = ''"
)


@pytest.fixture(scope="module", autouse=True)
async def _listening(world: World) -> None:
    """The API's listener, connected."""
    world.resources.progress.start()
    await _until_listening(world)


async def _until_listening(world: World) -> None:
    async def listens() -> bool:
        return bool(await world.sql.fetchval(LISTENERS.format("count(*)") + " and query ilike 'listen%'"))

    await eventually(listens)


def watching(caller: SignedIn, course: UUID) -> "aclosing[AsyncGenerator[GenerationState, None]]":
    """The stream of a watcher, closed at the end of the block."""
    return aclosing(watch(caller, WatchGenerationInput(course_id=course)))


async def state(stream: AsyncGenerator[GenerationState, None]) -> GenerationState:
    """The next state, which must come within seconds."""
    async with asyncio.timeout(10):
        return await anext(stream)


async def rest(stream: AsyncGenerator[GenerationState, None]) -> list[GenerationState]:
    """All further states to the end of the stream."""
    async with asyncio.timeout(10):
        return [each async for each in stream]


async def test_a_watcher_sees_the_snapshot_every_change_and_the_end(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        assert await state(stream) == await get_status(owner, GenerationStatusInput(course_id=course))
        for step, status, message in EVENTS:
            await advance(world, course, step, status, message)
            seen = await state(stream)
            assert seen.progress
            assert (seen.progress.steps[step - 1].status, seen.progress.message) == (status, message)
            assert seen.progress.percentage == 20 * step - (10 if status == "in_progress" else 0)
            assert seen == await get_status(owner, GenerationStatusInput(course_id=course))
        last = await get_status(owner, GenerationStatusInput(course_id=course))
        assert last.status == "completed"
        assert last.completed_at
        assert await rest(stream) == []


async def test_a_watcher_sees_what_becomes_of_each_file(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    uploaded = await upload_file(owner, document(course))
    await initiate(owner, InitiateInput(course_id=course))
    await world.sql.execute("update generation_runs set epoch = 1 where course_id = $1", course)
    tell = "select app.file_progress(run_id, 1, $2, $3, $4) from courses where id = $1"
    async with watching(owner, course) as stream:
        await state(stream)
        for status, pages in (("processing", None), ("completed", 20)):
            assert await world.sql.fetchval(tell, course, uploaded.file_id, status, pages)
            seen = await state(stream)
            assert seen.progress
            assert [(file.status, file.pages) for file in seen.progress.files] == [(status, pages)]
            assert seen == await get_status(owner, GenerationStatusInput(course_id=course))


async def test_the_last_state_is_what_get_status_says(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        await complete(world, course)
        assert (await rest(stream))[-1] == await get_status(owner, GenerationStatusInput(course_id=course))


async def test_news_from_before_the_snapshot_do_not_turn_the_progress_back(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        first = await state(stream)
        await world.sql.execute(
            "select pg_notify('coursegen_progress', jsonb_build_object('course_id', id, 'run_id', run_id,"
            " 'generation_status', 'pending', 'updated_at', last_progress_update,"
            " 'progress', generation_progress || '{\"percentage\": 0}')::text) from courses where id = $1",
            course,
        )
        await advance(world, course, *EVENTS[0])
        assert first.progress
        seen = (await state(stream)).progress
        assert seen
        assert (first.progress.percentage, seen.percentage) == (20, 30)


async def test_lessons_are_counted_live(world: World) -> None:
    owner, course = await running(world)
    for event in EVENTS[:4]:
        await advance(world, course, *event)
    async with watching(owner, course) as stream:
        await state(stream)
        for done in range(1, 4):
            await advance(world, course, *EVENTS[4], lessons_completed=done, lessons_total=3)
            seen = (await state(stream)).progress
            assert seen
            assert (seen.lessons_completed, seen.lessons_total) == (done, 3)


async def test_a_failure_ends_the_stream_with_its_error(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        await advance(world, course, 2, "failed", "Ошибка при анализе задачи", "no luck")
        (last,) = await rest(stream)
        assert last.progress
        assert (last.status, last.error, last.progress.message) == ("failed", "no luck", "Ошибка при анализе задачи")


async def test_cancelling_ends_the_stream(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        await cancel(owner, CancelGenerationInput(course_id=course))
        (last,) = await rest(stream)
        assert last.progress
        assert (last.status, last.progress.message) == ("cancelled", "Отменено пользователем")


async def test_a_course_that_was_never_generated_is_a_snapshot_and_the_end(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    async with watching(owner, course) as stream:
        assert await rest(stream) == [GenerationState(course_id=course)]


async def test_two_watchers_see_the_same(world: World) -> None:
    owner, course = await running(world)
    colleague = await world.user(owner.claims.organization_id)
    async with watching(owner, course) as one, watching(colleague, course) as other:
        assert await state(one) == await state(other)
        for event in EVENTS:
            await advance(world, course, *event)
            assert await state(one) == await state(other)
        assert await rest(one) == await rest(other) == []


async def test_a_watcher_is_not_told_of_other_courses(world: World) -> None:
    (owner, course), (_, other) = await running(world), await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        await complete(world, other)
        await cancel(owner, CancelGenerationInput(course_id=course))
        assert [each.status for each in await rest(stream)] == ["cancelled"]


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN, Role.STUDENT])
async def test_a_watcher_of_another_organization_is_refused_as_for_a_missing_course(world: World, role: Role) -> None:
    _, course = await running(world)
    stranger = await world.user(role=role)
    for hidden in (course, uuid4()):
        async with watching(stranger, hidden) as stream:
            with pytest.raises(CourseNotFound, match=r"^Course not found$"):
                await anext(stream)


async def test_a_watcher_sees_the_end_though_the_listening_connection_was_killed(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        assert await world.sql.fetchval(LISTENERS.format("pg_terminate_backend(pid)"))
        await complete(world, course)
        last = (await rest(stream))[-1]
        assert last.status == "completed"
    await _until_listening(world)


async def test_a_change_too_long_to_be_pushed_is_read(world: World) -> None:
    owner, course = await running(world)
    reason = "слишком долго " * 1000
    async with watching(owner, course) as stream:
        await state(stream)
        await advance(world, course, *EVENTS[0], error=reason)
        seen = await state(stream)
        assert seen.progress
        assert seen.progress.steps[1].error == reason


async def test_a_watcher_who_reads_too_slowly_still_sees_the_end(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        for number in range(150):
            await advance(world, course, *EVENTS[0], lessons_total=number)
        await complete(world, course)
        assert (await rest(stream))[-1].status == "completed"


async def test_the_end_of_the_token_ends_the_stream(world: World) -> None:
    owner, course = await running(world)
    claims = msgspec.structs.replace(owner.claims, expires_at=int(time.time()) + 1)
    async with watching(world.caller(claims), course) as stream:
        await state(stream)
        with pytest.raises(Unauthorized):
            await state(stream)


async def test_a_watcher_who_leaves_is_forgotten(world: World) -> None:
    owner, course = await running(world)
    async with watching(owner, course) as stream:
        await state(stream)
        assert course in world.resources.progress._watchers
    assert course not in world.resources.progress._watchers
