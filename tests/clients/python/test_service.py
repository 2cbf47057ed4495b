"""The generated client against the service itself: a real database, Redis, API process and worker process."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from coursegen_client import AsyncClient, Client, errors
from coursegen_client.types import GenerationState

from app.auth.claims import Role
from tests.clients.python.conftest import url_of
from tests.clients.python.cutting import cutting_proxy
from tests.procedures.generation.progressing import EVENTS, advance
from tests.wire.served import Served
from tests.world import token_of


async def client_of(served: Served, role: Role = Role.INSTRUCTOR, tier: str = "standard") -> AsyncClient:
    """The client of a new user."""
    return AsyncClient(url_of(served), token=token_of(await served.user(role, tier)))


async def test_a_course_is_made_from_a_document(working: Served, data: Path) -> None:
    async with await client_of(working) as client:
        course = await client.courses.create(title="Хлеб на закваске", language="ru", difficulty="beginner")
        told: list[tuple[int, int]] = []
        document = data / "hleb-na-zakvaske.pdf"
        await client.generation.upload(
            document, course_id=course.id, on_progress=lambda sent, total: told.append((sent, total))
        )
        assert told[-1] == (document.stat().st_size, document.stat().st_size)
        initiated = await client.generation.initiate(course_id=course.id)
        assert initiated.course_id == course.id
        states = [state async for state in client.generation.watch(course_id=course.id)]
        content = await client.courses.get_content(course_id=course.id)
        jobs = await client.jobs.list(course_id=course.id)
    assert states[-1].status == "completed"
    assert states[-1].progress is not None
    assert states[-1].progress.percentage == 100
    assert all(lesson.text for section in content.sections for lesson in section.lessons)
    assert initiated.job_id in {job.job_id for job in jobs.items}


async def test_the_same_by_the_synchronous_client(working: Served) -> None:
    token = token_of(await working.user())

    def main_job() -> tuple[str | None, int]:
        with Client(url_of(working), token=token) as client:
            course = client.courses.create(title="Основы компостирования")
            client.generation.initiate(course_id=course.id)
            last = [state.status for state in client.generation.watch(course_id=course.id)][-1]
            return last, len(client.courses.get_content(course_id=course.id).sections)

    status, sections = await asyncio.to_thread(main_job)
    assert status == "completed"
    assert sections > 0


async def test_a_watch_survives_a_cut_connection(served: Served) -> None:
    owner = await served.user()
    async with cutting_proxy(served.port) as proxy, AsyncClient(proxy.url, token=token_of(owner)) as client:
        course = await client.courses.create(title="Компост")
        await client.generation.initiate(course_id=course.id)
        states: list[GenerationState] = []
        events = iter(EVENTS)
        async for state in client.generation.watch(course_id=course.id):
            states.append(state)
            if len(states) in (2, 4):
                proxy.cut()
            if (event := next(events, None)) is not None:
                await advance(served.world, course.id, *event)
    assert states[-1].status == "completed"
    assert states[-1].progress is not None
    assert states[-1].progress.message == EVENTS[-1][2]
    assert proxy.connections >= 3


async def test_a_start_whose_answer_got_lost_is_not_made_twice(served: Served) -> None:
    owner = await served.user()
    async with AsyncClient(url_of(served), token=token_of(owner)) as client:
        course = await client.courses.create(title="Компост")
        first = await client.generation.initiate(course_id=course.id, idempotency_key="one start")
        again = await client.generation.initiate(course_id=course.id, idempotency_key="one start")
        assert first.job_id == again.job_id
        with pytest.raises(errors.AlreadyRunning) as caught:
            await client.generation.initiate(course_id=course.id)
    assert caught.value.job_id == first.job_id


async def test_limits_are_told_with_numbers_and_without_waiting(served: Served) -> None:
    async with await client_of(served, tier="free") as client:
        first, second = [await client.courses.create(title=title) for title in ("Первый", "Второй")]
        await client.generation.initiate(course_id=first.id)
        async with asyncio.timeout(5):
            with pytest.raises(errors.UserLimitReached) as caught:
                await client.generation.initiate(course_id=second.id)
    assert (caught.value.tier, caught.value.user_limit, caught.value.current_user_jobs) == ("FREE", 1, 1)
    assert caught.value.retry_after == 30


async def test_a_token_is_changed_over_the_same_connections(served: Served) -> None:
    teacher, student = await served.user(), await served.user(Role.STUDENT)
    async with AsyncClient(url_of(served), token=token_of(teacher)) as client:
        course = await client.courses.create(title="Мой")
        other = client.with_token(token_of(student))
        with pytest.raises(errors.CourseNotFound):
            await other.courses.get(course_id=course.id)
        with pytest.raises(errors.Unauthorized):
            await client.with_token(None).courses.list()
        assert (await client.courses.get(course_id=course.id)).user_id == teacher.user_id


async def test_pages_follow_each_other(served: Served) -> None:
    async with await client_of(served) as client:
        made = {(await client.courses.create(title=f"Курс {number}")).id for number in range(5)}
        found: list[UUID] = []
        page = await client.courses.list(limit=2)
        while True:
            found += [course.id for course in page.items]
            if page.next_cursor is None:
                break
            page = await client.courses.list(limit=2, cursor=page.next_cursor)
    assert set(found) == made
    assert len(found) == 5


async def test_what_is_wrong_with_an_input_is_told(served: Served) -> None:
    async with await client_of(served) as client:
        with pytest.raises(errors.InvalidInput) as caught:
            await client.courses.create(title="")
        with pytest.raises(errors.CourseNotFound):
            async for _ in client.generation.watch(course_id=uuid4()):
                pass
    assert caught.value.issues[0].path == "$.title"
    assert caught.value.request_id


async def test_a_client_without_a_token_reaches_what_is_public(served: Served) -> None:
    async with AsyncClient(url_of(served)) as client:
        assert (await client.system.ping()).version
