"""What scenes are made with: calls, callers, and a way to compare what new ids and times make different."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from app.context import SignedIn
from tests.wire.conformance import Call, Told
from tests.wire.served import Served
from tests.world import token_of

Scene = Callable[[Served], Awaitable[Call]]

NEW = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "(uuid)"),
    (re.compile(r"course-gen-[0-9a-f]{32}"), "(job)"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"), "(time)"),
    (re.compile(r'(?<="slug":")[a-z]+-[0-9a-f]{8}'), "(slug)"),
    (re.compile(r"(?<=/downloads/)[\w.-]+"), "(address)"),
    (re.compile(r'(?<="global_active_jobs":)\d+|(?<="globalActive":)\d+'), '"(other scenes\' too)"'),
    (re.compile(r'(?<="users":)\[[^\]]*\]'), '"(those of other scenes)"'),
    (re.compile(r'(?<="number":)\d+(?=,"hash")'), '"(place)"'),
    (re.compile(r'(?<="hash":")[0-9a-f]{64}'), "(hash)"),
    (re.compile(r'(?<="requestId":")[^"]+'), "(request)"),
)


def likened(told: Told) -> Told:
    """The same with a word in place of what is new each time: ids, times, and what other scenes left."""
    text = msgspec.json.encode(told).decode()
    for pattern, word in NEW:
        text = pattern.sub(word, text)
    return msgspec.json.decode(text, type=Told)


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
