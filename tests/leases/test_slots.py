"""Acquire, renew, release: never over a limit, and only with the token."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.leases import Lease, Slots, SlotsUnavailable, SystemFull, TokenMismatch, UserLimitReached
from tests.leases.callers import Caller


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_200_parallel_callers_of_one_user_get_exactly_the_limit(slots: Slots, limit: int) -> None:
    await slots.set_global_limit(100)
    caller = Caller(slots, user_limit=limit)
    results = await asyncio.gather(*(caller.acquire() for _ in range(200)))
    assert sum(isinstance(result, Lease) for result in results) == limit
    assert sum(isinstance(result, UserLimitReached) for result in results) == 200 - limit
    assert (await slots.held()).by_user == {caller.user_id: limit}


async def test_200_parallel_users_get_exactly_the_global_limit(slots: Slots) -> None:
    results = await asyncio.gather(*(Caller(slots).acquire() for _ in range(200)))
    assert sum(isinstance(result, Lease) for result in results) == 3
    assert sum(isinstance(result, SystemFull) for result in results) == 197
    assert (await slots.held()).total == 3


async def test_no_sample_is_over_a_limit_while_slots_are_taken_and_given_back(slots: Slots) -> None:
    async def churn() -> None:
        caller = Caller(slots, user_limit=2)
        for _ in range(20):
            lease = await caller.acquire()
            if isinstance(lease, Lease):
                assert await slots.release(lease.run_id, lease.token)

    async def sample() -> None:
        while not done.is_set():
            samples.append((await slots.held()).total)

    samples: list[int] = []
    done = asyncio.Event()
    sampler = asyncio.create_task(sample())
    await asyncio.gather(*(churn() for _ in range(20)))
    done.set()
    await sampler
    assert max(samples) <= 3
    assert (await slots.held()).total == 0


async def test_the_users_limit_is_told_before_the_global_one(slots: Slots) -> None:
    caller = Caller(slots, user_limit=3)
    for _ in range(3):
        await caller.lease()
    assert isinstance(await caller.acquire(), UserLimitReached)
    assert isinstance(await Caller(slots).acquire(), SystemFull)


async def test_acquiring_again_with_the_same_token_is_the_same_slot(slots: Slots, caller: Caller) -> None:
    run, token = uuid4(), uuid4()
    first = await caller.acquire(run, token)
    assert await caller.acquire(run, token) == first == Lease(run, caller.user_id, token)
    assert (await slots.held()).total == 1


async def test_a_run_held_under_another_token_is_a_bug_and_stays_as_it_was(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    with pytest.raises(TokenMismatch, match=str(lease.run_id)):
        await caller.acquire(lease.run_id, uuid4())
    assert await slots.renew(lease.run_id, lease.token)


async def test_a_released_slot_can_be_taken_by_another_run(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    assert await slots.release(lease.run_id, lease.token)
    assert isinstance(await caller.acquire(), Lease)


async def test_a_released_slot_cannot_be_released_twice(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    other = await Caller(slots).lease()
    assert [await slots.release(lease.run_id, lease.token) for _ in range(3)] == [True, False, False]
    assert (await slots.held()).runs == {other.run_id: other.user_id}


async def test_of_50_parallel_releases_one_gives_the_slot_back(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    results = await asyncio.gather(*(slots.release(lease.run_id, lease.token) for _ in range(50)))
    assert results.count(True) == 1


async def test_a_slot_is_neither_released_nor_renewed_with_a_wrong_token(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    assert not await slots.release(lease.run_id, uuid4())
    assert not await slots.renew(lease.run_id, uuid4())
    assert (await slots.held()).total == 1


async def test_renewing_after_the_release_grants_nothing(slots: Slots, caller: Caller) -> None:
    lease = await caller.lease()
    assert await slots.renew(lease.run_id, lease.token)
    await slots.release(lease.run_id, lease.token)
    assert not await slots.renew(lease.run_id, lease.token)
    assert (await slots.held()).total == 0


async def test_renewing_what_was_never_granted_grants_nothing(slots: Slots) -> None:
    assert not await slots.renew(uuid4(), uuid4())
    assert (await slots.held()).total == 0


async def test_the_global_limit_changes_from_the_next_call_on(slots: Slots) -> None:
    for _ in range(3):
        await Caller(slots).lease()
    assert isinstance(await Caller(slots).acquire(), SystemFull)
    await slots.set_global_limit(4)
    await Caller(slots).lease()
    await slots.set_global_limit(1)
    refusal = await Caller(slots).acquire()
    assert isinstance(refusal, SystemFull)
    assert (refusal.global_limit, refusal.global_active_jobs) == (1, 4)
    assert (await slots.held()).global_limit == 1


async def test_a_global_limit_below_one_is_refused(slots: Slots) -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        await slots.set_global_limit(0)


async def test_nothing_is_granted_on_an_empty_server(redis: Redis) -> None:
    with pytest.raises(SlotsUnavailable) as refusal:
        await Slots(redis, 30.0, 3).acquire(uuid4(), uuid4(), uuid4(), "free", 1)
    assert refusal.value.code.name == "SERVICE_UNAVAILABLE"
    assert refusal.value.retry_after == 5
    assert await redis.dbsize() == 0


@pytest.mark.parametrize(
    ("tier", "limit", "message"),
    [
        ("free", 1, "Too many concurrent jobs. FREE tier allows 1 concurrent course generation."),
        ("basic", 2, "Too many concurrent jobs. BASIC tier allows 2 concurrent course generations."),
    ],
)
async def test_the_users_limit_is_said_with_its_numbers(slots: Slots, tier: str, limit: int, message: str) -> None:
    caller = Caller(slots, limit, tier)
    for _ in range(limit):
        await caller.lease()
    refusal = await caller.acquire()
    assert isinstance(refusal, UserLimitReached)
    shape = refusal.shape("generation.initiate", declared=True)
    assert (shape.code, shape.data.http_status, shape.message) == (-32029, 429, message)
    assert shape.data.details == {
        "tier": tier.upper(),
        "user_limit": limit,
        "current_user_jobs": limit,
        "global_limit": 3,
        "global_active_jobs": limit,
    }
    assert refusal.retry_after == 30


async def test_a_full_system_says_so(slots: Slots) -> None:
    for _ in range(3):
        await Caller(slots).lease()
    refusal = await Caller(slots, 5, "trial").acquire()
    assert isinstance(refusal, SystemFull)
    assert refusal.message == "System at capacity. Please try again in a few minutes."
    assert refusal.details["tier"] == "TRIAL"
    assert refusal.details["global_active_jobs"] == 3
    assert refusal.retry_after == 60
