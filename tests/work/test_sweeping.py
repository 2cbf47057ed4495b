"""However many sweep and however the first worker comes back, a job that lost its worker is done by one other."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.work.queue import FencedQueue
from tests.work.harness import attempts, child_worker, connected, enqueue, eventually, status

SWEEPERS = 4


@pytest.fixture
async def db(own_database: Any) -> AsyncGenerator[Any, None]:
    async with connected(own_database.superuser) as connection:
        await connection.execute("create table effects (key text primary key, attempt int not null)")
        yield connection


async def sweep_for_ever(dsn: str) -> None:
    """SAQ's own entry to the sweep, as fast as it goes."""
    queue = FencedQueue(dsn)
    await queue.connect()
    try:
        while True:
            await queue.sweep()
    finally:
        await queue.disconnect()


async def test_a_frozen_workers_job_is_done_once_by_another_while_many_sweep(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "holds", heartbeat=0.6, attempts=5)
    logins = own_database.worker, own_database.superuser
    async with child_worker(*logins, grace=0.1) as frozen, AsyncExitStack() as others:
        assert await frozen.says() == "started 1"
        frozen.process.send_signal(signal.SIGSTOP)
        workers = [await others.enter_async_context(child_worker(*logins)) for _ in range(2)]
        sweepers = [asyncio.create_task(sweep_for_ever(own_database.worker)) for _ in range(SWEEPERS)]
        await eventually(lambda: done(db, key), 30)
        frozen.let_go()
        frozen.process.send_signal(signal.SIGCONT)
        for worker in (frozen, *workers):
            worker.process.terminate()
        told = [line for worker in (frozen, *workers) for line in await worker.says_at_last()]
        for sweeper in sweepers:
            sweeper.cancel()
        await asyncio.wait(sweepers)
    assert sorted(line for line in told if line.startswith(("started", "INSERT 0 1"))) == ["INSERT 0 1", "started 2"]
    assert (await status(db, key), await attempts(db, key)) == ("complete", 2)
    assert await db.fetch("select key, attempt from effects") == [(key, 2)]


async def done(db: Any, key: str) -> bool:
    return await status(db, key) == "complete"
