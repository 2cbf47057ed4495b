"""The invariants of reliability.md section 1, asked of the database and of Redis."""

from pathlib import Path

from app.leases import Slots
from tests.work.harness import eventually
from tests.world import World

QUERY = Path(__file__).with_name("oracle.sql")


async def violations(world: World) -> list[str]:
    """What is wrong now, at rest: nobody is starting, cancelling or ending a run."""
    rows = await world.sql.fetch(QUERY.read_text())
    return [row[0] for row in rows] + await _wrong_slots(world, world.resources.slots)


async def _wrong_slots(world: World, slots: Slots) -> list[str]:
    """I1: slots held are the runs not ended, each under its user, and never more than a limit."""
    rows = await world.sql.fetch("select id, user_id from generation_runs where ended_at is null")
    live = {row["id"]: row["user_id"] for row in rows}
    held = await slots.held()
    leaked = [f"I1: a slot is held by run {run}, which is not live" for run in held.runs.keys() - live.keys()]
    lost = [f"I1: run {run} is live and holds no slot" for run in live.keys() - held.runs.keys()]
    foreign = [
        f"I1: run {run} holds a slot of another user" for run in live if held.runs.get(run, live[run]) != live[run]
    ]
    over = [f"I1: {held.total} slots are held, {held.global_limit} is the limit"] * (held.total > held.global_limit)
    return leaked + lost + foreign + over


async def settles(world: World, within: float = 15.0) -> float:
    """Until nothing is wrong; the seconds it took. Fails with what is still wrong after `within` seconds."""

    async def well() -> bool:
        return not await violations(world)

    try:
        return await eventually(well, within)
    except AssertionError:
        raise AssertionError(await violations(world)) from None
