"""admin.setGlobalLimit: how many generations run at once, over all users."""

from typing import Annotated

from loguru import logger
from msgspec import Meta

from app.context import Administrator
from app.leases import SlotsUnavailable
from app.rpc import Input, Output
from procedures._bases import superadmin


class SetGlobalLimitInput(Input):
    """Runs at once."""

    limit: Annotated[int, Meta(ge=1, le=100)]


class GlobalLimit(Output):
    """The limit that counts from now on."""

    global_limit: int


@superadmin.mutation(errors=(SlotsUnavailable,))
async def set_global_limit(ctx: Administrator, input: SetGlobalLimitInput) -> GlobalLimit:
    """Change the limit for every process, from the next start on; runs that hold slots keep them.

    PostgreSQL keeps it: it outlives restarts, and an emptied Redis.
    """
    async with ctx.db.begin() as tx:
        await tx.optional("lock_global_limit", int)
        await tx.run("set_global_limit", limit=input.limit)
        # under the lock: of two callers, and of the reaper, whoever commits last is whom Redis hears last.
        # Should the COMMIT fail after this, the reaper's next pass tells Redis what PostgreSQL has.
        await ctx.resources.slots.set_global_limit(input.limit)
    logger.bind(limit=input.limit).info("global limit changed")
    return GlobalLimit(global_limit=input.limit)
