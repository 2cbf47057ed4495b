"""One attempt at starting a run: claim the course, take the slot and enqueue the first job, in one transaction."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4, uuid5

import msgspec
import uuid_utils.compat as uuid7s

from app.context import SignedIn
from app.leases import Lease
from app.log import note
from app.rpc import Code, RpcError
from app.saga import Saga
from procedures._errors import CourseNotFound, NotYours
from procedures.generation._input import StageInput, new_job_id
from procedures.generation.authoring import Brief
from procedures.generation.stages import first_stage

KEY_CHARACTERS = 255
_RUN_IDS = UUID("6f1c3f0e-0f0c-5d4e-9a53-6c1f3f1b7a11")
_SLOT_TOKENS = UUID("0b7c8f52-4f3e-5b0e-8d0a-2f6f7d5c9e22")


class AlreadyRunning(RpcError, code=Code.CONFLICT):
    """Generation is already running for this course"""

    job_id: str


class KeyReused(RpcError, code=Code.UNPROCESSABLE_CONTENT):
    """This Idempotency-Key was used with another request"""


class KeyMalformed(RpcError, code=Code.BAD_REQUEST):
    """Idempotency-Key must be 1 to 255 visible ASCII characters"""


@dataclass(slots=True)
class RunStart:
    """A run about to start. With a key, run and slot token follow from it: a retry after a crash re-enters its slot."""

    course_id: UUID
    webhook_url: str | None
    key: str | None
    run_id: UUID
    slot_token: UUID
    job_id: str
    lease: Lease | None = None

    @classmethod
    def of(cls, ctx: SignedIn, course_id: UUID, webhook_url: str | None) -> "RunStart":
        """The run that this call asks for. Raises KeyMalformed."""
        key = ctx.request.headers.get("idempotency-key")
        if key is None:
            return cls(course_id, webhook_url, None, uuid7s.uuid7(), uuid4(), new_job_id())
        if not (1 <= len(key) <= KEY_CHARACTERS and key.isascii() and key.isprintable()):
            raise KeyMalformed()
        name = f"{ctx.user_id}:{key}"
        return cls(course_id, webhook_url, key, uuid5(_RUN_IDS, name), uuid5(_SLOT_TOKENS, name), new_job_id())


class Started(msgspec.Struct, frozen=True):
    """A run that is queued; `tier` is None when the call only repeated an earlier one."""

    job_id: str
    tier: str | None = None


class ClaimedCourse(Brief, frozen=True, kw_only=True):
    """The course as the claiming query gives it."""

    organization_id: UUID
    user_id: UUID


class Claim(msgspec.Struct, frozen=True):
    """What the database said to the claim."""

    outcome: Literal["claimed", "replayed", "already_running", "key_reused", "course_not_found", "not_yours"]
    run_id: UUID | None = None
    job_id: str | None = None
    tier: str = "free"
    user_limit: int = 1
    priority: int = 1
    has_documents: bool = False
    course: ClaimedCourse | None = None


async def start_once(ctx: SignedIn, run: RunStart, saga: Saga) -> Started:
    """Claim, lease, enqueue, commit: 4 round trips to the database and 1 to Redis.

    Raises the declared refusals, DatabaseUnavailable or DatabaseRefused (then nothing is written), SlotsUnavailable.
    """
    async with ctx.db.begin() as tx:
        claim = await tx.value(
            "claim_run",
            Claim,
            course_id=run.course_id,
            run_id=run.run_id,
            slot_token=run.slot_token,
            idempotency_key=run.key,
            webhook_url=run.webhook_url,
            request_id=ctx.request.id,
        )
        if claim.outcome == "claimed" and claim.course:
            note(tier=claim.tier.upper())
            await _lease(ctx, run, claim, saga)
            stage = first_stage(has_documents=claim.has_documents)
            await tx.enqueue(
                stage,
                _stage_input(run, claim, claim.course, ctx.request.id),
                run_id=run.run_id,
                job_id=run.job_id,
                priority=claim.priority,
            )
            return Started(run.job_id, claim.tier.upper())
    return _settled(run, claim)


def _settled(run: RunStart, claim: Claim) -> Started:
    """The answer to a claim that started nothing. A run of this very call was committed by an attempt whose answer
    got lost."""
    if claim.job_id and (claim.outcome == "replayed" or claim.run_id == run.run_id):
        return Started(claim.job_id)
    match claim.outcome:
        case "course_not_found":
            raise CourseNotFound()
        case "not_yours":
            raise NotYours()
        case "key_reused":
            raise KeyReused()
        case _:
            raise AlreadyRunning(job_id=claim.job_id or "")


async def _lease(ctx: SignedIn, run: RunStart, claim: Claim, saga: Saga) -> None:
    """Take the run's slot; a further attempt takes the same one again, as Redis may have been emptied meanwhile.

    The undo stands before the call, whose answer may get lost. The call is counted against its rate once.
    """
    window = ctx.window if run.lease is None else None
    slots = ctx.resources.slots
    saga.on_failure(slots.release, run.run_id, run.slot_token)
    granted = await slots.acquire(run.run_id, ctx.user_id, run.slot_token, claim.tier, claim.user_limit, window)
    if not isinstance(granted, Lease):
        raise granted
    run.lease = granted


def _stage_input(run: RunStart, claim: Claim, course: ClaimedCourse, request_id: str) -> StageInput:
    return StageInput(
        run_id=run.run_id,
        course_id=run.course_id,
        organization_id=course.organization_id,
        user_id=course.user_id,
        priority=claim.priority,
        has_documents=claim.has_documents,
        brief=msgspec.convert(course, Brief, from_attributes=True),
        webhook_url=run.webhook_url,
        request_id=request_id,
    )
