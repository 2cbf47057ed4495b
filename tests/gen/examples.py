"""Small tables for tests of what is generated: one with every kind of procedure, and one as large as is asked for."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.rpc import Base, Code, Input, Middleware, Moment, Next, Output, Router, RpcError, Table, Tracked


class NoToken(RpcError, code=Code.UNAUTHORIZED):
    """Who are you?"""


class TooMany(RpcError, code=Code.TOO_MANY_REQUESTS):
    """At most {limit} notes

    What stands here is for readers of the code.
    """

    limit: int
    advice: str | None = None

    @property
    def retry_after(self) -> int:
        """Ten seconds."""
        return 10


async def _prove(ctx: object, go_on: Next[object]) -> object:
    return await go_on(ctx)


public = Base[object]()
authed = public.use(Middleware(_prove, errors=(NoToken,)))


class NoteInput(Input):
    """A note to keep."""

    text: Annotated[str, Meta(min_length=1, max_length=100)]
    colour: Literal["red", "green"] = "red"
    parent: "NoteInput | None" = None


class Note(Output):
    """A note that was kept."""

    text: str
    written_at: Moment
    tags: list[str] | None = None
    draft: bool | msgspec.UnsetType = msgspec.UNSET


class FeedInput(Input):
    """Where to begin."""

    last_event_id: str | None = None


@authed.mutation(errors=(TooMany,), idempotency_key=True, examples=(NoteInput(text="milk"),), body_limit=1000)
async def add(ctx: object, input: NoteInput) -> Note:
    """Keep a note.

    It can be found again.
    """
    raise NotImplementedError


@public.query()
async def count(ctx: object) -> int:
    """How many there are."""
    raise NotImplementedError


@public.query()
async def newest(ctx: object, input: FeedInput = FeedInput()) -> Note | None:  # noqa: B008  frozen
    """The newest note."""
    raise NotImplementedError


@authed.subscription()
async def feed(ctx: object, input: FeedInput) -> AsyncGenerator[Tracked[Note] | int, None]:
    """Every note as it comes."""
    yield 0


@public.stream()
async def pieces(ctx: object) -> AsyncGenerator[str, None]:
    """A text, piece by piece."""
    yield ""


TABLE = Table(Router(notes=Router(add, count, newest, feed, pieces)))


def large_table(procedures: int) -> Table:
    """So many mutations, each with an input, an output and an error of its own, in areas of twenty."""
    areas: dict[str, list[Any]] = {}
    for number in range(procedures):
        areas.setdefault(f"area{number // 20}", []).append(_synthetic(number))
    return Table(Router(**{name: Router(*members) for name, members in areas.items()}))


def _synthetic(number: int) -> Any:
    class Taken(Input):
        """What it takes."""

        course_id: str
        words: list[str]
        limit: Annotated[int, Meta(ge=1, le=100)] = 50

    class Given(Output):
        """What it gives."""

        id: str
        at: Moment
        next: str | None

    Taken.__name__, Given.__name__ = f"Taken{number}", f"Given{number}"
    refused = type(f"Refused{number}", (RpcError,), {"__doc__": f"Number {number} refused", "__module__": __name__})

    async def procedure(ctx: object, input: Any) -> Any:
        """One of many."""
        raise NotImplementedError

    procedure.__name__ = f"number{number}"
    procedure.__annotations__.update({"input": Taken, "return": Given})
    return authed.mutation(errors=(refused,))(procedure)
