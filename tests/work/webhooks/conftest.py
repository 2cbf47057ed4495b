"""A world with a receiver of webhooks, in which no worker runs yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.dev import Database
from tests.webhooks.receiving import Receiver, receiving
from tests.work.conftest import SETTINGS
from tests.work.life import living
from tests.work.webhooks.hooked import Hooked
from tests.world import settings_for


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Answers 204 until told otherwise."""
    async with receiving() as running:
        yield running


@pytest.fixture
async def hooked(
    own_database: Database, own_redis_url: str, tmp_path: Path, receiver: Receiver
) -> AsyncIterator[Hooked]:
    """A test's own world, whose courses are generated with the receiver's address."""
    listed = {"webhook_test_hosts": receiver.host, "webhook_timeout_seconds": 1}
    async with living(settings_for(own_database, own_redis_url, tmp_path, **SETTINGS, **listed)) as life:
        yield Hooked(life, receiver)
