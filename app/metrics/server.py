"""A worker's own page of metrics: a thread with the standard library's server, since a worker serves nothing else."""

import hmac
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client.exposition import ThreadingWSGIServer

from app.metrics.exposition import CONTENT_TYPE, exposition

Respond = Callable[[str, list[tuple[str, str]]], Any]
_TEXT: Final = [("content-type", "text/plain; charset=utf-8")]


class _Handler(WSGIRequestHandler):
    timeout = 5  # seconds that a client may be silent

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: scrapes are no news."""


@contextmanager
def serving(host: str, port: int, token: str) -> Generator[int]:
    """Serve /metrics for whoever sends this Bearer token, for the time of the block; the port. Raises OSError."""
    with make_server(host, port, _application(token), ThreadingWSGIServer, _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _application(token: str) -> Callable[[dict[str, Any], Respond], Iterable[bytes]]:
    expected = f"Bearer {token}".encode()

    def answer(environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics":
            respond("404 Not Found", _TEXT)
            return [b"/metrics is all there is\n"]
        if not hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode(), expected):
            respond("401 Unauthorized", [*_TEXT, ("www-authenticate", "Bearer")])
            return [b"the token of METRICS_TOKEN is required\n"]
        respond("200 OK", [("content-type", CONTENT_TYPE), ("cache-control", "no-store")])
        return [exposition()]

    return answer
