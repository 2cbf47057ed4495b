"""Works of one request run at once, and none outlives it."""

import asyncio

import pytest

from app.transports.together import together


async def test_results_come_in_the_order_of_the_works_whichever_ends_first() -> None:
    last = asyncio.Event()

    async def first() -> int:
        await last.wait()
        return 1

    async def second() -> int:
        last.set()
        return 2

    assert await together([first(), second()]) == [1, 2]


async def test_when_it_is_cancelled_all_works_have_ended_before_it_ends() -> None:
    begun, ended = asyncio.Semaphore(0), 0

    async def wait() -> None:
        nonlocal ended
        begun.release()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended += 1

    task = asyncio.create_task(together([wait(), wait(), wait()]))
    for _ in range(3):
        await begun.acquire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == 3
