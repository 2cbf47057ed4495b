"""One server for all tests of the wires."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.transports.server import serving, until


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of a real server with the procedures of `router.py`."""
    with serving("tests.transports.router:create_app") as (port, _process):
        yield port


@pytest.fixture(scope="session")
def http(port: int) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        yield client


@pytest.fixture
def state(http: httpx.Client) -> Callable[[], dict[str, Any]]:
    """What the server's procedures have counted; nothing of earlier tests is open any more."""

    def read() -> dict[str, Any]:
        answer: dict[str, Any] = http.get("/rpc/readState").json()
        return answer

    until(lambda: read()["open"] == 0, "earlier tests have ended")
    return read
