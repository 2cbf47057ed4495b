"""Keyset pages in an order that the caller chooses: the cursor is sealed, since it names more than an id.

A cursor holds the place of the last row of a page. Its seal covers the place, the procedure, and all of the input but
the page: one that was changed, or that another list gave out, is refused.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from hmac import compare_digest
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from app.context import SignedIn
from app.rpc import Code, Input, RpcError
from procedures._pages import Limit

Cursor = Annotated[str, Meta(pattern="^[A-Za-z0-9_=-]+$", max_length=1500)]
Row = TypeVar("Row")
Place = tuple[Any, UUID]
_SEAL_BYTES = 16


class InvalidCursor(RpcError, code=Code.BAD_REQUEST):
    """The cursor was not given out for this list"""


class KeysetInput(Input):
    """`limit` rows at most; `cursor` is the `nextCursor` of the page before, asked for with the same input."""

    limit: Limit = 50
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Order(Generic[Row]):
    """One order of a list. `query` takes the place behind which a page begins as `after` and `after_id`; `start` is the
    place before every row, `place` that of a row; `kind` is the type of what is compared.
    """

    query: str
    kind: type[object]
    start: Place
    place: Callable[[Row], Place]


EARLIEST: Final[Place] = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
LATEST: Final[Place] = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
FIRST_TEXT: Final[Place] = ("", UUID(int=0))


async def read_page(
    ctx: SignedIn, order: Order[Row], input: KeysetInput, into: type[Row], **filters: object
) -> tuple[list[Row], str | None]:
    """A page, and the cursor of the next one if there is more. Raises InvalidCursor."""
    after, after_id = place_of(ctx, order, input)
    async with ctx.db.begin() as tx:
        rows = await tx.all(order.query, into, after=after, after_id=after_id, limit=input.limit + 1, **filters)
    page = rows[: input.limit]
    more = len(rows) > input.limit
    return page, _cursor(ctx, input, order.place(page[-1])) if more else None


def place_of(ctx: SignedIn, order: Order[Row], input: KeysetInput) -> Place:
    """The place behind which the page begins. Raises InvalidCursor."""
    if input.cursor is None:
        return order.start
    try:
        raw = urlsafe_b64decode(input.cursor)
    except ValueError:
        raise InvalidCursor() from None
    seal, payload = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
    # base64 has several spellings of the same bytes: only ours is taken
    if urlsafe_b64encode(raw).decode() != input.cursor or not compare_digest(seal, _seal(ctx, input, payload)):
        raise InvalidCursor()
    value, row_id = msgspec.json.decode(payload, type=tuple[Any, UUID])
    return msgspec.convert(value, order.kind), row_id


def _cursor(ctx: SignedIn, input: KeysetInput, place: Place) -> str:
    payload = msgspec.json.encode(place)
    return urlsafe_b64encode(_seal(ctx, input, payload) + payload).decode()


def _seal(ctx: SignedIn, input: KeysetInput, payload: bytes) -> bytes:
    """A keyed hash. Every process of a deployment has the key, a secret of its settings."""
    settings = ctx.resources.settings
    key = sha256((settings.jwt_secret or settings.database_url).encode()).digest()
    asked: list[Any] = [ctx.request.path, replace(input, cursor=None, limit=1)]
    return blake2b(msgspec.json.encode(asked) + payload, key=key, digest_size=_SEAL_BYTES).digest()
