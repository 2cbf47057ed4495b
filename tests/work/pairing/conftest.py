"""Worlds with their files in a folder and in a bucket, where whatever is there is old enough to be paired."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.dev import Database
from tests.s3 import Endpoint, s3_endpoint
from tests.work.life import Life, living
from tests.world import settings_for

AT_ONCE = {"upload_ttl_seconds": 0.001, "reaper_period_seconds": 0.05, "global_concurrency_limit": 100}
"""Whatever is there when a pass begins is old."""


@pytest.fixture(scope="module")
def s3() -> Iterator[Endpoint]:
    with s3_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of a world are that has them in a folder."""
    return tmp_path / "files"


@pytest.fixture
async def local(own_database: Database, own_redis_url: str, folder: Path) -> AsyncIterator[Life]:
    """A world with its files in a folder."""
    async with living(settings_for(own_database, own_redis_url, folder, **AT_ONCE)) as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
async def life(
    request: pytest.FixtureRequest, own_database: Database, own_redis_url: str, folder: Path
) -> AsyncIterator[Life]:
    """A world with its files in either kind of storage."""
    place = folder.as_uri()
    if request.param == "bucket":
        endpoint: Endpoint = request.getfixturevalue("s3")
        place = endpoint.bucket()
    async with living(settings_for(own_database, own_redis_url, folder, **AT_ONCE, storage_url=place)) as made:
        yield made
