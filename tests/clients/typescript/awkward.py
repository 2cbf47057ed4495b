"""A table whose names are taken by the package itself, or are no names at all, and whose docs look like code."""

from collections.abc import AsyncGenerator
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.context import Request
from app.rpc import Base, Code, Input, Output, Router, RpcError, Table

public = Base[Request]()


class Uuid(Input):
    """A type that is called like a brand. */ export type Broken = {"""

    id: UUID
    default: Literal["*/"] = "*/"


class AppRouter(Output):
    """A type that is called like the router.

    @deprecated is no tag here.
    """

    no_name: int = msgspec.field(name="no-name")
    digits: int = msgspec.field(name="1st")
    proto: bool = msgspec.field(name="__proto__")
    inner: "Tree"


class Tree(Output):
    """A type that holds itself, and whose `left` may be left out."""

    children: list["Tree"]
    left: "Tree | None | msgspec.UnsetType" = msgspec.UNSET


class Place(msgspec.Struct, array_like=True):
    """An object that is sent as a list."""

    x: float
    y: float
    label: str | None = None


class UnknownError(RpcError, code=Code.PAYMENT_REQUIRED):
    """An error that is called like the one that stands for newer ones */"""

    tree: Uuid | None = None


class Issue(RpcError, code=Code.NOT_IMPLEMENTED):
    """An error that is called like a problem of an input"""


@public.query(errors=(UnknownError, Issue))
async def errors(_ctx: Request, input: Uuid) -> AppRouter:
    """A procedure that is called like a module. */ }; /* {@link Uuid}"""
    raise NotImplementedError(str(input))


@public.mutation()
async def delete(_ctx: Request, input: Place) -> Place:
    """A procedure that is called like a keyword."""
    return input


@public.mutation()
async def both(_ctx: Request, input: Uuid | list[int] | str | None) -> Uuid | list[dict[str, Uuid]] | None:
    """A union of different kinds, in and out."""
    raise NotImplementedError(str(input))


@public.subscription()
async def anything(_ctx: Request) -> AsyncGenerator[Any, None]:
    """Events of any kind."""
    yield None


AWKWARD = Table(Router(errors, types=Router(delete), AppRouter=Router(both, anything)))
