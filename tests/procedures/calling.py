"""Calls as a wire makes them: JSON in, through every step of the procedure, its value or its declared error out."""

from typing import Any
from uuid import uuid4

import msgspec

from app.boot import TABLE
from app.context import Context, Request, SignedIn
from app.observing import log_call, with_arguments
from app.rpc import Dispatcher, Failure
from tests.world import World, token_of

DISPATCHER = Dispatcher(TABLE, log_call, received=with_arguments)


async def call(world: World, path: str, caller: SignedIn | None = None, /, **fields: Any) -> Any:
    """The value of a procedure called with these fields (as they stand on the wire), by `caller` or by nobody.

    Raises the RpcError that the caller would be answered with.
    """
    return await call_with(world, path, caller, msgspec.json.encode(fields))


async def call_with(world: World, path: str, caller: SignedIn | None, body: bytes | None) -> Any:
    """As `call`, with the bytes of a body; None is no input."""
    headers = {"authorization": f"Bearer {token_of(caller)}"} if caller else {}
    request = Request(id=uuid4().hex, path=path, headers=headers)
    outcome = await DISPATCHER.call(DISPATCHER.route(path), body, Context(request, world.resources))
    if isinstance(outcome, Failure):
        raise outcome.error
    return outcome.value


def wire(value: Any) -> Any:
    """A value as its JSON reads."""
    return msgspec.json.decode(msgspec.json.encode(value))
