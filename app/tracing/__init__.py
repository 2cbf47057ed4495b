"""Traces by OpenTelemetry, where OTEL_* asks for them. Elsewhere none of it is imported, and every function here does
nothing.

A call is a span whose parent is the caller's `traceparent`; an attempt at a job is one whose parent is the call that
started the run, however many jobs and attempts lie between. So a run is one trace.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.tracing.spans import Spans

Carrier = dict[str, str]
"""A place in a trace as headers: `traceparent` and `tracestate` (W3C Trace Context)."""

_spans: "Spans | None" = None


class TracingMissing(Exception):
    """OTEL_* names a collector, but OpenTelemetry is not installed: install requirements-tracing.lock too"""

    def __str__(self) -> str:
        return str(self.__doc__)


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether the environment names a collector, and does not switch the SDK off; by OpenTelemetry's own variables."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    named = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
    return any(environ.get(name) for name in named)


def require_tracing(environ: Mapping[str, str]) -> None:
    """Raises TracingMissing if the environment wants what is not installed."""
    if wanted(environ) and find_spec("opentelemetry") is None:
        raise TracingMissing


def configure_tracing(*, service: str, version: str, environment: str) -> None:
    """Begin to trace, if the environment wants it; what else OTEL_* says, the SDK reads. Raises TracingMissing."""
    global _spans  # noqa: PLW0603 - as the log's configuration, it is the process's
    require_tracing(os.environ)
    if wanted(os.environ):
        from app.tracing.spans import Spans  # noqa: PLC0415  it need not be installed

        _spans = Spans(service=service, version=version, environment=environment)


def end_tracing() -> None:
    """Send what is left, for two seconds at most."""
    global _spans  # noqa: PLW0603
    if _spans is not None:
        _spans.close()
        _spans = None


def begin_call(procedure: str, headers: Mapping[str, str]) -> str | None:
    """From here on this task works on a call; its trace's id, None without tracing."""
    return None if _spans is None else _spans.begin_call(procedure, headers)


def end_call(code: str, *, faulty: bool, bug: BaseException | None = None) -> None:
    """The call has ended with this code; `faulty` if the service is to blame."""
    if _spans is not None:
        _spans.end_call(code, faulty=faulty, bug=bug)


def attempt(job_type: str, job_id: str, number: int, carrier: Carrier) -> AbstractContextManager[None]:
    """An attempt at a job, which `carrier` came with."""
    return nullcontext() if _spans is None else _spans.attempt(job_type, job_id, number, carrier)


def delivery(webhook_id: str, number: int, carrier: Carrier) -> AbstractContextManager[None]:
    """An attempt at a webhook, whose event `carrier` came with."""
    return nullcontext() if _spans is None else _spans.delivery(webhook_id, number, carrier)


def describe(**ids: str) -> None:
    """Add ids to the span under way, `course=` as `coursegen.course.id`."""
    if _spans is not None:
        _spans.describe(ids)


def trace_id() -> str | None:
    """The id of the trace under way, for log lines."""
    return None if _spans is None else _spans.trace_id()


def carrier() -> Carrier:
    """Where what is sent on from here belongs: to the run, within an attempt at its job, else to the call."""
    return {} if _spans is None else _spans.carrier()
