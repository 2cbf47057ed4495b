"""Items go from one task to another, one at a time."""

import asyncio

import pytest

from app.transports.handover import Handover

LONG = 10.0


async def test_items_come_in_the_order_in_which_they_were_put() -> None:
    handover = Handover[int]()

    async def put_three() -> None:
        for number in range(3):
            await handover.put(number)

    putting = asyncio.create_task(put_three())
    assert [await handover.get(LONG) for _ in range(3)] == [0, 1, 2]
    await putting


async def test_an_item_is_put_when_it_has_been_taken() -> None:
    handover = Handover[str]()
    putting = asyncio.create_task(handover.put("x"))
    await asyncio.sleep(0)
    assert not putting.done()
    assert await handover.get(LONG) == "x"
    await putting


async def test_who_gets_waits_for_so_long_and_may_get_the_item_after_that() -> None:
    handover = Handover[str]()
    with pytest.raises(TimeoutError):
        await handover.get(0.001)
    putting = asyncio.create_task(handover.put("x"))
    assert await handover.get(LONG) == "x"
    await putting


async def test_who_waits_is_woken_by_an_item() -> None:
    handover = Handover[str]()
    getting = asyncio.create_task(handover.get(LONG))
    await asyncio.sleep(0)
    await handover.put("x")
    assert await getting == "x"


async def test_one_who_was_cancelled_while_an_item_came_leaves_it_to_the_next() -> None:
    handover = Handover[str]()
    getting = asyncio.create_task(handover.get(LONG))
    await asyncio.sleep(0)
    putting = asyncio.create_task(handover.put("x"))
    await asyncio.sleep(0)
    getting.cancel()
    await asyncio.wait({getting})
    assert await handover.get(LONG) == "x"
    await putting
