"""Storage of both kinds: a folder, and a bucket of a real S3 endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage import Storage
from tests.s3 import Endpoint, s3_endpoint


@pytest.fixture(scope="session")
def s3() -> Iterator[Endpoint]:
    """One endpoint for all."""
    with s3_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the storage of a folder keeps its files."""
    return tmp_path / "files of courses"


@pytest.fixture
def local(folder: Path) -> Storage:
    """The storage of a folder."""
    return Storage(folder.as_uri())


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """A storage of either kind, empty."""
    if request.param == "folder":
        found: Storage = request.getfixturevalue("local")
        return found
    endpoint: Endpoint = request.getfixturevalue("s3")
    return Storage(endpoint.bucket())
