"""The invariants of reliability.md section 1, asked of the database and of Redis."""

from pathlib import Path
from typing import Any

import asyncpg

from app.leases import Slots
from tests.work.harness import eventually
from tests.world import World

QUERY = Path(__file__).with_name("oracle.sql").read_text()
LIVE = """
select r.id, r.user_id, t.concurrent_runs
from generation_runs r join app.tiers t on t.tier = r.tier
where r.ended_at is null
"""


async def violations(world: World) -> list[str]:
    """What is wrong now, at rest: nobody is starting, cancelling or ending a run."""
    return await wrong_now(world.sql, world.resources.slots)


async def wrong_now(sql: "asyncpg.Connection[Any]", slots: Slots) -> list[str]:
    """What is wrong now, also what may be so for a moment while runs go on (watch.py)."""
    return [row[0] for row in await sql.fetch(QUERY)] + await _wrong_slots(sql, slots)


async def _wrong_slots(sql: "asyncpg.Connection[Any]", slots: Slots) -> list[str]:
    """I1: slots held are the runs not ended, each under its user, and never more than a limit."""
    rows = await sql.fetch(LIVE)
    live = {row["id"]: row["user_id"] for row in rows}
    limits = {row["user_id"]: row["concurrent_runs"] for row in rows}
    held = await slots.held()
    leaked = [f"I1: a slot is held by run {run}, which is not live" for run in held.runs.keys() - live.keys()]
    lost = [f"I1: run {run} is live and holds no slot" for run in live.keys() - held.runs.keys()]
    foreign = [
        f"I1: run {run} holds a slot of another user" for run in live if held.runs.get(run, live[run]) != live[run]
    ]
    over = [f"I1: {held.total} slots are held, {held.global_limit} is the limit"] * (held.total > held.global_limit)
    personal = [
        f"I1: user {user} holds {number} slots, {limits[user]} is the tier's limit"
        for user, number in held.by_user.items()
        if user in limits and number > limits[user]
    ]
    return leaked + lost + foreign + over + personal


async def settles(world: World, within: float = 15.0) -> float:
    """Until nothing is wrong; the seconds it took. Fails with what is still wrong after `within` seconds."""

    async def well() -> bool:
        return not await violations(world)

    try:
        return await eventually(well, within)
    except AssertionError:
        raise AssertionError(await violations(world)) from None
