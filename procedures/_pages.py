"""Keyset pagination by a UUIDv7 id, newest first: the cursor is the last id of the page before."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.rpc import Input

Limit = Annotated[int, Meta(ge=1, le=100)]


class PageInput(Input):
    """`limit` rows at most; `cursor` is the `nextCursor` of the page before."""

    limit: Limit = 50
    cursor: UUID | None = None
