"""generation.initiate: take a slot, start the run, hand the work to the queue."""

import asyncio
import time
from typing import Annotated
from uuid import UUID

from loguru import logger
from msgspec import Meta

from app.context import SignedIn
from app.db.errors import DatabaseRefused, DatabaseUnavailable
from app.leases import SystemFull, UserLimitReached
from app.log import note
from app.middlewares import rate_limit
from app.rpc import Code, Input, Output, RpcError
from app.saga import Saga
from app.webhooks import Rules, TargetRefused, read_target
from procedures._bases import instructor
from procedures._errors import CourseNotFound, NotYours
from procedures._examples import COURSE_ID
from procedures.generation._start import AlreadyRunning, KeyMalformed, KeyReused, RunStart, Started, start_once
from procedures.generation._start_events import record_limit, record_rollback

# before `$`, which lets a last line break pass, stands what doesn't
WebhookUrl = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?(?!\s)$", max_length=2048)]
RETRY_SECONDS = (0.1, 0.2, 0.4)
CALL_SECONDS = 3.0
"""For the attempts; what is left of the five seconds is for undoing them."""
RETRIED_SECONDS = 1.0
"""No attempt begins later: a database that did not answer one for as long is away, and the caller is told so."""
DATABASE_ERRORS = (DatabaseUnavailable, DatabaseRefused)


class InitiateInput(Input):
    """`webhook_url` is told of every change of step: an https:// address of the public internet, on a port that is open
    to webhooks.
    """

    course_id: UUID
    webhook_url: WebhookUrl | None = None


class Initiated(Output):
    """The run's first job, by which it can be followed and cancelled."""

    success: bool
    job_id: str
    course_id: UUID
    message: str


class WebhookRefused(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """The webhook address can't be used: {reason}"""

    reason: str


class InitiateFailed(RpcError, code=Code.INTERNAL_SERVER_ERROR):
    """Не удалось инициализировать генерацию курса. Попробуйте позже."""


class InitiateUnavailable(InitiateFailed, code=Code.SERVICE_UNAVAILABLE):
    """Не удалось инициализировать генерацию курса. Попробуйте позже.

    The same for a database that is away: it is worth trying again.
    """

    @property
    def retry_after(self) -> int:
        """A second is enough for a restarted pool."""
        return 1


@instructor.use(rate_limit(10, per=60, with_slot=True)).mutation(
    timeout=5.0,
    idempotency_key=True,
    examples=(InitiateInput(course_id=COURSE_ID, webhook_url="https://lms.example.org/hooks/course"),),
    errors=(
        WebhookRefused,
        CourseNotFound,
        NotYours,
        AlreadyRunning,
        KeyMalformed,
        KeyReused,
        UserLimitReached,
        SystemFull,
        InitiateFailed,
        InitiateUnavailable,
    ),
)
async def initiate(ctx: SignedIn, input: InitiateInput) -> Initiated:
    """Start generating a course from its uploaded files, or from its title alone.

    With an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07) a repeated call is given the first
    answer, and resumes what a crash left.
    """
    note(courseId=str(input.course_id))
    _check_webhook(ctx, input.webhook_url)
    run = RunStart.of(ctx, input.course_id, input.webhook_url)
    try:
        async with Saga() as saga:
            started = await _with_retries(ctx, run, saga)
    except (UserLimitReached, SystemFull) as refused:
        await record_limit(ctx, run, refused)
        raise
    except (*DATABASE_ERRORS, TimeoutError) as error:
        away = isinstance(error, DatabaseUnavailable)
        await record_rollback(ctx, run, attempts=1 + len(RETRY_SECONDS), error=error, away=away)
        raise (InitiateUnavailable if away else InitiateFailed)() from error
    note(jobId=started.job_id, tier=started.tier)
    logger.info("generation initiated")
    return Initiated(
        success=True,
        job_id=started.job_id,
        course_id=input.course_id,
        message="Генерация курса инициализирована",
    )


def _check_webhook(ctx: SignedIn, url: str | None) -> None:
    try:
        if url is not None:
            read_target(url, Rules.of(ctx.resources.settings))
    except TargetRefused as refused:
        raise WebhookRefused(reason=str(refused)) from None


async def _with_retries(ctx: SignedIn, run: RunStart, saga: Saga) -> Started:
    """Write the state, up to 1 + 3 times, within the time a caller waits."""
    began = time.monotonic()
    async with asyncio.timeout(CALL_SECONDS):
        for attempt, delay in enumerate(RETRY_SECONDS, start=1):
            try:
                return await start_once(ctx, run, saga)
            except DATABASE_ERRORS as error:
                if time.monotonic() - began > RETRIED_SECONDS:
                    raise
                retry = logger.bind(courseId=str(run.course_id), attempt=attempt, maxRetries=len(RETRY_SECONDS))
                retry.bind(error=str(error)).warning("state write failed, trying again")
            await asyncio.sleep(delay)
        return await start_once(ctx, run, saga)
