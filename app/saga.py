"""Undo, in reverse order, what the database cannot roll back."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import ParamSpec, Self

from loguru import logger

P = ParamSpec("P")
PATIENCE_SECONDS = 0.5
_BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class Saga:
    """`async with Saga() as saga:` runs the registered undos, last first, when the block fails.

    An undo that fails itself does not keep the others from running; its error is added to the block's as a note.
    """

    def __init__(self) -> None:
        self._undos: list[Callable[[], Awaitable[object]]] = []

    def on_failure(self, undo: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Register the undo of what was just done."""
        self._undos.append(lambda: undo(*args, **kwargs))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        for undo in reversed(self._undos):
            await _attempt(undo, error)


async def _attempt(undo: Callable[[], Awaitable[object]], error: BaseException) -> None:
    (outcome,) = await asyncio.gather(undo(), return_exceptions=True)
    if isinstance(outcome, BaseException):
        error.add_note(f"undo failed: {outcome!r}")
        logger.opt(exception=outcome).error("an undo failed: what it should have undone stays")


class Deferred:
    """Work that must be done even if what it needs is away right now: tried at once, then again until it succeeds.

    It lives in this process: what a crash cuts off here is found by the reaper, and its log lines stand.
    """

    def __init__(self, retry_on: tuple[type[Exception], ...]) -> None:
        self._retry_on = retry_on
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, work: Callable[[], Awaitable[object]], patience: float = PATIENCE_SECONDS) -> None:
        """Do it; after `patience` seconds it goes on in the background, and the caller is not kept waiting."""
        task = asyncio.create_task(self._persist(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=patience)
        for finished in done:
            finished.result()

    async def _persist(self, work: Callable[[], Awaitable[object]]) -> None:
        for delay in itertools.chain(_BACKOFF_SECONDS, itertools.repeat(_BACKOFF_SECONDS[-1])):
            try:
                await work()
            except self._retry_on:
                await asyncio.sleep(delay)
            else:
                return

    async def close(self) -> None:
        """Give up on what is still undone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
