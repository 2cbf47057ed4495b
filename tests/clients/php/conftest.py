"""PHP against a scripted server, and against the service itself."""

from pathlib import Path

import pytest

from tests.clients.php.programs import CLIENT, Php
from tests.clients.python.conftest import large_text, served, server, working
from tests.clients.python.scripted import Scripted

__all__ = ["large_text", "php", "served", "server", "working"]


@pytest.fixture
def php(server: Scripted, tmp_path: Path) -> Php:
    """Runs programs that know the client, and `transport()` to the scripted server."""
    return Php(CLIENT / "autoload.php", tmp_path, server.url)
