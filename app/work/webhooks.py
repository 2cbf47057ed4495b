"""Delivers webhooks from their outbox, beside the jobs: a target that is slow or down costs a run nothing.

A delivery is claimed by a guarded update, which is a lease too: two workers never make the same attempt, and one whose
worker died is made again. At least once, then, under the same id each time.
"""

import asyncio
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

import msgspec
from loguru import logger

from app import tracing
from app.context import Resources
from app.db.session import SERVICE, Session
from app.webhooks import Answer, Rules, Sender, SendFailed, signed_headers
from app.work.reaper import AWAY
from app.work.waiting import set_within

if TYPE_CHECKING:
    from loguru import Logger

AT_ONCE: Final = 16
"""Deliveries that one worker has under way."""
PER_ORGANIZATION: Final = 4
"""How many of them are one organization's: its dead target holds up its own events alone."""
POLL_SECONDS: Final = 1.0
OUTCOMES: Final = ("delivered", "retried", "failed", "disabled")
"""How attempts end, for /metrics; the database keeps the sums."""
GONE: Final = 410


class Claimed(msgspec.Struct, frozen=True):
    """A delivery that this worker is to attempt; the first secret is the newest."""

    id: UUID
    claim_token: UUID
    organization_id: UUID
    course_id: UUID
    run_id: UUID
    url: str
    payload: str
    attempt: int
    secrets: list[str]
    trace: tracing.Carrier

    def __repr__(self) -> str:
        return f"Claimed({self.id}, attempt {self.attempt})"  # secrets and addresses are for no log


class Outcome(msgspec.Struct, frozen=True):
    """What came of an attempt, as app.record_webhook takes it."""

    outcome: Literal["delivered", "refused", "gone"]
    status: int | None = None
    error: str | None = None
    retry_after: float | None = None


class WebhookDelivery:
    """`run` works until cancelled. What is under way then is attempted again by another worker, after its lease."""

    def __init__(self, resources: Resources, sender: Sender | None = None) -> None:
        settings = resources.settings
        self._resources = resources
        self._seconds = settings.webhook_timeout_seconds
        self._agent = f"Coursegen/{settings.version}"
        self._sender = sender or Sender(Rules.of(settings), seconds=self._seconds, at_once=AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()

    @property
    def _db(self) -> Session:
        return self._resources.database.session(SERVICE)

    async def run(self) -> None:
        """Take what is due as soon as there is room for it, and look for more every second."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    for claimed in await self._claim():
                        task = group.create_task(self._deliver(claimed, asyncio.get_running_loop().time()))
                        self._under_way.add(task)
                        task.add_done_callback(self._over)
                    await set_within(self._room, POLL_SECONDS)
                    self._room.clear()
        finally:
            self._sender.close()

    def _over(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.set()

    async def _claim(self) -> list[Claimed]:
        """What is due, at most what there is room for. The lease is twice the time that an attempt has."""
        room = AT_ONCE - len(self._under_way)
        if not room:
            return []
        try:
            async with self._db.begin() as tx:
                return await tx.all(
                    "claim_webhooks",
                    Claimed,
                    limit=room,
                    per_organization=PER_ORGANIZATION,
                    lease_seconds=2 * self._seconds,
                )
        except AWAY as error:
            logger.warning("webhooks: {}", error)
            return []

    async def _deliver(self, claimed: Claimed, began: float) -> None:
        """One attempt and its record. When the record can't be written, the attempt is made again: at least once."""
        with tracing.delivery(str(claimed.id), claimed.attempt, claimed.trace):
            outcome = await self._attempt(claimed, began)
        try:
            async with self._db.begin() as tx:
                state = await tx.optional(
                    "record_webhook",
                    str,
                    id=claimed.id,
                    claim_token=claimed.claim_token,
                    **msgspec.structs.asdict(outcome),
                )
        except AWAY as error:
            _line(claimed).warning("what came of a webhook is not recorded: {}", error)
            return
        _line(claimed).bind(status=outcome.status, error=outcome.error, state=state).info("webhook {}", outcome.outcome)

    async def _attempt(self, claimed: Claimed, began: float) -> Outcome:
        headers = signed_headers(str(claimed.id), claimed.payload, claimed.secrets)
        try:
            answer = await self._sender.send(
                claimed.url, {**headers, "user-agent": self._agent}, claimed.payload, began
            )
        except SendFailed as failure:
            return Outcome("refused", error=str(failure))
        except Exception as bug:  # the boundary: what a stranger's answer brings about must not end the worker
            error_id = uuid4().hex
            _line(claimed).bind(errorId=error_id).opt(exception=bug).error("sending a webhook crashed")
            return Outcome("refused", error=f"internal error {error_id}")
        return judged(answer)


def judged(answer: Answer) -> Outcome:
    """An answer as Standard Webhooks 1.0.0 reads it: 2xx delivers, 410 ends the endpoint, all else is a failure."""
    if 200 <= answer.status < 300:  # noqa: PLR2004  RFC 9110, section 15.3
        return Outcome("delivered", answer.status)
    error = f"the answer was {answer.status}"
    if answer.status == GONE:
        return Outcome("gone", answer.status, error)
    return Outcome("refused", answer.status, error, answer.retry_after)


def _line(claimed: Claimed) -> "Logger":
    return logger.bind(
        webhookId=str(claimed.id),
        organizationId=str(claimed.organization_id),
        courseId=str(claimed.course_id),
        runId=str(claimed.run_id),
        attempt=claimed.attempt,
    )
