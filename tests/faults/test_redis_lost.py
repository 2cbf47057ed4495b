"""Redis emptied: nothing is started until the reaper has rebuilt it, then the limits hold as before."""

import pytest
from redis.asyncio import Redis

from app.leases import SlotsUnavailable, UserLimitReached
from tests.faults.oracle import settles, violations
from tests.faults.processes import Program
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import Life


async def flush(life: Life) -> None:
    """What FLUSHALL does to a server of our own; the tests share theirs."""
    async with Redis.from_url(life.settings.redis_url) as redis:
        await redis.flushdb()


@pytest.mark.fault("Redis: FLUSHALL while queued")
async def test_emptied_while_runs_wait_nothing_starts_until_it_is_rebuilt(life: Life) -> None:
    owner = await life.user()
    courses = [await life.started(owner) for _ in range(3)]
    await flush(life)
    with pytest.raises(SlotsUnavailable) as refused:
        await life.started(owner)
    assert refused.value.code.http_status == 503
    assert len(await violations(life)) == 3
    async with life.reaper() as reaper:
        await reaper.once()
    assert await violations(life) == []
    with pytest.raises(UserLimitReached):
        await life.started(owner)
    async with life.worker():
        assert [await life.ends(course) for course in courses] == ["completed"] * 3
        await settles(life)


@pytest.mark.fault("Redis: FLUSHALL while running")
async def test_emptied_while_a_run_goes_on_its_slot_is_put_back_and_given_back_once(
    life: Life, failpoints: Failpoints
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.started(owner)
    async with life.worker():
        async with failpoints.gate("lesson_content"):
            await failpoints.someone_waits()
            await flush(life)

            async def rebuilt() -> bool:
                # a pass that began before the flush puts the slot back, the next one opens the doors
                held = await life.slots.held()
                return held.ready and held.runs == {await life.run_of(course): owner.user_id}

            await eventually(rebuilt, within=3 * life.settings.reaper_period_seconds + 1)
            with pytest.raises(UserLimitReached):
                await life.started(owner)
        assert await life.ends(course) == "completed"
        await settles(life)
        assert await life.ends(await life.started(owner)) == "completed"
    assert life.slots.given_back[await life.run_of(course)] == 1


async def test_a_start_that_is_refused_leaves_nothing(life: Life) -> None:
    owner = await life.user()
    await flush(life)
    with pytest.raises(SlotsUnavailable):
        await life.started(owner)
    assert await life.sql.fetchval("select count(*) from generation_runs") == 0
    assert (await life.slots.held()).total == 0


async def test_a_run_whose_worker_died_keeps_its_slot_exactly_as_long_as_it_lives(
    life: Life, program: Program, failpoints: Failpoints
) -> None:
    owner = await life.user(await life.organization("free"))
    course = await life.started(owner)
    async with program.worker() as dead, failpoints.gate("lesson_content"):
        await failpoints.someone_waits()
        await dead.kill()
    run = await life.run_of(course)
    begun = (await life.slots.held()).at_ms
    async with life.reaper() as reaper:

        async def lease_is_long_over() -> bool:
            await reaper.once()
            held = await life.slots.held()
            assert held.runs == {run: owner.user_id}
            return held.at_ms - begun > 2000 * life.settings.lease_ttl_seconds

        await eventually(lease_is_long_over)
    async with life.worker():
        assert await life.ends(course) == "completed"
        await settles(life)
    assert (life.slots.given_back[run], life.slots.evicted) == (1, 0)
