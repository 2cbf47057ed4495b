"""The reaper's pass: slots become what PostgreSQL says, whatever happened between reading and writing."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.leases import Lease, LiveRun, Slots, SlotsUnavailable
from app.leases.slots import MEMORY_MS
from tests.leases.callers import Caller, reap

Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


def live_of(lease: Lease) -> LiveRun:
    return LiveRun(lease.run_id, lease.user_id, lease.token)


async def test_an_emptied_server_is_rebuilt_from_the_live_runs(slots: Slots, caller: Caller, redis: Redis) -> None:
    kept, lost = await caller.lease(), await Caller(slots).lease()
    await redis.flushdb()
    with pytest.raises(SlotsUnavailable):
        await caller.acquire()
    assert not await slots.renew(kept.run_id, kept.token)
    result = await slots.reconcile(await slots.held(), [live_of(kept), live_of(lost)], [])
    assert (result.rebuilt, result.renewed, result.evicted, result.ready) == (2, 0, 0, True)
    assert (await slots.held()).runs == {kept.run_id: kept.user_id, lost.run_id: lost.user_id}
    assert not isinstance(await caller.acquire(), Lease)
    assert await slots.release(kept.run_id, kept.token)
    assert await caller.lease()


async def test_live_runs_are_renewed_and_keep_their_slots(redis: Redis, eventually: Eventually) -> None:
    short = Slots(redis, 0.05, 3)
    await reap(short)
    lease = await short.acquire(uuid4(), uuid4(), uuid4(), "free", 1)
    assert isinstance(lease, Lease)
    await eventually(lambda: expired(redis, lease))
    assert (await short.reconcile(await short.held(), [live_of(lease)], [])).renewed == 1
    assert not await expired(redis, lease)
    assert (await short.held()).total == 1


async def test_an_ended_run_is_evicted_at_once(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    assert (await slots.reconcile(await slots.held(), [], [lease.run_id])).evicted == 1
    assert (await slots.held()).total == 0
    assert not await slots.release(lease.run_id, lease.token)


async def test_an_unknown_run_is_evicted_only_when_expired(redis: Redis, eventually: Eventually) -> None:
    short = Slots(redis, 0.2, 3)
    await reap(short)
    lease = await short.acquire(uuid4(), uuid4(), uuid4(), "free", 1)
    assert isinstance(lease, Lease)
    assert (await reap(short)).evicted == 0
    assert await short.renew(lease.run_id, lease.token)
    await eventually(lambda: expired(redis, lease))
    assert not isinstance(await short.acquire(uuid4(), lease.user_id, uuid4(), "free", 1), Lease)
    assert (await reap(short)).evicted == 1
    assert (await short.held()).total == 0


async def test_a_run_that_ended_after_postgresql_was_read_gets_no_slot_again(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    seen, live = await slots.held(), [live_of(lease)]
    await slots.release(lease.run_id, lease.token)
    assert (await slots.reconcile(seen, live, [])).rebuilt == 0
    assert (await slots.held()).total == 0


async def test_a_run_that_ended_while_the_server_was_empty_gets_no_slot_again(
    slots: Slots, caller: Caller, redis: Redis
) -> None:
    lease = await caller.lease()
    await redis.flushdb()
    seen, live = await slots.held(), [live_of(lease)]
    assert not await slots.release(lease.run_id, lease.token)
    assert (await slots.reconcile(seen, live, [])).rebuilt == 0


async def test_a_release_with_a_wrong_token_does_not_stop_the_rebuild(
    slots: Slots, caller: Caller, redis: Redis
) -> None:
    lease = await caller.lease()
    await redis.flushdb()
    await slots.release(lease.run_id, uuid4())
    assert (await slots.reconcile(await slots.held(), [live_of(lease)], [])).rebuilt == 1


async def test_a_released_run_that_acquires_again_is_rebuilt_again(slots: Slots, caller: Caller, redis: Redis) -> None:
    lease = await caller.lease()
    await slots.release(lease.run_id, lease.token)
    assert await caller.acquire(lease.run_id, lease.token) == lease
    await redis.delete("{cg}:slots", "{cg}:tokens")
    assert (await slots.reconcile(await slots.held(), [live_of(lease)], [])).rebuilt == 1


async def test_a_pass_that_slept_too_long_changes_nothing(slots: Slots, caller: Caller) -> None:
    lease, seen = await caller.lease(), await slots.held()
    late = seen._replace(at_ms=seen.at_ms - MEMORY_MS - 1)
    assert (await slots.reconcile(late, [caller.live()], [lease.run_id]))[:3] == (0, 0, 0)
    assert (await slots.held()).runs == {lease.run_id: caller.user_id}


async def test_a_server_emptied_after_postgresql_was_read_waits_for_the_next_pass(
    slots: Slots, caller: Caller, redis: Redis
) -> None:
    seen = await slots.held()
    lease = await caller.lease()
    await redis.flushdb()
    assert not (await slots.reconcile(seen, [], [])).ready
    result = await slots.reconcile(await slots.held(), [live_of(lease)], [])
    assert (result.rebuilt, result.ready) == (1, True)


async def expired(redis: Redis, lease: Lease) -> bool:
    seconds, microseconds = await redis.time()
    score = await redis.zscore("{cg}:slots", str(lease.run_id))
    assert score is not None
    return score <= seconds * 1000 + microseconds / 1000
