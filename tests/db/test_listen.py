"""The progress listener goes on for as long as the process does."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.db.listen import Inbox, ProgressEvent, ProgressListener
from app.dev import Database

KEEP_ALIVE_SECONDS = 0.05
SEVERAL_TIMES = timedelta(seconds=4 * KEEP_ALIVE_SECONDS)
OURS = "from pg_stat_activity where datname = current_database() and usename = 'coursegen_api'"
QUIET_SECONDS = 0.3
KEPT_ALIVE = "select count(*) from pg_stat_activity where pid = $1 and query_start > $2"


@pytest.fixture
async def superuser(database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.superuser)
    yield connection
    await connection.close()


@pytest.fixture
async def listener(database: Database) -> AsyncIterator[ProgressListener]:
    listener = ProgressListener(database.api, 5.0, keep_alive=KEEP_ALIVE_SECONDS)
    listener.start()
    yield listener
    await listener.close()


async def received(listener: ProgressListener, superuser: "asyncpg.Connection[asyncpg.Record]") -> bool:
    """Whether a notification that is sent now arrives."""
    course = uuid4()
    with listener.watch(course) as events:
        event = asyncio.create_task(events.get())
        async with asyncio.timeout(10):
            while not event.done():
                await superuser.execute("select pg_notify('coursegen_progress', $1)", f'{{"course_id": "{course}"}}')
                await superuser.execute("select pg_sleep(0.01)")
        return event.result().course_id in (course, None)


async def test_it_still_listens_after_it_has_looked_whether_its_connection_lives(
    listener: ProgressListener, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    assert await received(listener, superuser)
    pid = await superuser.fetchval(f"select pid {OURS}")
    began = await superuser.fetchval("select clock_timestamp()")
    async with asyncio.timeout(10):
        while not await superuser.fetchval(KEPT_ALIVE, pid, began + SEVERAL_TIMES):
            assert await received(listener, superuser)


async def test_it_listens_again_after_its_connection_was_ended(
    listener: ProgressListener, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    assert await received(listener, superuser)
    await superuser.execute(f"select pg_terminate_backend(pid) {OURS}")
    assert await received(listener, superuser)


async def test_it_listens_again_over_a_new_connection_when_its_own_falls_silent(
    database: Database, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """The backend is frozen: nothing is refused or closed, and nothing answers."""
    frozen = ProgressListener(database.api, QUIET_SECONDS, keep_alive=KEEP_ALIVE_SECONDS)
    frozen.start()
    assert await received(frozen, superuser)
    pids = [row["pid"] for row in await superuser.fetch(f"select pid {OURS}")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert await received(frozen, superuser)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        await frozen.close()


def test_a_course_is_forgotten_with_the_last_of_its_watchers() -> None:
    course, watchers = uuid4(), dict[UUID, set[Inbox]]()
    with Inbox(watchers, course) as one:
        with Inbox(watchers, course) as other:
            assert watchers == {course: {one, other}}
        assert watchers == {course: {one}}
    assert watchers == {}


async def test_a_watcher_that_reads_too_slowly_is_told_to_read_it_all_itself() -> None:
    inbox = Inbox({}, uuid4())
    for _ in range(101):
        inbox.put(ProgressEvent(course_id=uuid4()))
    assert await inbox.get() == ProgressEvent(refetch=True)
    inbox.put(ProgressEvent(run_id=uuid4()))
    assert (await inbox.get()).run_id
