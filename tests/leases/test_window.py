"""Rate limits: never more than the limit in any window, counted alone or within acquire."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.leases import Allowed, Lease, RateLimited, RateLimiter, Slots, Standing, UserLimitReached, Window
from tests.leases.callers import Caller

Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
def limiter(redis: Redis) -> RateLimiter:
    return RateLimiter(redis)


def window(limit: int = 10, per_seconds: int = 60) -> Window:
    return Window(f"generation.initiate:{uuid4()}", limit, per_seconds)


async def test_of_50_parallel_calls_the_limit_passes(limiter: RateLimiter) -> None:
    ten = window()
    results = await asyncio.gather(*(limiter.hit(ten) for _ in range(50)))
    assert sorted(result.remaining for result in results if isinstance(result, Allowed)) == list(range(10))
    assert sum(isinstance(result, RateLimited) for result in results) == 40


async def test_windows_of_different_keys_do_not_touch(limiter: RateLimiter) -> None:
    one, other = window(limit=1), window(limit=1)
    assert isinstance(await limiter.hit(one), Allowed)
    assert isinstance(await limiter.hit(other), Allowed)


async def test_a_refusal_says_when_to_come_back(limiter: RateLimiter) -> None:
    one = window(limit=1)
    await limiter.hit(one)
    refusal = await limiter.hit(one)
    assert isinstance(refusal, RateLimited)
    assert refusal.code.http_status == 429
    assert 58 <= (refusal.retry_after or 0) <= 60
    assert refusal.details == {"limit": 1, "per_seconds": 60, "retry_after_seconds": refusal.retry_after}


async def test_the_window_slides_and_then_forgets(limiter: RateLimiter, redis: Redis, eventually: Eventually) -> None:
    one = window(limit=1, per_seconds=1)
    await limiter.hit(one)
    refusal = await limiter.hit(one)
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after == 1

    async def passes() -> bool:
        return isinstance(await limiter.hit(one), Allowed)

    async def forgotten() -> bool:
        return not await redis.exists(one.redis_key)

    await eventually(passes)
    await eventually(forgotten)


async def test_each_call_leaves_by_itself_a_window_after_it_came(
    limiter: RateLimiter, redis: Redis, eventually: Eventually
) -> None:
    """As it would be 59.8 and 20 s after two calls: a window that began anew each minute would let two more pass."""
    two = window(limit=2)
    seconds, microseconds = await redis.time()
    now = seconds * 1000 + microseconds // 1000
    await redis.zadd(two.redis_key, {"a": now - 59_800, "b": now - 20_000})
    full = await limiter.hit(two)
    assert isinstance(full, RateLimited)
    assert full.retry_after_seconds == 1

    async def passes() -> bool:
        return isinstance(await limiter.hit(two), Allowed)

    await eventually(passes)
    refusal = await limiter.hit(two)
    assert isinstance(refusal, RateLimited)
    assert 38 <= refusal.retry_after_seconds <= 40


async def test_who_counts_a_call_tells_how_the_caller_stands(limiter: RateLimiter, caller: Caller) -> None:
    told: list[Standing] = []
    two = window(limit=2)._replace(told=told.append)
    await limiter.hit(two)
    await caller.acquire(window=two)
    await limiter.hit(two)
    await caller.acquire(window=two)
    assert [each.remaining for each in told] == [1, 0, 0, 0]
    assert {each[:3] for each in told} == {("generation.initiate", 2, 60)}
    assert all(58 <= each.reset_seconds <= 60 for each in told)


async def test_calls_older_than_the_window_do_not_count(limiter: RateLimiter, redis: Redis) -> None:
    one = window(limit=1)
    await redis.zadd(one.redis_key, {"long ago": 0})
    assert isinstance(await limiter.hit(one), Allowed)


async def test_a_refused_call_does_not_prolong_the_wait(limiter: RateLimiter, redis: Redis) -> None:
    one = window(limit=1)
    await limiter.hit(one)
    for _ in range(20):
        await limiter.hit(one)
    assert await redis.zcard(one.redis_key) == 1


async def test_a_call_that_the_window_refuses_takes_no_slot(slots: Slots, caller: Caller) -> None:
    one = window(limit=1)
    first = await caller.acquire(window=one)
    assert isinstance(first, Lease)
    await slots.release(first.run_id, first.token)
    assert isinstance(await caller.acquire(window=one), RateLimited)
    assert (await slots.held()).total == 0


async def test_a_call_without_a_free_slot_counts_in_the_window(caller: Caller) -> None:
    two = window(limit=2)
    assert isinstance(await caller.acquire(window=two), Lease)
    assert isinstance(await caller.acquire(window=two), UserLimitReached)
    assert isinstance(await caller.acquire(window=two), RateLimited)
