"""SAQ's worker over the fenced queue: heartbeats, limits, cancelling within two seconds, draining."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from loguru import logger
from saq.job import Status
from saq.types import Context
from saq.worker import Worker

from app.metrics import observe_attempt
from app.work.attempt import Attempt
from app.work.listener import Listener
from app.work.queue import FencedQueue, LeasedJob, LostLease
from app.work.statements import OUTAGE
from app.work.waiting import ended, set_within

T = TypeVar("T")

POLL_SECONDS: Final = 1.0
"""How often a free worker looks for jobs, and a busy one for its jobs' leases, when no notification comes."""

RETRY_SECONDS: Final = 0.5
"""How long it waits after the database was not there."""

UNWINDING_SECONDS: Final = 10.0
"""What a stopping worker may take beyond its grace, for jobs that were cancelled and connections that are silent."""

REPORT_SECONDS: Final = 10
ERROR_LENGTH: Final = 2000


class JobHooks(Protocol):
    """What a run's life adds to its jobs. Whoever implements it fences its own writes (epoch)."""

    async def run(
        self, job_key: str, name: str, kwargs: Mapping[str, Any], attempt: int, last_attempt: bool, /
    ) -> None:
        """Do the job. Returning completes it; raising fails the attempt; a cancellation ends it."""

    async def failed(
        self,
        job_key: str,
        name: str,
        kwargs: Mapping[str, Any],
        error: BaseException,
        will_retry: bool,
        timed_out: bool,
        /,
    ) -> None:
        """An attempt failed. Called while the job is still held, before its row changes; if this raises, the row is
        left to the sweep.
        """

    async def heartbeat(self, job_key: str, /) -> bool:
        """Renew what the job holds elsewhere; False if it is lost for good, which cancels the attempt."""
        ...

    def over(self, job_key: str, /) -> None:
        """The attempt has been settled, however it ended: forget it."""
        ...


class FencedWorker(Worker[Context]):
    """Runs jobs until SIGTERM or SIGINT, then drains: no new jobs, `grace` seconds for the running ones, then they are
    given back without costing an attempt. `start()` returns when that is done. Times are seconds.
    """

    def __init__(
        self,
        queue: FencedQueue,
        hooks: JobHooks,
        *,
        concurrency: int,
        grace: float = 30.0,
        patience: float = 5.0,
        abandon: Callable[[], object] | None = None,
    ) -> None:
        """`patience` is how long a cancelled job may clean up before it is left behind. `abandon` is called when the
        process is still there UNWINDING_SECONDS after its grace.
        """
        super().__init__(queue, [], id=queue.worker_id, concurrency=concurrency, dequeue_timeout=POLL_SECONDS)
        self._fenced = queue
        self._hooks = hooks
        self._grace = grace
        self._patience = patience
        self._abandon = abandon
        self._attempts: set[Attempt] = set()
        self._upkeep: list[asyncio.Task[None]] = []
        self._recheck = asyncio.Event()

    async def upkeep(self) -> list[asyncio.Task[None]]:
        """Listening, watching leases, reporting. SAQ's sweep is not among them: the reaper sweeps. One that dies of a
        bug stops the worker, which is better than one that is deaf.
        """
        handlers = {"saq:coursegen": self._fenced.wake_next, "coursegen_cancel": self._recheck.set}
        listener = Listener(self._fenced.conninfo, ("queue_listen", "queue_listen_cancel"), handlers)
        duties = [listener.run(), self._watch(), self._report()]
        self._upkeep = [asyncio.create_task(duty) for duty in duties]
        for task in self._upkeep:
            task.add_done_callback(lambda _: self.event.set())
        return []

    async def process(self) -> bool:
        """Take one job and see it to its end. SAQ's own writes rows without a lease, waits for the heartbeat that a job
        gives by itself, and gives a stopping worker's jobs back at the price of an attempt.
        """
        job: LeasedJob | None = None
        try:
            job = None if self.event.is_set() else await self._fenced.dequeue(self.dequeue_timeout)
            if job is not None and self.event.is_set():
                await self._fenced.give_back(job)
            elif job is not None:
                await self._attempt(job)
        except LostLease as lost:
            logger.warning("job {} was taken from this worker: nothing of it is written", lost)
        except OUTAGE as error:
            logger.warning("queue not reachable: {}", error)
            await set_within(self.event, RETRY_SECONDS)
        except Exception:  # dispatch's twin: a bug in a hook ends this attempt, not the worker; the sweep finds the job
            logger.exception("job {} is left to the sweep", job.key if job else None)
            await set_within(self.event, RETRY_SECONDS)
        return job is not None

    async def stop(self) -> None:
        """Drain. SAQ's own cancels jobs and upkeep alike, heartbeats included, when the grace period is over."""
        self.event.set()
        async with self._stop_lock:
            if self._stopped:
                return
            self._stopped = True
            if self._abandon:
                asyncio.get_running_loop().call_later(self._grace + UNWINDING_SECONDS, self._abandon)
            self._fenced.wake_all()
            await self._drain()
            await self._stop_upkeep()
            self.pool.shutdown(wait=False)

    async def _drain(self) -> None:
        processing = list(self.tasks)
        if not processing:
            return
        _, running = await asyncio.wait(processing, timeout=self._grace)
        for attempt in self._attempts:
            attempt.end("drained")
        if running:
            await asyncio.wait(running)

    async def _stop_upkeep(self) -> None:
        await ended(*self._upkeep)
        for outcome in await asyncio.gather(*self._upkeep, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _attempt(self, job: LeasedJob) -> None:
        kwargs = job.kwargs or {}
        attempt = Attempt(job, self._hooks.run(job.key, job.function, kwargs, job.attempts, not job.retryable))
        limit = asyncio.get_running_loop().call_later(job.timeout, attempt.end, "timeout")
        beat = asyncio.create_task(self._beat(attempt))
        beat.add_done_callback(lambda _: attempt.end("lost"))
        self._attempts.add(attempt)
        try:
            await attempt.over(self._patience)
        finally:
            self._attempts.discard(attempt)
            limit.cancel()
        observe_attempt(job.function, attempt.outcome, monotonic() - attempt.began)
        try:
            await beat
            await self._settle(attempt)
        finally:
            self._hooks.over(job.key)

    async def _beat(self, attempt: Attempt) -> None:
        """Renew the lease three times in its life until the attempt is over. Raises LostLease."""
        heartbeat = attempt.job.heartbeat
        renewed = monotonic()
        while not await attempt.over_within(heartbeat / 3):
            try:
                await self._fenced.touch(attempt.job)
                renewed = monotonic()
            except OUTAGE as error:
                logger.warning("heartbeat of job {} failed: {}", attempt.job.key, error)
            if monotonic() - renewed > heartbeat or not await self._hooks.heartbeat(attempt.job.key):
                raise LostLease(attempt.job.key)

    async def _settle(self, attempt: Attempt) -> None:
        job, error = attempt.job, attempt.error
        if error is None:
            await self._write(job, lambda: self._fenced.finish(job, Status.COMPLETE))
        elif attempt.ended_by == "aborted":
            await self._write(job, lambda: self._fenced.finish(job, Status.ABORTED, error="aborted"))
        elif attempt.ended_by == "drained":
            await self._write(job, lambda: self._fenced.give_back(job))
        elif attempt.ended_by == "lost":
            raise LostLease(job.key)
        else:
            await self._fail(job, error, timed_out=attempt.ended_by == "timeout")

    async def _fail(self, job: LeasedJob, error: BaseException, *, timed_out: bool) -> None:
        if await self._write(job, lambda: self._fenced.touch(job)) is Status.ABORTING:
            await self._write(job, lambda: self._fenced.finish(job, Status.ABORTED, error="aborted"))
            return
        logger.opt(exception=error).warning("attempt {} at job {} failed", job.attempts, job.key)
        await self._hooks.failed(job.key, job.function, job.kwargs or {}, error, job.retryable, timed_out)
        if job.retryable:
            await self._write(job, lambda: self._fenced.retry(job, storable(error)))
        else:
            await self._write(job, lambda: self._fenced.finish(job, Status.FAILED, error=storable(error)))

    async def _write(self, job: LeasedJob, write: Callable[[], Awaitable[T]]) -> T:
        """Write how the attempt ended, again and again while the lease may hold: a restart of the database should not
        cost the work that was done. The lease makes a write that did arrive harmless to repeat.
        """
        deadline = monotonic() + job.heartbeat
        while True:
            try:
                return await write()
            except OUTAGE as error:
                if self.event.is_set() or monotonic() > deadline:
                    raise
                logger.warning("end of job {} not written yet: {}", job.key, error)
            await set_within(self.event, RETRY_SECONDS)

    async def _watch(self) -> None:
        """End attempts whose job is being aborted or is no longer ours: at a notification, and once a second."""
        while True:
            await set_within(self._recheck, POLL_SECONDS)
            self._recheck.clear()
            if self._attempts:
                await self._check_leases()

    async def _check_leases(self) -> None:
        attempts = set(self._attempts)
        try:
            leases = await self._fenced.leases([attempt.job.key for attempt in attempts])
        except OUTAGE as error:
            logger.warning("leases not checked: {}", error)
            return
        for attempt in attempts:
            lease, status = leases.get(attempt.job.key, (None, None))
            if lease != attempt.job.lease:
                attempt.end("lost")
            elif status is Status.ABORTING:
                attempt.end("aborted")

    async def _report(self) -> None:
        """Keep this worker's row in saq_stats, by which operators and the readiness check see that it lives."""
        while True:
            try:
                await self.worker_info(ttl=3 * REPORT_SECONDS)
            except OUTAGE as error:
                logger.warning("worker not reported: {}", error)
            await asyncio.sleep(REPORT_SECONDS)


def storable(error: BaseException) -> str:
    """The error as a row can hold it: no stack, no U+0000, no lone surrogates, cut to a length."""
    text = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
    return text.replace("\0", "").encode("utf-8", "replace").decode()
