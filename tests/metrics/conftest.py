"""One server with metrics for each module."""

from collections.abc import AsyncIterator

import pytest

from app.dev import Database
from tests.metrics.scraped import TOKEN
from tests.wire.served import Served, serve


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application over a database and a Redis of this module's own."""
    folder = tmp_path_factory.mktemp("served")
    async with serve(database, redis_url, folder, metrics_token=TOKEN, global_concurrency_limit=7) as running:
        yield running
