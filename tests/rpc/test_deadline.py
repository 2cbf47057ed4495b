"""Many time limits on one timer behave as `asyncio.timeout` does."""

import asyncio

import pytest
import uvloop

from app.rpc.deadline import Deadlines


async def hold(deadlines: Deadlines, seconds: float) -> str:
    """Wait for ever, but for the limit."""
    with deadlines.within(seconds):
        await asyncio.Event().wait()
    return "never"


async def test_a_block_is_interrupted_when_its_time_is_over() -> None:
    with pytest.raises(TimeoutError):
        await hold(Deadlines(), 0.01)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_block_that_ends_in_time_is_left_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(0.01):
        pass
    with pytest.raises(TimeoutError):  # the timer that was left behind serves the next limit
        await hold(deadlines, 0.02)


async def test_limits_expire_in_the_order_of_their_times() -> None:
    deadlines = Deadlines()
    ended: list[float] = []

    async def note(seconds: float) -> None:
        with pytest.raises(TimeoutError):
            await hold(deadlines, seconds)
        ended.append(seconds)

    await asyncio.gather(*(note(seconds) for seconds in (0.03, 0.01, 0.02)))
    assert ended == [0.01, 0.02, 0.03]


async def test_the_inner_of_two_limits_expires_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(10) as outer, pytest.raises(TimeoutError):
        await hold(deadlines, 0.01)
    assert not outer.expired


async def test_the_outer_of_two_limits_passes_through_the_inner() -> None:
    deadlines = Deadlines()

    async def hold_within() -> None:
        with deadlines.within(0.01):
            await hold(deadlines, 10)

    with pytest.raises(TimeoutError):
        await hold_within()


async def test_cancellation_is_no_timeout() -> None:
    task = asyncio.create_task(hold(Deadlines(), 10))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_limit_can_be_extended() -> None:
    deadlines = Deadlines()
    with deadlines.within(0.01) as limit:
        limit.extend(10)
        with pytest.raises(TimeoutError):
            await hold(deadlines, 0.03)
    assert not limit.expired


def test_one_object_serves_one_loop_after_another() -> None:
    deadlines = Deadlines()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            asyncio.run(hold(deadlines, 0.01))


def test_a_limit_begins_while_one_is_over_already_under_uvloop() -> None:
    async def both() -> None:
        deadlines = Deadlines()
        with deadlines.within(0), deadlines.within(10):  # uvloop's timer for what is due now has no when()
            pass

    uvloop.run(both())
