"""The one owner of recovery: runs in every worker, works in one at a time.

A pass puts back what a crash left behind: slots are made what PostgreSQL says, jobs of dead workers are queued again,
runs without a job are failed. Each duty is a function of its own. What half-made uploads hold is given back beside it
(uploads.py), since that waits for the storage.
"""

import asyncio
from collections import Counter
from typing import Final
from uuid import UUID

import msgspec
from loguru import logger

from app.context import Resources
from app.db.errors import DatabaseRefused, DatabaseUnavailable
from app.db.session import SERVICE, Session, Transaction
from app.leases import LiveRun, Reconciled, SlotsUnavailable
from app.storage import StorageUnavailable
from app.work.lifecycle import fail_run, record_timeout
from app.work.queue import FencedQueue, Swept
from app.work.statements import OUTAGE

WORK: Final = (
    "passes",
    "jobs_queued",
    "jobs_failed",
    "jobs_aborted",
    "runs_failed",
    "slots_rebuilt",
    "slots_evicted",
    "uploads_expired",
)
"""What is counted of the reaper's work, for /metrics; the database keeps the sums."""

SILENCE_SECONDS: Final = 1.0
"""The least silence after which a pass counts as asleep, however short the reaper's period."""

AWAY = (DatabaseUnavailable, DatabaseRefused, SlotsUnavailable, StorageUnavailable, *OUTAGE)


class RunRow(msgspec.Struct, frozen=True):
    """A run that has not ended."""

    run_id: UUID
    user_id: UUID
    slot_token: UUID


class EndedRun(msgspec.Struct, frozen=True):
    """A run that has ended, by its id."""

    run_id: UUID


class Reaper:
    """`run` works until cancelled, a pass every `period` seconds."""

    def __init__(self, resources: Resources, queue: FencedQueue) -> None:
        self._resources = resources
        self._queue = queue
        self._work: Counter[str] = Counter()
        self._lock: Transaction | None = None

    @property
    def _db(self) -> Session:
        return self._resources.database.session(SERVICE)

    async def run(self) -> None:
        """Pass after pass; what is away now is tried again in the next."""
        while True:
            try:
                await self.once()
            except AWAY as error:
                logger.warning("reaper: {}", error)
            await asyncio.sleep(self._resources.settings.reaper_period_seconds)

    async def once(self) -> None:
        """One pass, if no other worker is at it. One that falls asleep loses its lock after a period, and its turn."""
        silence = max(self._resources.settings.reaper_period_seconds, SILENCE_SECONDS)
        async with self._db.begin() as tx:
            if not await tx.value("lock_reaper", bool, silence=f"{silence * 1000:.0f}"):
                return
            self._lock = tx
            for duty in (self.sweep_jobs, self.fail_orphans, self.reconcile_slots):
                await duty()
                await self._keep_lock()
            self._work["passes"] += 1
            await tx.run("count_reaper_work", work=self._work)
        self._lock = None
        self._work.clear()

    async def _keep_lock(self) -> None:
        """Break the silence. Raises DatabaseUnavailable when it was too long: another worker is at it."""
        if self._lock:
            await self._lock.run("keep_reaper_lock")

    async def sweep_jobs(self) -> None:
        """Take jobs from dead workers; fail the runs of those that have no attempt left."""
        for swept in await self._queue.sweep_stuck():
            logger.bind(jobId=swept.key, reason=swept.reason, status=swept.status).warning("job taken from its worker")
            self._work[f"jobs_{swept.status}"] += 1
            await self._after_sweep(swept)

    async def _after_sweep(self, swept: Swept) -> None:
        async with self._db.begin() as tx:
            if swept.reason == "timeout":
                await record_timeout(tx, swept.key, swept.name)

    async def fail_orphans(self) -> None:
        """Fail the runs that no job will ever move again."""
        async with self._db.begin() as tx:
            orphans = await tx.all("orphaned_runs", RunRow)
        for orphan in orphans:
            async with self._db.begin() as tx:
                slot = await fail_run(tx, orphan.run_id, "No attempt at the job is left")
            if slot:
                logger.bind(runId=str(orphan.run_id)).error("generation failed: its job is exhausted or gone")
                self._work["runs_failed"] += 1
                await self._resources.give_back(orphan.run_id, slot)
            await self._keep_lock()

    async def reconcile_slots(self) -> Reconciled:
        """Make Redis what PostgreSQL says, and let slots be taken again after it was emptied."""
        slots = self._resources.slots
        seen = await slots.held()
        async with self._db.begin() as tx:
            limit = await tx.optional("lock_global_limit", int)  # until Redis has it: a newer one waits its turn
            if not seen.ready:  # a start that was granted a slot before Redis was emptied may not be committed yet
                await tx.run("lock_runs")
            live = await tx.all("live_runs", RunRow)
            ended = await tx.all("ended_runs", EndedRun, run_ids=list(seen.runs))
            runs = [LiveRun(run.run_id, run.user_id, run.slot_token) for run in live]
            done = await slots.reconcile(seen, runs, [run.run_id for run in ended], limit)
        self._work.update(slots_rebuilt=done.rebuilt, slots_evicted=done.evicted)
        if done.rebuilt or done.evicted:
            logger.bind(rebuilt=done.rebuilt, evicted=done.evicted).warning("slots reconciled")
        return done
