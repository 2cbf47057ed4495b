"""An API process killed with SIGKILL at the crash points of starting and cancelling: each settles, with one effect."""

from uuid import UUID, uuid4

import pytest

from app.context import SignedIn
from app.leases import UserLimitReached
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.oracle import settles, violations
from tests.faults.processes import Program
from tests.work.failpoints import Failpoints
from tests.work.life import CHAIN, Life

SLACK = 2.0  # seconds, for a machine that does other things too
NOTHING_LISTENS = "redis://127.0.0.1:9/0"


def with_key(life: Life, owner: SignedIn, key: str) -> SignedIn:
    return life.caller(owner.claims, idempotency_key=key)


async def killed_before_commit(life: Life, program: Program, failpoints: Failpoints, owner: SignedIn, key: str) -> UUID:
    """A start whose process dies after it took its slot and before it commits; its course."""
    course = await life.course(owner)
    async with program.call("initiate", owner, course, key) as call, failpoints.gate("job_status"):
        assert await call.says() == "calling"
        await failpoints.someone_waits()
        assert (await life.slots.held()).total == 1
        await call.kill()
    return course


async def free_user(life: Life) -> SignedIn:
    """A user whose tier allows one run at once."""
    return await life.user(await life.organization("free"))


async def test_a_start_killed_before_its_commit_leaves_nothing_in_the_database(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    course = await killed_before_commit(life, program, failpoints, await free_user(life), "a key")
    for table in ("generation_runs", "job_status", "saq_jobs", "generation_status_history"):
        assert await life.sql.fetchval(f"select count(*) from {table}") == 0  # noqa: S608
    row = await life.sql.fetchrow(
        "select run_id, generation_status, generation_progress from courses where id = $1", course
    )
    assert tuple(row or ()) == (None, None, None)


@pytest.mark.fault("API: killed inside the transaction")
async def test_the_slot_of_a_killed_start_is_reclaimed_in_time(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    owner = await free_user(life)
    async with life.worker():
        await killed_before_commit(life, program, failpoints, owner, "a key")
        bound = life.settings.lease_ttl_seconds + 2 * life.settings.reaper_period_seconds
        assert await settles(life, within=bound + 5) < bound + SLACK
        assert life.slots.evicted == 1
        assert await life.ends(await life.started(owner)) == "completed"


@pytest.mark.fault("API: killed inside the transaction")
async def test_a_retry_with_the_key_of_a_killed_start_succeeds_at_once_in_its_slot(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    owner = await free_user(life)
    course = await killed_before_commit(life, program, failpoints, owner, "a key")
    with pytest.raises(UserLimitReached):
        await initiate(owner, InitiateInput(course_id=course))
    answer = await initiate(with_key(life, owner, "a key"), InitiateInput(course_id=course))
    assert answer.success
    assert await violations(life) == []
    async with life.worker():
        assert await life.ends(course) == "completed"
        await settles(life)
    assert life.slots.given_back[await life.run_of(course)] == 1


async def test_a_start_killed_after_its_commit_goes_on_and_its_retry_is_given_the_same_answer(
    life: Life, program: Program
) -> None:
    owner = await free_user(life)
    course = await life.course(owner)
    async with program.call("initiate", owner, course, "a key") as call:
        assert await call.says() == "calling"
        job_id = await call.says()
        await call.kill()
    retried = await initiate(with_key(life, owner, "a key"), InitiateInput(course_id=course))
    assert retried.job_id == job_id
    async with life.worker():
        assert await life.ends(course) == "completed"
        await settles(life)
    assert await life.jobs(course) == [(name, "completed", 1) for name in CHAIN]
    again = await initiate(with_key(life, owner, "a key"), InitiateInput(course_id=course))
    assert again.job_id == job_id
    assert await life.sql.fetchval("select count(*) from generation_runs") == 1


@pytest.mark.fault("compensation dying at each step")
async def test_a_cancel_killed_before_it_gives_the_slot_back_leaves_that_to_the_reaper(
    life: Life, program: Program
) -> None:
    owner = await free_user(life)
    course = await life.started(owner)
    async with program.call("cancel", owner, course, REDIS_URL=NOTHING_LISTENS) as call:
        assert await call.says() == "calling"
        assert await call.says() == "Отменено пользователем"
        await call.kill()
    assert (await life.slots.held()).total == 1
    async with life.worker():
        assert await settles(life) < 2 * life.settings.reaper_period_seconds + SLACK
        assert (life.slots.evicted, life.slots.given_back.total()) == (1, 0)
        assert await life.ends(await life.started(owner)) == "completed"


async def test_a_key_is_its_users_own(life: Life) -> None:
    key = str(uuid4())
    first, second = await life.user(), await life.user()
    jobs = {
        (await initiate(with_key(life, each, key), InitiateInput(course_id=await life.course(each)))).job_id
        for each in (first, second)
    }
    assert len(jobs) == 2
