"""A small world for tests of procedures: real resources, organizations of every tier, callers with identity."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from app.auth.claims import Claims, Role
from app.auth.issue import issue
from app.boot import open_resources
from app.context import Request, Resources, SignedIn
from app.dev import Database
from app.settings import Settings, read_settings

SECRET = "a secret for tests, thirty-two bytes and more"


def environment_for(database: Database, redis_url: str, storage: Path, **changes: object) -> dict[str, str]:
    """The environment of a process over a test's own servers, with short times; a change named `port` sets PORT."""
    environment = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database.api,
        "WORKER_DATABASE_URL": database.worker,
        "OWNER_DATABASE_URL": database.superuser,
        "REDIS_URL": redis_url,
        "STORAGE_URL": f"file://{storage}",
        "JWT_SECRET": SECRET,
        "LEASE_TTL_SECONDS": "3",
        "REAPER_PERIOD_SECONDS": "0.5",
        "DB_TIMEOUT_SECONDS": "5",  # more than callers are given: the machine does other things too
        "WORKER_NICENESS": "0",  # short leases on a busy machine
        "LOG_LEVEL": "warn",
        "LOG_FORMAT": "json",
        "REFUSED_TOKENS_PER_MINUTE": "100000",  # tests send many, all from one address
    }
    return {**environment, **{name.upper(): str(value) for name, value in changes.items()}}


def settings_for(database: Database, redis_url: str, storage: Path, **changes: object) -> Settings:
    """Settings over a test's own servers, with short times."""
    return read_settings(environment_for(database, redis_url, storage, **changes))


class World:
    """Resources as the API has them, and a superuser's connection for what tests arrange and look at."""

    def __init__(self, resources: Resources, superuser: "asyncpg.Connection[Any]") -> None:
        self.resources = resources
        self.sql = superuser

    async def organization(self, tier: str = "standard") -> UUID:
        """A new organization of this tier."""
        organization: UUID = await self.sql.fetchval(
            "insert into organizations (name, tier) values ($1, $2) returning id", f"org {uuid4()}", tier
        )
        return organization

    async def user(self, organization: UUID | None = None, role: Role = Role.INSTRUCTOR) -> SignedIn:
        """A new user, as the context of a call."""
        organization = organization or await self.organization()
        user: UUID = await self.sql.fetchval(
            "insert into users (email, organization_id, role) values ($1, $2, $3) returning id",
            f"{uuid4()}@example.org",
            organization,
            role.value,
        )
        return self.caller(Claims(user, organization, role, int(time.time()) + 3600))

    def caller(self, claims: Claims, **headers: str) -> SignedIn:
        """The context of a call with these claims; `idempotency_key="x"` is the header Idempotency-Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return SignedIn(Request(id=uuid4().hex, headers=named), self.resources, claims)

    async def course(self, owner: SignedIn, title: str = "Компост") -> UUID:
        """A new course of this user."""
        course: UUID = await self.sql.fetchval(
            "insert into courses (title, slug, user_id, organization_id) values ($1, $2, $3, $4) returning id",
            title,
            f"c-{uuid4()}",
            owner.user_id,
            owner.claims.organization_id,
        )
        return course

    async def row(self, query: str, *values: Any) -> dict[str, Any]:
        """The only row of a query, by column."""
        (found,) = await self.sql.fetch(query, *values)
        return dict(found.items())

    async def events(self, course: UUID) -> list[str]:
        """The types of the events written about a course, oldest first."""
        rows = await self.sql.fetch(
            'select event_type from system_metrics where course_id = $1 order by "timestamp"', course
        )
        return [row["event_type"] for row in rows]

    async def progress(self, course: UUID) -> dict[str, Any]:
        """A course's progress as it stands in the database."""
        text = await self.sql.fetchval("select generation_progress::text from courses where id = $1", course)
        return dict(msgspec.json.decode(text))

    async def allow_slots(self) -> None:
        """What a worker's reaper does at its start: an empty Redis is rebuilt, and slots can be taken."""
        seen = await self.resources.slots.held()
        await self.resources.slots.reconcile(seen, [], [])


@asynccontextmanager
async def make_world(settings: Settings) -> AsyncGenerator[World]:
    """A world over these settings, with slots to take."""
    superuser = await asyncpg.connect(settings.owner_database_url)
    try:
        async with open_resources(settings, settings.database_url) as resources:
            world = World(resources, superuser)
            await world.allow_slots()
            yield world
    finally:
        await superuser.close()


def token_of(caller: SignedIn) -> str:
    """The access token of a caller."""
    return issue(caller.claims, secret=SECRET, issuer="coursegen", audience="authenticated")
