"""The counters and histograms of this process.

Where PROMETHEUS_MULTIPROC_DIR is set, which `coursegen serve` does for several API processes, prometheus_client keeps
the values in files that all of them share, so that whichever is asked answers for all. Values are made at their first
use: here nothing has one, so that processes forked from this one may still come to share theirs.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from app.metrics.calls import CallTally, Observe, shared_tally
from app.metrics.sharing import shared

# a series of its own for each counter's birth, of which Prometheus makes nothing
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY: Final = CollectorRegistry()

_ATTEMPT_SECONDS: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 240.0, 300.0)

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

_tell_call: Observe | None = None


def observe_call(procedure: str, code: str, milliseconds: float) -> None:
    """Count a call and its time. Costs a call half a microsecond; four where several processes share the values."""
    (_tell_call or _choose())(procedure, code, milliseconds / 1000)


def _choose() -> Observe:
    """How this process counts calls, which can be told only when it runs: it may be a fork that shares."""
    global _tell_call  # noqa: PLW0603 - as the registry, it is the process's
    if shared():
        _tell_call = shared_tally(REGISTRY)
    else:
        tally = CallTally()
        REGISTRY.register(tally)
        _tell_call = tally.observe
    return _tell_call


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
