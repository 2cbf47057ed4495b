"""What scenes are made with: calls and callers."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from app.context import SignedIn
from tests.wire.conformance import Call
from tests.wire.served import Served
from tests.world import token_of

Scene = Callable[[Served], Awaitable[Call]]


def _call(path: str, given: Any = None, caller: SignedIn | None = None, *, query: bool, fails: str | None) -> Call:
    text = None if given is None else msgspec.json.encode(given).decode()
    kind = "query" if query else "mutation"
    return Call(path, path, kind, text, fails, None if caller is None else token_of(caller))


def query(path: str, given: Any = None, caller: SignedIn | None = None, fails: str | None = None) -> Call:
    """A query of the product."""
    return _call(path, given, caller, query=True, fails=fails)


def mutation(path: str, given: Any, caller: SignedIn | None = None, fails: str | None = None) -> Call:
    """A mutation of the product."""
    return _call(path, given, caller, query=False, fails=fails)


async def owner_of(served: Served, tier: str = "standard") -> tuple[SignedIn, UUID]:
    """A new instructor and a course of theirs."""
    owner = await served.user(tier=tier)
    return owner, await served.world.course(owner)


async def job_of(served: Served, course: UUID) -> str:
    """The job that the course's run waits for."""
    job: str = await served.world.sql.fetchval("select job_id from job_status where course_id = $1", course)
    return job
