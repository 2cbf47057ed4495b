"""What a run's life adds to its jobs: the claim that fences each attempt, the slot's heartbeat, failure for good."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import msgspec
from loguru import logger

from app import tracing
from app.context import JobContext, Request, Resources
from app.db.session import SERVICE, Transaction
from app.leases import SlotsUnavailable
from app.log import begin_scope
from app.rpc import AnyProcedure, RpcError
from app.rpc.dispatch import run_middlewares
from app.work.attempt import JobTimedOut
from app.work.worker import storable


class RunLost(Exception):
    """The run has ended or another attempt owns it: this attempt writes nothing more and ends quietly."""


class RunFailed(Exception):
    """The run can't succeed, whatever is tried again; the message says why, for its owner."""


class Claim(msgspec.Struct, frozen=True):
    """A job's attempt that owns its run, as the database says; nothing here comes from the job's payload."""

    run_id: UUID
    epoch: int
    course_id: UUID
    organization_id: UUID
    user_id: UUID
    slot_token: UUID
    tier: str
    step_one_done: bool
    request_id: str | None = None


class RunLifecycle:
    """The worker's hooks (app.work.worker.JobHooks) over the router's jobs."""

    def __init__(self, resources: Resources, jobs: Mapping[str, AnyProcedure]) -> None:
        self._resources = resources
        self._jobs = jobs
        self._claims: dict[str, Claim] = {}

    async def run(self, job_key: str, name: str, kwargs: Mapping[str, Any], attempt: int, last_attempt: bool) -> None:
        """Claim the run and do the job; an attempt whose run has ended, or that lost it, ends quietly."""
        with tracing.attempt(name, job_key, attempt, kwargs.get("trace", {})):
            await self._run(job_key, name, kwargs, attempt, last_attempt)

    async def _run(self, job_key: str, name: str, kwargs: Mapping[str, Any], attempt: int, last_attempt: bool) -> None:
        job = {"jobId": job_key, "jobType": name, "attempt": attempt, "traceId": tracing.trace_id()}
        begin_scope(**_known(lastAttempt=last_attempt, **job))
        claim = await self._claim(job_key, attempt)
        if claim is None:
            logger.info("nothing to do: the run has ended or moved on")
            return
        self._claims[job_key] = claim
        begin_scope(**_known(**job, **_log_fields(claim)))
        tracing.describe(run=str(claim.run_id), course=str(claim.course_id), user=str(claim.user_id))
        procedure = self._jobs[name]
        given = msgspec.convert(kwargs["input"], procedure.signature.input)
        try:
            await run_middlewares(procedure.middlewares, procedure, self._context(job_key, claim), (given,))
        except RunLost:
            logger.warning("the run was taken from this attempt: nothing of it is written")
        except RunFailed as failure:
            await self._fail(claim, str(failure))
        else:
            logger.info("job done")

    async def failed(
        self,
        job_key: str,
        name: str,
        kwargs: Mapping[str, Any],  # noqa: ARG002  the database knows the run; the payload is not trusted
        error: BaseException,
        will_retry: bool,
        timed_out: bool,
    ) -> None:
        """Note the failure: a retry leaves the run as it is, the last one ends it and gives its slot back."""
        claim = self._claims.get(job_key)
        if timed_out:
            await self._record_timeout(job_key, name)
        if claim is None:
            return
        if not will_retry:
            await self._fail(claim, told(error))
            return
        async with self._resources.database.session(SERVICE).begin() as tx:
            values = {"run_id": claim.run_id, "epoch": claim.epoch, "error": told(error)}
            await tx.run("retry_job", job_id=job_key, **values)

    async def _fail(self, claim: Claim, error: str) -> None:
        """End the run as failed and give its slot back."""
        async with self._resources.database.session(SERVICE).begin() as tx:
            slot = await fail_run(tx, claim.run_id, error, claim.epoch)
        if slot:
            logger.bind(error=error).error("generation failed")
            await self._resources.give_back(claim.run_id, slot)

    async def heartbeat(self, job_key: str) -> bool:
        """Renew the run's slot. A slot that Redis does not know is the reaper's to judge, not a lost job."""
        claim = self._claims.get(job_key)
        if claim is not None:
            try:
                await self._resources.slots.renew(claim.run_id, claim.slot_token)
            except SlotsUnavailable:
                logger.warning("slot not renewed: Redis is away")
        return True

    def over(self, job_key: str, /) -> None:
        """Forget the attempt's claim."""
        self._claims.pop(job_key, None)

    async def _claim(self, job_key: str, attempt: int) -> Claim | None:
        async with self._resources.database.session(SERVICE).begin() as tx:
            return await tx.optional("claim_job", Claim, job_id=job_key, attempt=attempt)

    def _context(self, job_key: str, claim: Claim) -> JobContext:
        return JobContext(
            Request(id=claim.request_id or job_key),
            self._resources,
            job_id=job_key,
            run_id=claim.run_id,
            epoch=claim.epoch,
            course_id=claim.course_id,
            organization_id=claim.organization_id,
            user_id=claim.user_id,
            slot_token=claim.slot_token,
            tier=claim.tier,
            step_one_done=claim.step_one_done,
        )

    async def _record_timeout(self, job_key: str, name: str) -> None:
        async with self._resources.database.session(SERVICE).begin() as tx:
            await record_timeout(tx, job_key, name)


def told(error: BaseException) -> str:
    """What the course's owner reads of a failure: its own words where it has words for them, else the id in the log."""
    if isinstance(error, (RpcError, JobTimedOut)):
        return storable(error)
    error_id = uuid4().hex
    logger.bind(errorId=error_id).opt(exception=error).error("a stage failed")
    return f"Internal error {error_id}"


class Failed(msgspec.Struct, frozen=True):
    """A run that was failed just now."""

    run_id: UUID
    slot_token: UUID


async def fail_run(tx: Transaction, run_id: UUID, error: str, epoch: int | None = None) -> UUID | None:
    """Fail a run with its course and live job. The slot's token, or None when it had ended (or the epoch is old)."""
    failed = await tx.optional("fail_run", Failed, run_id=run_id, error=error, epoch=epoch)
    return failed.slot_token if failed else None


async def record_timeout(tx: Transaction, job_key: str, name: str) -> None:
    """Write `worker_timeout`: a job outlived its limit."""
    await tx.run(
        "record_event",
        event_type="worker_timeout",
        severity="error",
        course_id=await tx.optional("course_of_job", UUID, job_id=job_key),
        job_id=job_key,
        metadata={"jobType": name},
    )


def _known(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _log_fields(claim: Claim) -> dict[str, str | None]:
    return {
        "requestId": claim.request_id,
        "userId": str(claim.user_id),
        "courseId": str(claim.course_id),
        "tier": claim.tier.upper(),
    }
