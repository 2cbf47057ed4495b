"""What a call carries: the request, the resources it may use, and, once signed in, proof of who calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec

from app.auth.gate import Gate
from app.auth.tokens import Claims, Role
from app.db.audit import Call
from app.db.listen import ProgressListener
from app.db.pool import Database
from app.db.session import ANONYMOUS, SERVICE, DatabaseRole, Identity, Session
from app.leases import RateLimiter, Slots, Standing, Window
from app.processes import Processes
from app.saga import Deferred
from app.settings import Settings
from app.storage import DownloadAddresses, Storage


class Answer(Protocol):
    """What a wire is told of a call's answer while the call runs."""

    def note_limit(self, standing: Standing) -> None:
        """How the caller stands with a rate limit."""


class Request(msgspec.Struct, frozen=True, eq=False):
    """What a wire knows of a request: `headers` by lower-case name, `trace_id` as in W3C Trace Context.

    `params` are a subscription's connection parameters, for clients that can't send headers (EventSource). `answer` is
    there where a wire waits for it.
    """

    id: str
    path: str = ""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    client: str | None = None
    trace_id: str | None = None
    params: Mapping[str, str] | None = None
    answer: Answer | None = None
    arguments: object = None
    """The decoded input, once there is one."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What one process opened at start and all its calls share."""

    settings: Settings
    database: Database
    slots: Slots
    storage: Storage
    downloads: DownloadAddresses
    gate: Gate
    progress: ProgressListener
    limiter: RateLimiter
    deferred: Deferred
    processes: Processes

    async def give_back(self, run_id: UUID, slot_token: UUID) -> None:
        """Release the slot of a run that has ended; when Redis is away, later, or the reaper does it."""

        async def release() -> None:
            await self.slots.release(run_id, slot_token)

        await self.deferred.run(release)

    async def delete_object(self, key: str) -> None:
        """Delete the object of a row that is gone; when the storage is away, later, or the reaper does it."""

        async def delete() -> None:
            await self.storage.delete_all(key)

        await self.deferred.run(delete)


class Context(msgspec.Struct, frozen=True, eq=False):
    """An anonymous call."""

    request: Request
    resources: Resources

    @property
    def db(self) -> Session:
        """The database as this caller may see it."""
        return self.resources.database.session(ANONYMOUS)


class SignedIn(Context, frozen=True, eq=False):
    """A call with proof of identity: it can't be had without authenticating."""

    claims: Claims
    window: Window | None = None
    """The rate limit that the procedure itself counts, together with its slot."""

    @property
    def user_id(self) -> UUID:
        """Who calls."""
        return self.claims.user_id

    @property
    def db(self) -> Session:
        """The database as this caller may see it: every transaction carries the claims."""
        return self.resources.database.session(identity_of(self.claims), self.call)

    @property
    def call(self) -> Call:
        """What a superadmin's transactions write down of this call."""
        return Call(self.request.path, self.request.arguments, self.request.id)


class Administrator(SignedIn, frozen=True, eq=False):
    """A call whose every transaction begins by asking whether the user still has the role that the token says."""

    @property
    def db(self) -> Session:
        """The database as this caller may see it. Beginning is refused (ROLE_CHANGED) to whom the role was taken."""
        return self.resources.database.session(identity_of(self.claims), self.call, confirm_role=True)


class JobContext(Context, frozen=True, eq=False):
    """A job's attempt in a worker: the run it belongs to, re-read from the database, and the epoch that fences it."""

    job_id: str
    run_id: UUID
    epoch: int
    course_id: UUID
    organization_id: UUID
    user_id: UUID
    slot_token: UUID
    tier: str
    step_one_done: bool

    @property
    def db(self) -> Session:
        """The database as the worker's role sees it: every row, so that writes name their run and epoch."""
        return self.resources.database.session(SERVICE)


def identity_of(claims: Claims) -> Identity:
    """Claims as the database is told them: a superadmin is a database role of its own."""
    role: DatabaseRole = "app_superadmin" if claims.role is Role.SUPERADMIN else "authenticated"
    return Identity(role, claims.user_id, claims.organization_id, claims.role.value)
