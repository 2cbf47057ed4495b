"""Spans, by OpenTelemetry's SDK and its exporter for OTLP over HTTP.

A collector that is slow or away costs a call nothing: spans go into a bounded queue, which a thread of the SDK's
empties; what does not fit is dropped.
"""

import os
import threading
from asyncio import CancelledError
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.context import Context, attach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, format_trace_id, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.tracing import Carrier

EXPORT_SECONDS: Final = 3.0
"""How long one post to the collector may take, unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise."""

CLOSE_SECONDS: Final = 2.0
"""How long a process that ends waits for its last spans to be sent."""

_TIMEOUTS: Final = ("OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_call: ContextVar[Span | None] = ContextVar("call_span", default=None)
_run: ContextVar[Carrier | None] = ContextVar("run_carrier", default=None)


class Spans:
    """The process's spans. Names and attributes are those of OpenTelemetry's semantic conventions."""

    def __init__(self, *, service: str, version: str, environment: str) -> None:
        given = any(name in os.environ for name in _TIMEOUTS)
        exporter = OTLPSpanExporter(timeout=None if given else EXPORT_SECONDS)
        self._provider = TracerProvider(resource=_resource(service, version, environment), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("coursegen", version)

    def begin_call(self, procedure: str, headers: Mapping[str, str]) -> str:
        """A server's span, child of what the headers name; current in this task until another call begins in it."""
        parent = _PROPAGATOR.extract(headers, Context())
        attributes = {"rpc.system.name": "coursegen", "rpc.method": procedure}
        span = self._tracer.start_span(procedure, parent, SpanKind.SERVER, attributes)
        attach(set_span_in_context(span, Context()))
        _call.set(span)
        return format_trace_id(span.get_span_context().trace_id)

    def end_call(self, code: str, *, faulty: bool, bug: BaseException | None) -> None:
        """End the task's call; a stream that fails later finds it ended."""
        span = _call.get()
        if span is None:
            return
        _call.set(None)
        span.set_attribute("rpc.response.status_code", code)
        if code != "OK":
            span.set_attribute("error.type", code)
        if faulty:
            span.set_status(StatusCode.ERROR)
        if bug is not None:
            span.record_exception(bug)
        span.end()

    @contextmanager
    def attempt(self, job_type: str, job_id: str, number: int, carrier: Carrier) -> Generator[None]:
        """A consumer's span, child of the call that started the run. One that is cancelled has failed, too."""
        attributes: dict[str, str | int] = {
            "messaging.system": "saq",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": "coursegen",
            "messaging.message.id": job_id,
            "coursegen.job.type": job_type,
            "coursegen.job.attempt": number,
        }
        parent = _PROPAGATOR.extract(carrier, Context())
        _run.set(carrier or None)
        with self._tracer.start_as_current_span(f"process {job_type}", parent, SpanKind.CONSUMER, attributes) as span:
            try:
                yield
            except CancelledError:
                span.set_status(StatusCode.ERROR, "cancelled")
                raise

    @contextmanager
    def delivery(self, webhook_id: str, number: int, carrier: Carrier) -> Generator[None]:
        """A client's span, child of what has changed the step. The receiver is told nothing of the trace."""
        attributes: dict[str, str | int] = {
            "http.request.method": "POST",
            "coursegen.webhook.id": webhook_id,
            "coursegen.webhook.attempt": number,
        }
        parent = _PROPAGATOR.extract(carrier, Context())
        with self._tracer.start_as_current_span("deliver webhook", parent, SpanKind.CLIENT, attributes):
            yield

    def describe(self, ids: Mapping[str, str]) -> None:
        """Attributes of the current span."""
        get_current_span().set_attributes({f"coursegen.{name}.id": value for name, value in ids.items()})

    def trace_id(self) -> str | None:
        """Of the current span."""
        found = get_current_span().get_span_context()
        return format_trace_id(found.trace_id) if found.is_valid else None

    def carrier(self) -> Carrier:
        """The run's own, so that all its jobs are children of one span; where there is none, the current span."""
        found = _run.get()
        if found is None:
            found = Carrier()
            _PROPAGATOR.inject(found)
        return found

    def close(self) -> None:
        """Send the rest. The SDK's own way to end waits for half a minute where the collector is away."""
        closing = threading.Thread(target=self._provider.shutdown, name="end-of-traces", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _resource(service: str, version: str, environment: str) -> Resource:
    """Who sends the spans; what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before."""
    ours = {"service.version": version, "deployment.environment.name": environment}
    said = Resource.create()
    if str(said.attributes[SERVICE_NAME]).startswith("unknown_service"):
        ours[SERVICE_NAME] = service
        return said.merge(Resource(ours))
    return Resource(ours).merge(said)
