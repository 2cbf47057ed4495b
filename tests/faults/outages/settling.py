"""How long it takes after a fault until all is well, against the bound of I2."""

from collections.abc import Awaitable, Callable
from time import monotonic

import asyncpg

from tests.faults.oracle import violations
from tests.work.harness import eventually
from tests.work.life import Life
from tests.world import World

SLACK = 2.0  # seconds, for a machine that does other things too
PATIENCE = 40.0
"""Seconds in which a run ends, on such a machine too."""
OWNERLESS = """
select count(*) from saq_jobs
where status in ('active', 'aborting')
  and extract(epoch from clock_timestamp()) * 1000 - (convert_from(job, 'UTF8')::jsonb ->> 'touched')::bigint > $1
"""
Record = Callable[[str, object], None]
Settled = Callable[[float], Awaitable[None]]
"""Waits until all is well, given when the fault was over (monotonic seconds)."""


def bound(life: Life) -> float:
    """I2: how long something may be without an owner, in seconds."""
    return life.settings.lease_ttl_seconds + 2 * life.settings.reaper_period_seconds


def settling(life: Life, record: Record) -> Settled:
    """What tells of this world when it has settled, and fails when that was later than I2 allows."""

    async def well() -> bool:
        ownerless = await life.sql.fetchval(OWNERLESS, 1000 * life.settings.lease_ttl_seconds)
        return not ownerless and not await violations(life) and (await life.slots.held()).ready

    async def settled(since: float) -> None:
        await eventually(well, PATIENCE)
        seconds = monotonic() - since
        record("settled", round(seconds, 2))
        assert seconds < bound(life) + SLACK

    return settled


async def see_again(world: World) -> None:
    """Give the world's own view of the database a new connection, in place of one that broke."""
    world.sql.terminate()
    world.sql = await asyncpg.connect(world.resources.settings.owner_database_url)
