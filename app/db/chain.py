"""The chain of hashes over what superadmins did, recomputed: the first link that is not what was written.

A link's hash is the SHA-256 of the hash before it and of all that its event says, place included. Whoever may write the
database as its owner could make a whole new chain; only a link that was noted elsewhere shows that.
"""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import msgspec

from app.db.errors import translated
from app.db.pool import prepare
from app.db.session import Transaction

BATCH = 5_000
SECONDS = 60.0
_BEGINNING = hashlib.sha256(b"").digest()


class Link(msgspec.Struct, frozen=True):
    """A link and the event that it should be the hash of; `content` is None where the event is gone."""

    number: int
    event_id: UUID
    hash: bytes
    content: str | None


class Head(msgspec.Struct, frozen=True):
    """Where the chain ends: the number of its links, and the last one's hash."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


class Broken(msgspec.Struct, frozen=True):
    """The first thing wrong with the chain; `event_id` where there is one to look at."""

    number: int
    why: str
    event_id: UUID | None = None

    def __str__(self) -> str:
        event = f", event {self.event_id}" if self.event_id else ""
        return f"link {self.number}{event}: {self.why}"


class _Event(msgspec.Struct, frozen=True):
    event_id: UUID


async def verify_chain(dsn: str, noted: str | None = None) -> Head | Broken:
    """Recompute the chain as the database's owner; `noted` is a head that was printed earlier.

    Raises DatabaseUnavailable, DatabaseRefused (not an owner).
    """
    async with as_owner(dsn) as tx:
        previous, hashes = Head(0, _BEGINNING), _Noted(noted)
        hashes.saw(previous)
        async for link in _links(tx):
            broken = _wrong_with(link, previous)
            if broken:
                return broken
            previous = Head(link.number, link.hash)
            hashes.saw(previous)
        return await _wrong_at_the_end(tx, previous) or hashes.missing(previous) or previous


def _wrong_with(link: Link, previous: Head) -> Broken | None:
    number = previous.number + 1
    if link.number != number:
        return Broken(number, "is missing")
    if link.content is None:
        return Broken(number, "what it stands for is gone", link.event_id)
    if hashlib.sha256(previous.hash + link.content.encode()).digest() != link.hash:
        return Broken(number, "it, its event or their order was changed", link.event_id)
    return None


async def _wrong_at_the_end(tx: Transaction, last: Head) -> Broken | None:
    head = await tx.maybe("audit_head", Head)
    if head != last:
        return Broken(last.number + 1, f"is missing, the chain should end at {head}")
    unlinked = await tx.maybe("unlinked_audit_event", _Event)
    return Broken(last.number + 1, "is missing for this event", unlinked.event_id) if unlinked else None


class _Noted:
    """A head that somebody noted: the chain must still pass through it."""

    def __init__(self, noted: str | None) -> None:
        self._wanted = noted

    def saw(self, head: Head) -> None:
        if str(head) == self._wanted:
            self._wanted = None

    def missing(self, last: Head) -> Broken | None:
        return Broken(last.number, f"the chain does not hold {self._wanted}") if self._wanted else None


async def _links(tx: Transaction) -> AsyncGenerator[Link]:
    after = 0
    while batch := await tx.all("audit_links", Link, after=after, limit=BATCH):
        for link in batch:
            yield link
        after = batch[-1].number


async def make_superadmin(dsn: str, email: str) -> UUID | None:
    """Make an active user superadmin, as the database's owner, with a link of the chain; None: there is no such user.

    Raises DatabaseUnavailable, DatabaseRefused (not an owner).
    """
    async with as_owner(dsn) as tx:
        return await tx.optional("make_superadmin", UUID, email=email)


@asynccontextmanager
async def as_owner(dsn: str) -> AsyncGenerator[Transaction]:
    """One transaction of the database's owner, over one snapshot."""
    with translated():
        connection = await asyncpg.connect(dsn, timeout=SECONDS, command_timeout=SECONDS)
    try:
        await prepare(connection)
        async with connection.transaction(isolation="repeatable_read"):
            with translated():
                await connection.execute("set local role app_owner")
            yield Transaction(connection, SECONDS)
    finally:
        await connection.close()
