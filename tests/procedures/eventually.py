"""Waiting for what another process does."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(met: Callable[[], Awaitable[bool]], within_seconds: float = 10.0) -> None:
    """Ask until the answer is true; AssertionError after so many seconds."""
    deadline = time.monotonic() + within_seconds
    while not await met():
        assert time.monotonic() < deadline, f"not within {within_seconds} s"
        await asyncio.sleep(0.01)
