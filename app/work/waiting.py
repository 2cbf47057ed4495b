"""Waiting for an event, but not for ever."""

import asyncio


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set before so many seconds are over. Unlike asyncio.wait_for it makes no task."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def ended(*tasks: asyncio.Task[None], patience: float = 1.0) -> None:
    """Cancel the tasks until they are over, every `patience` seconds again: a cancellation that comes just as a wait
    ends is swallowed by asyncio.wait_for of Python 3.11, which drivers wait with.
    """
    while running := {task for task in tasks if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=patience)
