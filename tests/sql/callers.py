"""Tenants to test with, and connections that act as one of their people, as the service's own sessions do."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[Any]"

PAYLOAD = b'{"ttl": 4000}'
"""What the queue holds of a job here: how many seconds its row is kept."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls: the claims of a token."""

    user_id: UUID
    organization_id: UUID
    role: str

    @property
    def database_role(self) -> str:
        return "app_superadmin" if self.role == "superadmin" else "authenticated"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was claimed, with its one job in the queue."""

    run_id: UUID
    course_id: UUID
    job_id: str


async def connect(dsn: str) -> Connection:
    """A connection that reads and writes jsonb as Python values."""
    connection: Connection = await asyncpg.connect(dsn)
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    return connection


async def become(connection: Connection, person: Person) -> None:
    """The transaction that is open acts for a signed-in person from here on."""
    claims = {"user_id": str(person.user_id), "role": person.role, "organization_id": str(person.organization_id)}
    await connection.execute(f"set local role {person.database_role}")
    await connection.execute("select set_config('request.jwt.claims', $1, true)", json.dumps(claims))


@asynccontextmanager
async def acting_as(connection: Connection, person: Person) -> AsyncGenerator[Connection]:
    """One transaction of a signed-in person."""
    async with connection.transaction():
        await become(connection, person)
        yield connection


async def organization(root: Connection, tier: str = "standard") -> UUID:
    found: UUID = await root.fetchval(
        "insert into organizations (name, tier) values ($1, $2) returning id", f"Organization {uuid4()}", tier
    )
    return found


async def person(root: Connection, organization_id: UUID, role: str = "instructor") -> Person:
    user_id = await root.fetchval(
        "insert into users (email, organization_id, role) values ($1, $2, $3) returning id",
        f"{uuid4()}@example.com",
        organization_id,
        role,
    )
    return Person(user_id, organization_id, role)


async def instructor(root: Connection, tier: str = "standard") -> Person:
    """An instructor of a new organization."""
    return await person(root, await organization(root, tier))


async def colleague(root: Connection, of: Person, role: str = "instructor") -> Person:
    return await person(root, of.organization_id, role)


async def course(root: Connection, owner: Person, **columns: Any) -> UUID:
    """A course of this owner; further columns as given."""
    values = {
        "title": "A course",
        "slug": f"course-{next(_numbers)}",
        "user_id": owner.user_id,
        "organization_id": owner.organization_id,
    } | columns
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    found: UUID = await root.fetchval(
        f"insert into courses ({', '.join(values)}) values ({places}) returning id",  # noqa: S608  names from the tests
        *values.values(),
    )
    return found


async def document(root: Connection, course_id: UUID, status: str = "ready", size: int = 1000) -> UUID:
    """A file of the course, uploaded by its owner."""
    file_id = uuid4()
    await root.execute(
        """
        insert into file_catalog (
            id, course_id, uploaded_by, filename, mime_type, file_type, file_size, storage_path, hash, status
        )
        select
            $1::uuid, id, user_id, 'a.txt', 'text/plain', 'txt', $3, format('%s/%s/%s', organization_id, id, $1::uuid),
            repeat('0', 64), $4
        from courses
        where id = $2
        """,
        file_id,
        course_id,
        size,
        status,
    )
    return file_id


async def claim(
    api: Connection,
    caller: Person,
    course_id: UUID,
    *,
    key: str | None = None,
    webhook: str | None = None,
    run_id: UUID | None = None,
) -> dict[str, Any]:
    """app.claim_run in a transaction of the caller's; its outcome."""
    async with acting_as(api, caller):
        outcome: dict[str, Any] = await api.fetchval(
            "select app.claim_run($1, $2, $3, $4, $5, 'request-1')", course_id, run_id or uuid4(), uuid4(), key, webhook
        )
    return outcome


async def enqueue(
    connection: Connection, run_id: UUID, job_type: str, scheduled: int = 0, payload: bytes = PAYLOAD
) -> str:
    """app.enqueue_job in the transaction that is open; the job's id."""
    job_id = f"course-gen-{uuid4()}"
    await connection.execute(
        "select app.enqueue_job($1, $2, $3, $4, 95::smallint, 3, $5)", run_id, job_id, job_type, payload, scheduled
    )
    return job_id


async def start(api: Connection, caller: Person, course_id: UUID, **options: Any) -> Run:
    """A run of the course as generation.initiate starts it: claimed, and its first job in the queue."""
    outcome = await claim(api, caller, course_id, **options)
    run_id = UUID(outcome["run_id"])
    async with acting_as(api, caller):
        job_id = await enqueue(api, run_id, "structure_analysis")
    return Run(run_id, course_id, job_id)


async def claim_job(worker: Connection, job_id: str, attempt: int = 1) -> dict[str, Any] | None:
    """app.claim_job as a worker; what the attempt is told, or None."""
    told: dict[str, Any] | None = await worker.fetchval("select app.claim_job($1, $2)", job_id, attempt)
    return told


async def progress_of(root: Connection, course_id: UUID) -> Any:
    return await root.fetchval("select generation_progress from courses where id = $1", course_id)


async def status_of(root: Connection, course_id: UUID) -> str | None:
    status: str | None = await root.fetchval("select generation_status::text from courses where id = $1", course_id)
    return status


async def someone_waits_for_a_lock(root: Connection) -> None:
    """Returns once a statement of this database waits for another's lock."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while True:
            if await root.fetchval(waiting):
                return
            await asyncio.sleep(0.005)
