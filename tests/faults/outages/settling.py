"""How long it takes after a fault until all is well, against the bound of I2."""

from collections.abc import Awaitable, Callable
from time import monotonic

import asyncpg

from tests.faults.oracle import settles
from tests.work.life import Life

SLACK = 2.0  # seconds, for a machine that does other things too
Record = Callable[[str, object], None]
Settled = Callable[[float], Awaitable[None]]
"""Waits until all is well, given when the fault was over (monotonic seconds)."""


def bound(life: Life) -> float:
    """I2: how long something may be without an owner, in seconds."""
    return life.settings.lease_ttl_seconds + 2 * life.settings.reaper_period_seconds


def settling(life: Life, record: Record) -> Settled:
    """What tells of this world when it has settled, and fails when that was later than I2 allows."""

    async def settled(since: float) -> None:
        await settles(life)
        seconds = monotonic() - since
        record("settled", round(seconds, 2))
        assert seconds < bound(life) + SLACK

    return settled


async def see_again(life: Life) -> None:
    """Give the world's own view of the database a new connection, in place of one that broke."""
    life.sql.terminate()
    life.sql = await asyncpg.connect(life.settings.owner_database_url)
