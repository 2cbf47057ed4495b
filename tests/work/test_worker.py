"""What a worker promises: heartbeats, limits, cancelling, draining, and one effect of a job however often it starts."""

import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from app.work.queue import FencedQueue
from tests.work.harness import (
    RecordingHooks,
    attempts,
    child_worker,
    connected,
    enqueue,
    eventually,
    status,
    working,
)


@pytest.fixture
async def db(own_database: Any) -> AsyncGenerator[Any, None]:
    async with connected(own_database.superuser) as connection:
        await connection.execute("create table effects (key text primary key, attempt int not null)")
        yield connection


@pytest.fixture
async def queue(own_database: Any) -> AsyncGenerator[FencedQueue, None]:
    """The sweeper's and the canceller's queue: no worker belongs to it."""
    opened = FencedQueue(own_database.worker)
    await opened.connect()
    yield opened
    await opened.disconnect()


async def ends(db: Any, key: str, as_: str, within: float = 10.0) -> float:
    async def ended() -> bool:
        return await status(db, key) == as_

    return await eventually(ended, within)


async def test_a_job_starts_soon_after_its_transaction_commits(own_database: Any, db: Any) -> None:
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        first = await enqueue(db)
        assert (await hooks.started.get())[0] == first
        waits: list[float] = []
        for _ in range(5):
            async with db.transaction():
                key = await enqueue(db)
            waits.append(await ends(db, key, "complete"))
        assert sorted(waits)[2] < 0.3


async def test_one_worker_runs_forty_mixed_jobs_by_tier_and_in_order(own_database: Any, db: Any) -> None:
    put = [(priority, await enqueue(db, priority=priority)) for priority in [99, 90, 95, 98] * 10]
    expected = [key for _, key in sorted(put, key=lambda one: one[0])]
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks, concurrency=1):
        assert [(await hooks.started.get())[0] for _ in put] == expected


async def test_a_failed_attempt_is_reported_and_retried_until_the_last(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "fails", attempts=2)
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await ends(db, key, "failed")
    assert [hooks.started.get_nowait() for _ in range(2)] == [(key, 1, False), (key, 2, True)]
    assert [(str(error), again, timed_out) for _, error, again, timed_out in hooks.failures] == [
        ("no \0 luck", True, False),
        ("no \0 luck", False, False),
    ]
    assert (
        await db.fetchval("select convert_from(job, 'UTF8')::jsonb ->> 'error' from saq_jobs") == "ValueError: no  luck"
    )


async def test_a_job_that_outlives_its_limit_is_cancelled_and_counted_as_timed_out(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "waits", timeout=0.1, attempts=1)
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await ends(db, key, "failed")
    assert hooks.cancelled.get_nowait() == key
    assert [(type(error).__name__, again, late) for _, error, again, late in hooks.failures] == [
        ("JobTimedOut", False, True)
    ]


async def test_a_job_that_does_not_stop_is_left_behind(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "stubborn", timeout=0.1, attempts=1)
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks, concurrency=1):
        await ends(db, key, "failed")
        next_one = await enqueue(db)
        await ends(db, next_one, "complete")
        hooks.let_go.set()
    assert [(type(error).__name__, late) for _, error, _, late in hooks.failures] == [("JobTimedOut", True)]


async def test_a_bug_in_a_hook_leaves_the_job_to_the_sweep_and_the_worker_working(own_database: Any, db: Any) -> None:
    class Broken(RecordingHooks):
        async def failed(self, job_key: str, *_event: Any) -> None:
            raise ZeroDivisionError(job_key)

    key = await enqueue(db, "fails")
    async with working(own_database.worker, Broken(), concurrency=1):
        await ends(db, await enqueue(db), "complete")
    assert await status(db, key) == "active"


async def test_the_heartbeat_keeps_a_long_job_from_the_sweep(own_database: Any, db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, "waits", heartbeat=0.6)
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await hooks.started.get()
        begun = await touched(db, key)

        async def outlived() -> bool:
            assert await queue.sweep_stuck() == []
            return await touched(db, key) > begun + 1200

        await eventually(outlived)
        hooks.let_go.set()
        await ends(db, key, "complete")
    assert await attempts(db, key) == 1


async def touched(db: Any, key: str) -> int:
    query = "select (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint from saq_jobs where key = $1"
    return int(await db.fetchval(query, key))


async def test_a_job_whose_other_lease_is_lost_is_cancelled_and_left_to_the_sweep(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "waits", heartbeat=0.3)
    hooks = RecordingHooks()
    hooks.holds = False
    async with working(own_database.worker, hooks):
        assert await hooks.cancelled.get() == key
    assert await status(db, key) == "active"
    assert hooks.failures == []


async def test_a_running_job_is_cancelled_within_two_seconds(own_database: Any, db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, "waits")
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await hooks.started.get()
        await queue.abort_job(key)
        await ends(db, key, "aborted", within=2)
        assert hooks.cancelled.get_nowait() == key
    assert hooks.failures == []


async def test_a_cancel_whose_notification_was_lost_is_noticed_within_two_seconds(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "waits")
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await hooks.started.get()
        await db.execute("update saq_jobs set status = 'aborting' where key = $1", key)
        await ends(db, key, "aborted", within=2)


async def test_a_job_taken_away_is_cancelled_at_its_old_worker(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "waits")
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await hooks.started.get()
        await db.execute("update saq_jobs set lease = gen_random_uuid() where key = $1", key)
        assert await hooks.cancelled.get() == key
    assert hooks.failures == []
    assert await status(db, key) == "active"


async def test_jobs_still_start_at_once_after_every_connection_was_killed(own_database: Any, db: Any) -> None:
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks, concurrency=1):
        await eventually(lambda: db.fetchval(LISTENER))
        killed = await db.fetchval(LISTENER)
        await db.execute(KILL)

        async def replaced() -> bool:
            return await db.fetchval(LISTENER) not in (None, killed)

        await eventually(replaced)
        waits = [await ends(db, await enqueue(db), "complete") for _ in range(5)]
    assert sorted(waits)[2] < 0.3


KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'coursegen-worker' and datname = current_database()
"""
LISTENER = """
select max(pid) from pg_stat_activity
where application_name = 'coursegen-worker' and query like 'listen%' and datname = current_database()
"""


async def test_a_worker_killed_mid_job_costs_an_attempt_and_no_effect(
    own_database: Any, db: Any, queue: FencedQueue
) -> None:
    key = await enqueue(db, "holds", heartbeat=0.6)
    async with child_worker(own_database.worker, own_database.superuser) as child:
        assert await child.says() == "started 1"
        async with child_worker(own_database.worker, own_database.superuser):
            child.process.kill()
            await eventually(queue.sweep_stuck)
            await ends(db, key, "complete")
    assert await db.fetch("select key, attempt from effects") == [(key, 2)]


async def test_a_frozen_worker_that_wakes_writes_nothing(own_database: Any, db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, "holds", heartbeat=0.6)
    async with child_worker(own_database.worker, own_database.superuser, grace=0.1) as frozen:
        assert await frozen.says() == "started 1"
        frozen.process.send_signal(signal.SIGSTOP)
        await eventually(queue.sweep_stuck)
        async with child_worker(own_database.worker, own_database.superuser):
            await ends(db, key, "complete")
        done = await db.fetchrow("select * from saq_jobs")
        frozen.let_go()
        frozen.process.send_signal(signal.SIGCONT)
        frozen.process.terminate()
        assert "INSERT 0 1" not in await frozen.says_at_last()
        assert await frozen.exit_code() == 0
    assert await db.fetchrow("select * from saq_jobs") == done
    assert await db.fetch("select key, attempt from effects") == [(key, 2)]


@pytest.mark.fault("worker: event loop blocked")
async def test_a_blocked_event_loop_does_not_make_a_job_count_twice(
    own_database: Any, db: Any, queue: FencedQueue
) -> None:
    key = await enqueue(db, "blocks", heartbeat=0.6, kwargs={"seconds": 3})
    async with child_worker(own_database.worker, own_database.superuser) as blocked:
        assert await blocked.says() == "started 1"
        await eventually(queue.sweep_stuck)
        async with child_worker(own_database.worker, own_database.superuser):
            await ends(db, key, "complete")
        blocked.process.terminate()
        assert "INSERT 0 1" not in await blocked.says_at_last()
    assert await db.fetch("select key, attempt from effects") == [(key, 2)]
    assert (await status(db, key), await attempts(db, key)) == ("complete", 2)


async def test_a_stopping_worker_finishes_its_job_and_takes_no_other(own_database: Any, db: Any) -> None:
    running = await enqueue(db, "holds")
    async with child_worker(own_database.worker, own_database.superuser) as child:
        assert await child.says() == "started 1"
        waiting = await enqueue(db, "quick")
        child.process.terminate()
        child.let_go()
        assert await child.says_at_last() == ["INSERT 0 1", "stopped"]
        assert await child.exit_code() == 0
    assert [await status(db, running), await status(db, waiting)] == ["complete", "queued"]


async def test_an_idle_worker_stops_at_once(own_database: Any) -> None:
    async with child_worker(own_database.worker, own_database.superuser) as child:
        child.process.terminate()
        assert await child.exit_code(within=5) == 0


async def test_a_stopping_worker_gives_back_what_does_not_end_in_time(own_database: Any, db: Any) -> None:
    hooks = RecordingHooks()
    key = await enqueue(db, "waits")
    async with working(own_database.worker, hooks, grace=0.1):
        await hooks.started.get()
    assert hooks.cancelled.get_nowait() == key
    assert hooks.failures == []
    assert (await status(db, key), await attempts(db, key)) == ("queued", 0)


async def test_a_worker_shows_that_it_lives(own_database: Any, queue: FencedQueue) -> None:
    async with working(own_database.worker, RecordingHooks()) as worker:

        async def seen() -> bool:
            return worker.id in (await queue.info())["workers"]

        await eventually(seen)


async def test_work_that_was_done_while_the_database_was_away_is_not_lost(own_database: Any, db: Any) -> None:
    key = await enqueue(db, "waits")
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        await hooks.started.get()
        async with shut_out(db):
            hooks.let_go.set()
            with pytest.raises(asyncpg.PostgresError):
                await asyncpg.connect(own_database.worker)
        await ends(db, key, "complete")
    assert await attempts(db, key) == 1


async def test_a_worker_goes_on_when_the_database_is_back(own_database: Any, db: Any) -> None:
    hooks = RecordingHooks()
    async with working(own_database.worker, hooks):
        async with shut_out(db):
            key = await enqueue(db)
        await ends(db, key, "complete")


@asynccontextmanager
async def shut_out(db: Any) -> AsyncGenerator[None, None]:
    """The worker's login may not connect to this database for a while; what it had open is gone."""
    name = await db.fetchval("select quote_ident(current_database())")
    await db.execute(f"revoke connect on database {name} from public, coursegen_worker")
    await db.execute(KILL)
    yield
    await db.execute(f"grant connect on database {name} to public")
