"""The hand-written half of the client under Node: branded strings, error guard, links."""

from pathlib import Path

import pytest

from tests.clients.typescript.compiler import add_client, make_project
from tests.clients.typescript.running import run_tests


@pytest.mark.parametrize("part", ["brands", "links"])
def test_the_runtime_does_as_it_says(application: Path, part: str) -> None:
    run_tests(application, f"{part}.test.mjs")


@pytest.mark.parametrize("trpc", [".", "newest", "oldest", "v10"])
def test_errors_are_told_apart_with_every_client_of_trpc(trpc: str, tmp_path: Path) -> None:
    project = make_project(tmp_path, trpc=trpc)
    add_client(project)
    run_tests(project, "rpc_error.test.mjs")
