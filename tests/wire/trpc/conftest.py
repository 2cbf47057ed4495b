"""The servers of the transcripts, each a real process, started when first asked for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.transports.server import serving

Ports = Callable[[str], int]


@pytest.fixture(scope="session")
def port_of() -> Iterator[Ports]:
    """The port of the server with this setting."""
    started: dict[str, int] = {}
    with ExitStack() as stack:

        def port(setting: str) -> int:
            if setting not in started:
                started[setting] = stack.enter_context(serving(f"tests.wire.trpc.servers:{setting}"))[0]
            return started[setting]

        yield port


@pytest.fixture
def port(port_of: Ports) -> int:
    """The port of the server with our own defaults, but for a ping after 0.2 s."""
    return port_of("override")


@pytest.fixture
def http(port: int) -> Iterator[httpx.Client]:
    """A client of it; when a test is over, the server must still serve."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
        yield client
        assert client.get("/trpc/values.nil").json() == {"result": {"data": None}}
