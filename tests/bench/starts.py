"""Users and courses in bulk: each start is of a user and a course of its own, so that no limit counts."""

import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uuid_utils.compat as uuid7s

from app.auth.claims import Claims, Role
from app.auth.issue import issue
from app.context import identity_of
from app.db.session import prelude
from tests.world import SECRET

_LIFETIME = 3600


class Start(msgspec.Struct, frozen=True):
    """A user, and a course of theirs that has not been generated."""

    claims: Claims
    course_id: UUID

    @property
    def token(self) -> str:
        """The user's access token."""
        return issue(self.claims, secret=SECRET, issuer="coursegen", audience="authenticated")

    @property
    def prelude(self) -> str:
        """What begins a transaction of this user."""
        return prelude(identity_of(self.claims))


async def make_starts(
    connection: "asyncpg.Connection[Any]", count: int, organization: UUID | None = None
) -> list[Start]:
    """So many of them, in one organization, else in a new one of the highest tier; by a superuser's connection."""
    home: UUID = organization or await connection.fetchval(
        "insert into organizations (name, tier) values ($1, 'premium') returning id", f"bench {uuid4()}"
    )
    expires = int(time.time()) + _LIFETIME
    starts = [Start(Claims(uuid4(), home, Role.INSTRUCTOR, expires), uuid7s.uuid7()) for _ in range(count)]
    await connection.executemany(
        "insert into users (id, email, organization_id, role) values ($1, $2, $3, 'instructor')",
        [(each.claims.user_id, f"{each.claims.user_id}@example.org", home) for each in starts],
    )
    await connection.executemany(
        "insert into courses (id, title, slug, user_id, organization_id) values ($1, 'Компост', $2, $3, $4)",
        [(each.course_id, f"c-{each.course_id}", each.claims.user_id, home) for each in starts],
    )
    return starts


async def tidy(connection: "asyncpg.Connection[Any]") -> None:
    """What autovacuum would do in its own time: statistics for the planner, before anything is measured."""
    await connection.execute("vacuum analyze")
