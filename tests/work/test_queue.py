"""What the queue promises beyond SAQ (reliability.md section 3), on a real PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib.metadata import version
from typing import Any

import pytest
from saq.job import Job, Status

from app.db.jobs import JobCall, encode_job
from app.work.queue import FencedQueue, LeasedJob, LostLease, QueueNotMigrated, retry_delay
from tests.work.harness import attempts, connected, enqueue, eventually, status

CALL = JobCall(name="stage", kwargs={"runId": "7", "text": "урок"}, timeout=180, attempts=3, backoff=1.5)


@pytest.fixture
async def db(own_database: Any) -> AsyncGenerator[Any, None]:
    async with connected(own_database.superuser) as connection:
        yield connection


@pytest.fixture
async def queue(own_database: Any) -> AsyncGenerator[FencedQueue, None]:
    opened = FencedQueue(own_database.worker)
    await opened.connect()
    yield opened
    await opened.disconnect()


async def taken(queue: FencedQueue) -> LeasedJob:
    job = await queue.take()
    assert job is not None
    return job


def writes(queue: FencedQueue, job: LeasedJob) -> dict[str, Callable[[], Awaitable[object]]]:
    """All that a worker may write of a job it holds."""
    return {
        "touch": lambda: queue.touch(job),
        "finish": lambda: queue.finish(job, Status.COMPLETE),
        "retry": lambda: queue.retry(job, "failed"),
        "give_back": lambda: queue.give_back(job),
    }


def test_the_overridden_library_is_the_one_these_tests_know() -> None:
    assert version("saq") == "0.26.4"


async def test_an_encoded_job_reads_as_the_job_that_saq_itself_would_store(queue: FencedQueue) -> None:
    encoded = encode_job(CALL, key="k", priority=90, heartbeat=30)
    numbers: dict[str, Any] = {"timeout": 180, "heartbeat": 30, "retries": 3, "ttl": 86_400, "retry_delay": 1.5}
    expected = Job("stage", kwargs=CALL.kwargs, queue=queue, key="k", priority=90, **numbers)
    read = queue.deserialize(encoded)
    assert read is not None
    assert read.to_dict() == expected.to_dict()


@pytest.mark.parametrize("text", ["\0", "a\\\0"])
def test_a_job_that_postgresql_cannot_hold_is_refused_before_it_is_stored(text: str) -> None:
    with pytest.raises(ValueError, match="U\\+0000"):
        encode_job(
            JobCall(name="n", kwargs={"t": text}, timeout=1, attempts=1, backoff=0), key="k", priority=1, heartbeat=1
        )


def test_a_text_that_only_spells_a_nul_is_no_nul() -> None:
    call = JobCall(name="n", kwargs={"t": "\\u0000"}, timeout=1, attempts=1, backoff=0)
    assert encode_job(call, key="k", priority=1, heartbeat=1)


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"attempts": 0}, {"heartbeat": 0}])
def test_a_job_whose_dead_worker_would_never_be_found_is_refused(wrong: dict[str, int]) -> None:
    numbers = {"timeout": 1, "attempts": 1, "heartbeat": 1} | wrong
    call = JobCall(name="n", kwargs={}, timeout=numbers["timeout"], attempts=numbers["attempts"], backoff=0)
    with pytest.raises(ValueError, match="positive"):
        encode_job(call, key="k", priority=1, heartbeat=numbers["heartbeat"])


async def test_jobs_come_by_priority_and_first_in_first_out_within_it(db: Any, queue: FencedQueue) -> None:
    draw = random.Random(40)  # noqa: S311  a repeatable mix, not a secret
    put = [(draw.choice([90, 95, 98, 99]), number) for number in range(40)]
    keys = {await enqueue(db, priority=priority): (priority, number) for priority, number in put}
    order = [keys[(await taken(queue)).key] for _ in put]
    assert order == sorted(put)
    assert await queue.take() is None


async def test_a_retried_job_is_next_in_its_tier_once_it_is_due(db: Any, queue: FencedQueue) -> None:
    first = await enqueue(db, backoff=1)
    second, third = await enqueue(db), await enqueue(db)
    await queue.retry(await taken(queue), "again")
    assert (await taken(queue)).key == second
    await eventually(
        lambda: db.fetchval("select scheduled <= extract(epoch from now()) from saq_jobs where key = $1", first)
    )
    assert (await taken(queue)).key == first
    assert (await taken(queue)).key == third


async def test_a_retry_waits_at_least_its_doubled_back_off(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, backoff=2)
    job = await taken(queue)
    before = await db.fetchval("select extract(epoch from now())")
    await queue.retry(job, "again")
    assert await db.fetchval("select scheduled from saq_jobs where key = $1", key) >= before + 2
    job.attempts = 3
    assert retry_delay(job) == 8


async def test_a_rolled_back_enqueue_leaves_nothing(db: Any, queue: FencedQueue) -> None:
    undone = db.transaction()
    await undone.start()
    key = await enqueue(db)
    await undone.rollback()
    assert await status(db, key) is None
    assert await queue.take() is None


async def test_the_attempt_is_counted_when_the_job_is_taken(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db)
    job = await taken(queue)
    assert (job.attempts, await attempts(db, key), await status(db, key)) == (1, 1, "active")


async def test_a_job_is_taken_by_one_of_many_at_once(db: Any, queue: FencedQueue) -> None:
    await enqueue(db)
    found = await asyncio.gather(*(queue.take() for _ in range(4)))
    assert len([job for job in found if job]) == 1


async def test_a_notification_makes_one_of_the_waiting_look(queue: FencedQueue) -> None:
    waiting = [asyncio.create_task(queue.dequeue(timeout=30)) for _ in range(3)]
    await asyncio.sleep(0)
    queue.wake_next()
    done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(left)) == (1, 2)
    queue.wake_all()
    assert await asyncio.gather(*waiting) == [None] * 3


async def test_who_finds_a_job_makes_another_look(db: Any, queue: FencedQueue) -> None:
    await enqueue(db)
    async with asyncio.timeout(5):
        found = await asyncio.gather(*(queue.dequeue(timeout=30) for _ in range(2)))
    assert len([job for job in found if job]) == 1


@pytest.mark.parametrize("act", ["touch", "finish", "retry", "give_back"])
async def test_an_older_lease_changes_nothing(db: Any, queue: FencedQueue, act: str) -> None:
    key = await enqueue(db, heartbeat=0.05)
    old = await taken(queue)
    await eventually(queue.sweep_stuck)
    new = await taken(queue)
    before = await db.fetchrow("select * from saq_jobs")
    with pytest.raises(LostLease):
        await writes(queue, old)[act]()
    assert await db.fetchrow("select * from saq_jobs") == before
    await queue.finish(new, Status.COMPLETE)
    assert await status(db, key) == "complete"


async def test_a_lease_ends_with_its_attempt(db: Any, queue: FencedQueue) -> None:
    await enqueue(db)
    job = await taken(queue)
    await queue.finish(job, Status.COMPLETE)
    with pytest.raises(LostLease):
        await queue.finish(job, Status.FAILED, error="late")


async def test_a_waiting_job_is_aborted_at_once(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db)
    assert await queue.abort_job(key) is Status.ABORTED
    assert await queue.take() is None
    assert await db.fetchval("select expire_at > extract(epoch from now()) from saq_jobs")


async def test_an_abort_never_brings_a_finished_job_back(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db)
    await queue.finish(await taken(queue), Status.COMPLETE)
    assert await queue.abort_job(key) is None
    assert await status(db, key) == "complete"


@pytest.mark.parametrize("act", ["finish", "retry", "give_back"])
async def test_an_attempt_that_ends_on_an_aborting_job_ends_it_as_aborted(
    db: Any, queue: FencedQueue, act: str
) -> None:
    key = await enqueue(db)
    job = await taken(queue)
    assert await queue.abort_job(key) is Status.ABORTING
    await writes(queue, job)[act]()
    assert await status(db, key) == "aborted"
    assert await queue.take() is None


async def test_abort_and_finish_at_the_same_moment_leave_one_end(db: Any, queue: FencedQueue) -> None:
    for _ in range(25):
        key = await enqueue(db)
        job = await taken(queue)
        aborted, _ = await asyncio.gather(queue.abort_job(key), queue.finish(job, Status.COMPLETE))
        end = await status(db, key)
        assert end == ("complete" if aborted is None else "aborted")
        assert await queue.abort_job(key) is None
        assert await status(db, key) == end


async def test_a_finished_key_is_not_accepted_again(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db)
    await queue.finish(await taken(queue), Status.COMPLETE)
    with pytest.raises(NotImplementedError):
        await queue.enqueue("quick", key=key)
    assert await status(db, key) == "complete"


async def test_a_job_that_kills_its_worker_each_time_runs_out_of_attempts(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, attempts=2, heartbeat=0.05)
    verdicts: list[tuple[str, str, int]] = []

    async def swept() -> bool:
        found = await queue.sweep_stuck()
        verdicts.extend((one.status, one.reason, one.attempt) for one in found)
        return bool(found)

    for _ in range(2):
        await taken(queue)
        await eventually(swept)
    assert verdicts == [("queued", "lost", 1), ("failed", "lost", 2)]
    assert await queue.take() is None
    assert [(one.key, one.attempts, one.error) for one in await queue.exhausted()] == [(key, 2, "lost")]


async def test_a_job_beyond_its_limit_is_swept_as_timed_out(db: Any, queue: FencedQueue) -> None:
    await enqueue(db, timeout=0.05, heartbeat=30)
    await taken(queue)
    assert await queue.sweep_stuck(grace=30) == []
    found = []

    async def swept() -> bool:
        found.extend(await queue.sweep_stuck(grace=0))
        return bool(found)

    await eventually(swept)
    assert (found[0].status, found[0].reason) == ("queued", "timeout")


async def test_a_stuck_job_that_was_being_aborted_ends_aborted(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, heartbeat=0.05)
    await taken(queue)
    await queue.abort_job(key)
    await eventually(queue.sweep_stuck)
    assert await status(db, key) == "aborted"


@pytest.mark.fault("two reapers")
async def test_two_sweepers_at_once_take_each_stuck_job_once(db: Any, queue: FencedQueue) -> None:
    keys = {await enqueue(db, heartbeat=0.05) for _ in range(10)}
    for _ in keys:
        await taken(queue)
    swept: list[str] = []

    async def all_swept() -> bool:
        for found in await asyncio.gather(*(queue.sweep_stuck() for _ in range(4))):
            swept.extend(one.key for one in found)
        return len(swept) >= len(keys)

    await eventually(all_swept)
    assert sorted(swept) == sorted(keys)


async def test_a_sweeper_does_not_wait_for_another(db: Any, queue: FencedQueue) -> None:
    await enqueue(db, heartbeat=0.05)
    await taken(queue)
    async with db.transaction():
        await db.fetchval("select pg_advisory_xact_lock(hashtext('coursegen queue sweep'), hashtext('coursegen'))")
        await eventually(lambda: db.fetchval(STALE))
        assert await queue.sweep_stuck() == []
    assert len(await queue.sweep_stuck()) == 1


STALE = """
select extract(epoch from clock_timestamp()) * 1000 > 60 + (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint
from saq_jobs
"""


async def test_a_heartbeat_keeps_a_job_from_the_sweep(db: Any, queue: FencedQueue) -> None:
    await enqueue(db, heartbeat=0.05)
    job = await taken(queue)
    await eventually(lambda: db.fetchval(STALE))
    assert await queue.touch(job) is Status.ACTIVE
    await db.execute("update saq_jobs set job = convert_to(replace(convert_from(job, 'UTF8'), '0.05', '30'), 'UTF8')")
    assert await queue.sweep_stuck() == []


async def test_exhausted_jobs_are_retried_from_there_alone(db: Any, queue: FencedQueue) -> None:
    key = await enqueue(db, attempts=1)
    assert not await queue.retry_exhausted(key)
    await queue.finish(await taken(queue), Status.FAILED, error="ValueError: no")
    assert [(one.key, one.name, one.error) for one in await queue.exhausted()] == [(key, "quick", "ValueError: no")]
    assert await queue.retry_exhausted(key)
    assert not await queue.retry_exhausted(key)
    again = await taken(queue)
    assert (again.attempts, again.error) == (1, None)
    await queue.finish(again, Status.COMPLETE)
    assert not await queue.retry_exhausted(key)


async def test_finished_rows_are_forgotten_after_their_time_and_failed_ones_stay(db: Any, queue: FencedQueue) -> None:
    done, failed, waiting = [await enqueue(db) for _ in range(3)]
    await queue.finish(await taken(queue), Status.COMPLETE)
    await queue.finish(await taken(queue), Status.FAILED, error="no")
    await db.execute("update saq_jobs set expire_at = 1 where expire_at is not null")
    await queue.sweep_stuck()
    assert [await status(db, key) for key in (done, failed, waiting)] == [None, "failed", "queued"]


async def test_workers_act_as_service_role(queue: FencedQueue) -> None:
    async with queue.pool.connection() as connection:
        row = await (await connection.execute("select current_user::text, session_user::text")).fetchone()
    assert row == ("service_role", "coursegen_worker")


@pytest.mark.parametrize(
    "broken", ["alter table saq_jobs drop column lease", "drop table saq_versions", "delete from saq_versions"]
)
async def test_a_database_that_is_not_migrated_is_named_as_such(own_database: Any, db: Any, broken: str) -> None:
    await db.execute(broken)
    with pytest.raises(QueueNotMigrated, match="coursegen migrate"):
        await FencedQueue(own_database.worker).connect()


async def test_a_login_without_service_role_is_refused_with_the_servers_reason(own_database: Any) -> None:
    with pytest.raises(Exception, match="service_role"):
        await FencedQueue(own_database.api).connect()
