"""admin.getConcurrency: who holds the slots."""

from uuid import UUID

from app.context import Administrator
from app.leases import SlotsUnavailable
from app.rpc import Output
from procedures._bases import superadmin
from procedures.admin._view import TierName


class SlotHolder(Output):
    """A user whose runs hold slots, and how many their tier allows."""

    user_id: UUID
    email: str
    organization_id: UUID
    tier: TierName
    user_limit: int
    active: int = 0


class Concurrency(Output):
    """Slots by user, most first. `changed` says whether a superadmin has set the limit.

    Not `ready`: Redis is empty, and gives out slots again once the reaper has rebuilt them.
    """

    global_limit: int
    changed: bool
    global_active: int
    ready: bool
    users: list[SlotHolder]


@superadmin.query(errors=(SlotsUnavailable,))
async def get_concurrency(ctx: Administrator) -> Concurrency:
    """Show the limit of runs at once, and who holds its slots."""
    async with ctx.db.begin() as tx:
        limit = await tx.optional("global_limit", int)
        held = await ctx.resources.slots.held()
        holders = await tx.all(
            "slot_holders", SlotHolder, user_ids=list(held.by_user), counts=list(held.by_user.values())
        )
    return Concurrency(
        global_limit=limit or ctx.resources.settings.global_concurrency_limit,
        changed=limit is not None,
        global_active=held.total,
        ready=held.ready,
        users=holders,
    )
