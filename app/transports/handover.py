"""From one task to another, one item at a time.

Measured: an `asyncio.Queue` holds three kilobytes, and each of the open streams would have one.
"""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """One task puts, one gets; an item is taken before the next one is put."""

    __slots__ = ("_items", "_waiter")

    def __init__(self) -> None:
        self._items: tuple[T, ...] = ()
        self._waiter: asyncio.Future[None] | None = None

    async def put(self, item: T) -> None:
        """Give the item away: until it is taken."""
        self._items = (item,)
        self._wake()
        while self._items:
            await self._woken(None)

    async def get(self, seconds: float) -> T:
        """The next item. Raises TimeoutError when there is none for so long."""
        if not self._items:
            await self._woken(seconds)
        if not self._items:
            raise TimeoutError
        (item,), self._items = self._items, ()
        self._wake()
        return item

    async def _woken(self, seconds: float | None) -> None:
        """Until the other side has done something, or so long."""
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()  # one for both: only one of them has a reason to wait
        limit = loop.call_later(seconds, self._wake) if seconds is not None else None
        try:
            await waiter
        finally:
            if limit:
                limit.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
