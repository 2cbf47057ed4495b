"""The counters and histograms of this process.

Where PROMETHEUS_MULTIPROC_DIR is set, which `coursegen serve` does for several API processes, prometheus_client keeps
the values in files that all of them share, so that whichever is asked answers for all. Values are made at their first
use: here nothing has one, so that processes forked from this one may still come to share theirs.
"""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

# a series of its own for each counter's birth, of which Prometheus makes nothing
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY: Final = CollectorRegistry()

_CALL_SECONDS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_ATTEMPT_SECONDS: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 240.0, 300.0)

_calls = Counter(
    "coursegen_calls", "Calls that have ended, by procedure and code.", ["procedure", "code"], registry=REGISTRY
)
_call_seconds = Histogram(
    "coursegen_call_duration_seconds",
    "How long calls took, from their input's bytes to their outcome.",
    ["procedure"],
    registry=REGISTRY,
    buckets=_CALL_SECONDS,
)
_attempts = Counter(
    "coursegen_job_attempts", "Attempts at jobs in this worker, by outcome.", ["job_type", "outcome"], registry=REGISTRY
)
_attempt_seconds = Histogram(
    "coursegen_job_attempt_duration_seconds",
    "How long attempts at jobs took in this worker.",
    ["job_type"],
    registry=REGISTRY,
    buckets=_ATTEMPT_SECONDS,
)
_uncounted = Counter(
    "coursegen_uncounted_calls",
    "Calls that went on though Redis was away and could not count them against their rate limit, by procedure.",
    ["procedure"],
    registry=REGISTRY,
)
_pool = Gauge(
    "coursegen_db_pool_connections",
    "Connections to PostgreSQL in the pools of this host's processes; `free` is what may still be opened.",
    ["state"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)

# labels() costs more than what it leads to: each pair's own functions are looked up once
_bound: dict[tuple[str, str], tuple[Callable[[], None], Callable[[float], None]]] = {}


def observe_call(procedure: str, code: str, milliseconds: float) -> None:
    """Count a call and its time. Costs a call 2 µs; 4 where several processes share the values."""
    count, observe = _bound.get((procedure, code)) or _bind(procedure, code)
    count()
    observe(milliseconds / 1000)


def _bind(procedure: str, code: str) -> tuple[Callable[[], None], Callable[[float], None]]:
    bound = _calls.labels(procedure, code).inc, _call_seconds.labels(procedure).observe
    return _bound.setdefault((procedure, code), bound)


def observe_attempt(job_type: str, outcome: str, seconds: float) -> None:
    """Count an attempt at a job, and its time."""
    _attempts.labels(job_type, outcome).inc()
    _attempt_seconds.labels(job_type).observe(seconds)


def observe_uncounted(procedure: str) -> None:
    """Count a call that its rate limit has not seen."""
    _uncounted.labels(procedure).inc()


def observe_pool(used: int, idle: int, limit: int) -> None:
    """Tell how this process's pool of connections is used now."""
    for state, connections in (("used", used), ("idle", idle), ("free", limit - used - idle)):
        _pool.labels(state).set(connections)
