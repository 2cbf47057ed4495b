"""Deployments: one for what leaves it as it was, and one for each test that does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runbook.deployment import Deployment, deployed


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A running deployment, which a test leaves with both processes running."""
    with deployed(tmp_path_factory.mktemp("deployment")) as running:
        yield running


@pytest.fixture
def own_deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A running deployment for one test."""
    with deployed(tmp_path) as running:
        yield running
