"""SAQ's dashboard: its page, script and styles as SAQ ships them, over answers of our own.

SAQ's own server side stays out: it asks nobody who they are, its Retry starts a second copy of a running job, its
Abort brings finished ones back, and it answers with every job that waits. Here a job is stopped with its run, as
`jobs.cancel` does it, and only an exhausted one is retried.
"""

import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from loguru import logger
from saq.web.common import STATIC_PATH, render

from app.auth.claims import Claims, Role
from app.auth.errors import Forbidden
from app.context import Resources, identity_of
from app.db.audit import Call
from app.db.jobs import QUEUE
from app.db.session import Transaction
from app.rpc import Code, RpcError

LISTED: Final = 50
"""How many jobs of each state the page of a queue shows."""

# the one link that SAQ's script writes without the place where it is mounted
_LOST_LINK: Final = (b'href: "/queues/"', b'href: root_path + "/queues/"')


def page(root: str) -> str:
    """SAQ's page, for a dashboard at this path."""
    return render(root_path=root)


def assets() -> dict[str, bytes]:
    """SAQ's scripts and styles by their names."""
    return {
        "app.js": (STATIC_PATH / "app.js").read_bytes().replace(*_LOST_LINK),
        "snabbdom.js": gzip.decompress((STATIC_PATH / "snabbdom.js.gz").read_bytes()),
        "pico.min.css": gzip.decompress((STATIC_PATH / "pico.min.css.gz").read_bytes()),
    }


class QueueJob(msgspec.Struct, frozen=True):
    """A job with the fields that SAQ's page shows; `kwargs` as JSON, times in milliseconds."""

    key: str
    status: str
    function: str | None
    kwargs: str | None
    queued: int
    started: int | None
    completed: int | None
    attempts: int
    error: str | None
    queue: str = QUEUE


class Queue(msgspec.Struct, frozen=True):
    """The queue with the fields that SAQ's page shows."""

    queued: int
    active: int
    scheduled: int
    workers: dict[str, Any]
    name: str = QUEUE
    jobs: list[QueueJob] = []


class QueueJobNotFound(RpcError, code=Code.NOT_FOUND):
    """There is no such job"""


class NotRetried(RpcError, code=Code.CONFLICT):
    """This job is not retried: {why}"""

    why: str


class NotAborted(RpcError, code=Code.CONFLICT):
    """This job is not aborted: {why}"""

    why: str


class Cancelled(msgspec.Struct, frozen=True):
    """What the database said to a cancellation."""

    outcome: Literal["not_found", "not_yours", "already_cancelled", "finished", "cancelled"]
    status: str = ""
    run_id: UUID | None = None
    slot_token: UUID | None = None


_WHY: Final = {
    "not_failed": "only one that failed with no attempt left is",
    "run_ended": "its run has ended, and is started anew by generation.initiate",
}


class QueueDesk:
    """What a superadmin sees and does. Every method raises Forbidden for whom the database knows as none (any more)."""

    def __init__(self, resources: Callable[[], Resources]) -> None:
        self._resources = resources

    async def enter(self, claims: Claims) -> None:
        """Note that the superadmin comes in."""
        async with self._begin(claims, "enter"):
            pass

    async def queues(self, claims: Claims) -> dict[str, Any]:
        """All queues: there is one."""
        async with self._begin(claims, "list") as tx:
            return {"queues": [await tx.maybe("queue_overview", Queue)]}

    async def queue(self, claims: Claims) -> dict[str, Any]:
        """The queue with the jobs that run, that failed for good, and that come next."""
        async with self._begin(claims, "get") as tx:
            found = await tx.maybe("queue_overview", Queue)
            jobs = await tx.all("queue_listing", QueueJob, limit=LISTED)
        return {"queue": found and msgspec.structs.replace(found, jobs=jobs)}

    async def job(self, claims: Claims, key: str) -> dict[str, Any]:
        """One job. Raises QueueJobNotFound."""
        async with self._begin(claims, "getJob", key) as tx:
            found = await tx.maybe("queue_job", QueueJob, key=key)
        if found is None:
            raise QueueJobNotFound()
        return {"job": found}

    async def retry(self, claims: Claims, key: str) -> None:
        """Queue an exhausted job once more. Raises QueueJobNotFound, NotRetried."""
        async with self._begin(claims, "retry", key) as tx:
            outcome = await tx.value("retry_exhausted_job", str, job_id=key)
        if outcome == "not_found":
            raise QueueJobNotFound()
        if outcome != "retried":
            raise NotRetried(why=_WHY[outcome])
        logger.bind(jobId=key, userId=str(claims.user_id)).info("job retried")

    async def abort(self, claims: Claims, key: str) -> None:
        """Cancel the job with its run. Raises QueueJobNotFound, NotAborted."""
        async with self._begin(claims, "abort", key) as tx:
            done = await tx.value("cancel_job", Cancelled, job_id=key)
        if done.outcome == "finished":
            raise NotAborted(why=f"it is already {done.status}")
        if done.outcome in ("not_found", "not_yours"):
            raise QueueJobNotFound()
        if done.run_id and done.slot_token:
            await self._resources().give_back(done.run_id, done.slot_token)
        logger.bind(jobId=key, userId=str(claims.user_id)).info("job cancelled")

    @asynccontextmanager
    async def _begin(self, claims: Claims, action: str, key: str | None = None) -> AsyncGenerator[Transaction]:
        """A transaction of the superadmin, whose role is read anew: taken away, it ends the session at once. It begins
        with the audit trail's entry of the action.
        """
        call = Call(f"queues.{action}", None if key is None else {"jobId": key})
        async with self._resources().database.session(identity_of(claims), call).begin() as tx:
            if await tx.optional("acting_role", str, user_id=claims.user_id) != Role.SUPERADMIN:
                raise Forbidden()
            yield tx
