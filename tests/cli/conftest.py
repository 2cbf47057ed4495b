"""One `coursegen dev` for the tests that only call it."""

from collections.abc import Iterator

import pytest

from tests.cli.programs import Dev, running_dev


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """A running stack with the demo data."""
    with running_dev(tmp_path_factory.mktemp("dev")) as running:
        yield running
