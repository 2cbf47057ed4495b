"""system.ping: the smallest call there is."""

from datetime import UTC, datetime

from app.context import Context
from app.rpc import Moment, Output
from procedures._bases import public


class Pong(Output):
    """`version` is the server's; `time` its clock."""

    version: str
    time: Moment


@public.query()
async def ping(ctx: Context) -> Pong:
    """Answer at once, without touching database or Redis."""
    return Pong(version=ctx.resources.settings.version, time=datetime.now(UTC))
