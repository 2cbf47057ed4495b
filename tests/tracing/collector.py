"""A collector: takes OTLP over HTTP as the protocol says, decodes it, and keeps the spans."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.transports.server import until


@dataclass(frozen=True)
class Seen:
    """A span as it came, ids in hex, with the attributes of its resource."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    failed: bool
    attributes: dict[str, Any]
    events: list[str]
    resource: dict[str, Any] = field(repr=False)


class Collector:
    """What was received so far."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.spans: list[Seen] = []
        self.silent = threading.Event()
        self.let_go = threading.Event()

    def take(self, body: bytes) -> None:
        """One post."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = _plain(resource.resource.attributes)
            self.spans += [_seen(span, about) for scope in resource.scope_spans for span in scope.spans]

    def found(self, name: str, count: int = 1) -> list[Seen]:
        """The spans with this name, once there are so many."""

        def there() -> list[Seen]:
            named = [span for span in self.spans if span.name == name]
            return named if len(named) >= count else []

        return until(there, f"{count} spans {name}", seconds=20)


def _seen(span: Span, about: dict[str, Any]) -> Seen:
    return Seen(
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        failed=span.status.code == 2,
        attributes=_plain(span.attributes),
        events=[event.name for event in span.events],
        resource=about,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in attributes}


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector that listens for the time of the block; a silent one takes a post and does not answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if collector.silent.is_set():
                collector.let_go.wait(60)
                return
            assert (self.path, self.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
            collector.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            collector.let_go.set()
            server.shutdown()
            thread.join()
