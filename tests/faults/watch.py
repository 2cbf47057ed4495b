"""The oracle that looks all the time: what is wrong at once, or for longer than it may be, or was otherwise before.

What may be wrong for a while, may be so for that long after the last fault: the time begins again with each, and while
PostgreSQL or Redis is away, which ends samples too. What may never be wrong is judged in every sample.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Self
from uuid import UUID

import asyncpg

from app.leases import Slots, SlotsUnavailable, connect
from app.settings import Settings
from app.work.waiting import ended
from tests.faults.busy import busy
from tests.faults.oracle import wrong_now

HISTORY = Path(__file__).with_name("history.sql").read_text()
REMEMBERED_SECONDS = 60.0
"""For how long after its end a run is looked at in each sample; a last look sees all."""
SLACK_SECONDS = 1.5
"""For a machine that does other things too."""
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SlotsUnavailable)


class Watch:
    """Samples until it is told to stop. `found` is what was wrong, each once; `samples` how often it looked; `longest`
    for how many seconds something was wrong that may be, and without a new fault.
    """

    def __init__(self, settings: Settings, dsn: str, slots: Slots, period: float) -> None:
        self.found: dict[str, None] = {}
        self.samples = 0
        self.longest = 0.0
        self._dsn = dsn
        self._slots = slots
        self._period = period
        passes = 2 * settings.reaper_period_seconds
        self._bounds = {
            "no job that moves it": passes,  # after the heartbeat of its job, which is the lease's time
            "no job at all": settings.lease_ttl_seconds + passes,
            "I1: a slot": settings.lease_ttl_seconds + passes,
            "I1: run": settings.lease_ttl_seconds + passes,
        }
        self._since: dict[str, float] = {}
        self._faults = 0
        self._over: dict[str, None] = {}
        self._known: dict[UUID, tuple[str, int, str | None]] = {}
        self._accepted: set[str] = set()
        self._sql: asyncpg.Connection[Any] | None = None

    def accept(self, job_id: str) -> None:
        """An answer 2xx gave this job (I6): from now on it must be there."""
        self._accepted.add(job_id)

    @contextmanager
    def fault(self) -> Generator[None]:
        """A fault lasts for the time of the block: what it does has its time when it is over."""
        self._faults += 1
        try:
            yield
        finally:
            self._faults -= 1
            self._since.clear()

    async def run(self) -> None:
        """Look again and again."""
        while True:
            began = monotonic()
            try:
                await self.look()
            except AWAY:
                self._since.clear()
                await self.forget()
            await asyncio.sleep(max(0.0, self._period - (monotonic() - began)))

    async def look(self, remembered: float = REMEMBERED_SECONDS) -> None:
        """One sample."""
        if self._sql is None:
            self._sql = await asyncpg.connect(self._dsn, command_timeout=5, timeout=5)
        self.judge(await wrong_now(self._sql, self._slots), monotonic())
        for row in await self._sql.fetch(HISTORY, remembered):
            self._compare(row["run_id"], (row["state"], row["epoch"], row["fingerprint"]))
        await self._look_for_accepted(self._sql)
        self.samples += 1

    async def forget(self) -> None:
        """Close the connection; the next sample opens one."""
        if self._sql is not None:
            self._sql.terminate()
            self._sql = None

    def judge(self, lines: list[str], now: float) -> None:
        """Note what may not be, or not for so long."""
        self._since = {} if self._faults else {line: self._since.get(line, now) for line in lines}
        for line in lines:
            bound = next((bound for start, bound in self._bounds.items() if start in line), None)
            if bound is None or "slot of another user" in line:
                self.found[line] = None
                continue
            lasted = now - self._since.get(line, now)
            self.longest = max(self.longest, lasted)
            if lasted > bound + SLACK_SECONDS * busy() and line not in self._over:
                self._over[line] = None
                self.found[f"{line}, for {lasted:.1f} s"] = None

    def _compare(self, run: UUID, now: tuple[str, int, str | None]) -> None:
        """Note what was otherwise and may not change (I5)."""
        before = self._known.get(run, now)
        self._known[run] = now
        if now[1] < before[1]:
            self.found[f"I5: the epoch of run {run} went back from {before[1]} to {now[1]}"] = None
        if before[2] is not None and now[2] is None:
            self.found[f"I5: run {run} had ended as {before[0]}, now it is {now[0]}"] = None
        elif before[2] not in (None, now[2]):
            self.found[f"I5: something of run {run} was written after its end"] = None

    async def _look_for_accepted(self, sql: "asyncpg.Connection[Any]") -> None:
        missing = "select id from unnest($1::text[]) as given (id) where id not in (select job_id from job_status)"
        for row in await sql.fetch(missing, list(self._accepted)):
            self.found[f"I6: job {row['id']} was answered with 2xx and is gone"] = None

    @classmethod
    @asynccontextmanager
    async def over(cls, settings: Settings, period: float = 0.05) -> AsyncGenerator[Self]:
        """A watch of the servers that the settings name, which looks for the time of the block and once more."""
        redis = connect(settings.redis_url, settings.redis_timeout_seconds)
        slots = Slots(redis, settings.lease_ttl_seconds, settings.global_concurrency_limit)
        watch = cls(settings, settings.owner_database_url, slots, period)
        task = asyncio.create_task(watch.run())
        try:
            yield watch
        finally:
            await ended(task)
            await watch.forget()  # what was cut off in the middle is of no use
            await watch.look(remembered=86_400)
            await watch.forget()
            await redis.aclose()
