"""A bug of a codec itself, outside of every call, is masked as one of a call is, and reported by the id shown."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from app.transports.browsers import Browsers
from app.transports.http import HttpRequest, HttpResponse
from app.transports.mount import Mount
from app.transports.streams import Streams

SCOPE = {
    **{"type": "http", "http_version": "1.1", "method": "GET", "path": "/x", "query_string": b""},
    "headers": [(b"host", b"x")],
}


async def broken(_request: HttpRequest) -> HttpResponse:
    """A codec with a bug."""
    raise LookupError("a secret of the server")


async def test_a_codecs_bug_is_an_internal_error_that_is_reported_by_its_id() -> None:
    sent: list[MutableMapping[str, Any]] = []
    reported: list[tuple[str, Exception]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return await asyncio.Future()

    await Mount(broken, Streams(), lambda *told: reported.append(told), Browsers())(SCOPE, receive, send)
    assert sent[0]["status"] == 500
    error = json.loads(sent[1]["body"])["error"]
    [(error_id, bug)] = reported
    assert (error["message"], error["data"]["details"]["error_id"]) == ("Internal server error", error_id)
    assert isinstance(bug, LookupError)
    assert b"secret" not in sent[1]["body"]
