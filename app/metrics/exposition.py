"""All figures as text in Prometheus's format."""

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.metrics.process import REGISTRY
from app.metrics.sharing import shared

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class Told(Collector):
    """Figures that were read elsewhere."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """These figures."""
        return self._metrics


def exposition(metrics: Iterable[Metric] = ()) -> bytes:
    """What this process and its siblings counted, and these figures."""
    registry = CollectorRegistry()
    if shared():
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
        ProcessCollector(registry=registry)
    registry.register(Told(metrics))
    return generate_latest(registry)
