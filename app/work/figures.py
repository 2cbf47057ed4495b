"""What PostgreSQL and Redis know of the work, for /metrics: asked when somebody scrapes, by one statement of each."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import msgspec
from loguru import logger
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from app.context import Resources
from app.db.errors import DatabaseRefused, DatabaseUnavailable
from app.db.session import ANONYMOUS
from app.leases import Held, SlotsUnavailable
from app.work.reaper import WORK
from app.work.webhooks import OUTCOMES

FRESH_SECONDS: Final = 1.0
"""How old figures may be before a scrape asks again."""

PATIENCE_SECONDS: Final = 0.008
"""How long a scrape waits for new figures when it has old ones: counting a hundred thousand jobs takes longer."""

ANSWER_SECONDS: Final = 2.0
"""How long a database may take before it counts as away."""

EVENT_TYPES: Final = (
    "job_rollback",
    "orphaned_job_recovery",
    "concurrency_limit_hit",
    "worker_timeout",
    "rpc_retry_exhausted",
    "duplicate_job_detected",
    "superadmin_action",
)
_LIVE: Final = ("reserving", "queued", "running")
_ENDED: Final = ("completed", "failed", "cancelled")


class Figure(msgspec.Struct, frozen=True):
    """A row of app.operating_figures()."""

    name: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Figures of one moment, by time.monotonic()."""

    at: float
    metrics: list[Metric]


class Figures:
    """The figures of the servers behind this process. A scrape never fails or waits because one of them is away."""

    def __init__(self, resources: Resources, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._resources = resources
        self._fresh = fresh_seconds
        self._last: Sample | None = None
        self._asking: asyncio.Task[Sample] | None = None

    async def current(self) -> list[Metric]:
        """The figures, at most a second old; older ones, with their age, while new ones take long to count."""
        sample = self._last
        if sample is None:
            sample = await asyncio.shield(self._ask())
        elif monotonic() - sample.at > self._fresh:
            done, _ = await asyncio.wait({self._ask()}, timeout=PATIENCE_SECONDS)
            sample = next((task.result() for task in done), sample)
        return [*sample.metrics, _age(monotonic() - sample.at)]

    def _ask(self) -> "asyncio.Task[Sample]":
        """The one look that is under way, however many scrape."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._look())
        return self._asking

    async def _look(self) -> Sample:
        at = monotonic()
        rows, held = await asyncio.gather(self._of_database(), self._of_redis())
        known = [_up(database=rows is not None, redis=held is not None)]
        if rows is not None:
            known += _of_rows(rows)
        if held is not None:
            known += _of_slots(held)
        self._last = Sample(at, known)
        return self._last

    async def _of_database(self) -> list[Figure] | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._resources.database.session(ANONYMOUS).begin() as tx:
                return await tx.all("operating_figures", Figure)
        except (DatabaseUnavailable, DatabaseRefused, TimeoutError) as error:
            logger.warning("figures of the database not read: {}", error)
            return None

    async def _of_redis(self) -> Held | None:
        try:
            return await self._resources.slots.held()
        except SlotsUnavailable:
            return None

    async def close(self) -> None:
        """End a look that is under way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})


def _of_rows(rows: Sequence[Figure]) -> list[Metric]:
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row.name, {})[row.label] = row.value
    events, ended, work, hooks = (found.get(name, {}) for name in ("events", "runs_ended", "reaper", "webhooks"))
    return [
        *_of_queue(found),
        _gauge("runs", "Runs that have not ended.", "state", _filled(_LIVE, found.get("runs", {}))),
        _gauge("runs_stuck", "Runs without news for longer than coursegen.stuck_after.", "", found["runs_stuck"]),
        _gauge("workers", "Workers that said in the last half minute that they live.", "", found["workers"]),
        _gauge("user_slots_limit", "Slots that a user may hold.", "tier", found["user_limit"]),
        _counter("runs_ended", "Runs that have ended.", "state", _filled(_ENDED, ended)),
        _counter("events", "Rows of system_metrics.", "event_type", _filled(EVENT_TYPES, events)),
        _gauge("webhooks_waiting", "Webhooks that wait for an attempt.", "", found["webhooks_waiting"]),
        _counter("webhooks", "How attempts at webhooks have ended.", "outcome", _filled(OUTCOMES, hooks)),
        _counter("reaper_work", "What reapers put right, and their passes.", "work", _filled(WORK, work)),
    ]


def _of_queue(found: dict[str, dict[str, float]]) -> list[Metric]:
    jobs = GaugeMetricFamily("coursegen_queue_jobs", "Jobs in the queue.", labels=["state", "priority"])
    for state, name in (("waiting", "queue_due"), ("scheduled", "queue_later"), ("active", "queue_active")):
        for priority, value in found[name].items():
            jobs.add_metric([state, priority], value)
    help_text = "For how long the longest waiting job has been due."
    return [jobs, _gauge("queue_oldest_job_age_seconds", help_text, "priority", found["queue_age"])]


def _of_slots(held: Held) -> list[Metric]:
    return [
        _gauge("slots_held", "Slots that runs hold.", "", {"": held.total}),
        _gauge("slots_limit", "Slots that all runs together may hold.", "", {"": held.global_limit}),
        _gauge("slots_ready", "1 unless an emptied Redis waits for a reaper to rebuild it.", "", {"": held.ready}),
    ]


def _up(**dependencies: bool) -> Metric:
    return _gauge("up", "1 if the server that this process depends on answers.", "dependency", dependencies)


def _age(seconds: float) -> Metric:
    return _gauge("figures_age_seconds", "How old what the servers were asked for is.", "", {"": seconds})


def _filled(labels: Iterable[str], values: dict[str, float]) -> dict[str, float]:
    """With zeros: what has never been there is no increase when it comes."""
    return {**dict.fromkeys(labels, 0.0), **values}


def _gauge(name: str, text: str, label: str, values: dict[str, float] | dict[str, bool] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"coursegen_{name}", text, labels=[label] if label else [])
    for value, number in values.items():
        family.add_metric([value] if label else [], number)
    return family


def _counter(name: str, text: str, label: str, values: dict[str, float]) -> Metric:
    family = CounterMetricFamily(f"coursegen_{name}", text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
