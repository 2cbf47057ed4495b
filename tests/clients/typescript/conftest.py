"""A project that has the client installed, as an application has; and the service itself."""

from pathlib import Path

import pytest

from tests.clients.python.conftest import served, working
from tests.clients.typescript.compiler import add_client, make_project

__all__ = ["served", "working"]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project that may import the client."""
    project = make_project(tmp_path_factory.mktemp("application"))
    add_client(project)
    return project
