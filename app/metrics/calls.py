"""Calls that have ended: how many, and how long they took, by procedure.

A process by itself counts them in plain numbers, from its event loop's thread alone, and makes metrics of them when it
is asked: the library's own values lock for each of a call's four numbers, which costs a tenth of a whole call.
Processes that share their values need the library's.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate
from operator import add
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

Observe = Callable[[str, str, float], None]
"""Is told the procedure, the code, and the seconds of a call."""

COUNT: Final = "coursegen_calls", "Calls that have ended, by procedure and code.", ("procedure", "code")
SECONDS: Final = (
    "coursegen_call_duration_seconds",
    "How long calls took, from their input's bytes to their outcome.",
    ("procedure",),
)
BOUNDS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_NAMES: Final = (*map(str, BOUNDS), "+Inf")


class CallTally(Collector):
    """The numbers of one process. Not for several threads."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], list[float]] = {}

    def observe(self, procedure: str, code: str, seconds: float) -> None:
        """Count a call."""
        key = procedure, code
        numbers = self._calls.get(key)
        if numbers is None:
            numbers = self._calls[key] = [0.0] * (len(_NAMES) + 1)  # of each bucket alone, and the sum at last
        numbers[bisect_left(BOUNDS, seconds)] += 1
        numbers[-1] += seconds

    def collect(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        counts = CounterMetricFamily(*COUNT[:2], labels=COUNT[2])
        seconds = HistogramMetricFamily(*SECONDS[:2], labels=SECONDS[2])
        of_procedures: dict[str, list[float]] = {}
        for (procedure, code), numbers in [*self._calls.items()]:
            counts.add_metric((procedure, code), sum(numbers[:-1]))
            known = of_procedures.get(procedure)
            of_procedures[procedure] = [*map(add, known, numbers)] if known else [*numbers]
        for procedure, numbers in of_procedures.items():
            buckets = zip(_NAMES, accumulate(numbers[:-1]), strict=True)
            seconds.add_metric([procedure], [*buckets], numbers[-1])
        return counts, seconds


def shared_tally(registry: CollectorRegistry) -> Observe:
    """The same by the library, which shares the values with other processes."""
    counts = Counter(*COUNT, registry=registry)
    seconds = Histogram(*SECONDS, registry=registry, buckets=BOUNDS)
    # labels() costs more than what it leads to: each pair's own functions are looked up once
    bound: dict[tuple[str, str], tuple[Callable[[], None], Callable[[float], None]]] = {}

    def observe(procedure: str, code: str, took: float) -> None:
        own = bound.get((procedure, code))
        if own is None:
            own = bound[procedure, code] = counts.labels(procedure, code).inc, seconds.labels(procedure).observe
        own[0]()
        own[1](took)

    return observe
