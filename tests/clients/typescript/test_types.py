"""The clients of the service and of tables with everything in it, as compilers see them: what they take and refuse."""

import shutil
from pathlib import Path

import pytest

from app.gen.typescript import typescript_files
from app.rpc.surface import surface
from tests.clients.python.sample import TABLE
from tests.clients.typescript.awkward import AWKWARD
from tests.clients.typescript.compiler import (
    COMPILERS,
    HERE,
    RESOLUTIONS,
    add_client,
    add_package,
    compile_project,
    make_project,
)

PACKAGES = [f"node_modules/{name}/**/*.d.ts" for name in ("coursegen-client", "sample-client", "awkward-client")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with all three clients, and files that use them."""
    project = make_project(tmp_path_factory.mktemp("project"))
    add_client(project)
    add_package(project, "sample-client", typescript_files(surface(TABLE)))
    add_package(project, "awkward-client", typescript_files(surface(AWKWARD)))
    shutil.copytree(HERE / "uses", project / "uses")
    return project


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_right_calls_compile_and_wrong_ones_do_not(project: Path, compiler: str, resolution: str) -> None:
    compile_project(project, compiler, ["uses/*.ts", *PACKAGES], **RESOLUTIONS[resolution])


@pytest.mark.parametrize("trpc", ["oldest", "newest"])
def test_every_client_of_trpc_11_takes_the_types(trpc: str, tmp_path: Path) -> None:
    project = make_project(tmp_path, trpc=trpc)
    add_client(project)
    uses = ["assertions", "brands", "client", "errors", *(["safe"] if trpc == "newest" else [])]
    for name in (*uses, "ws.d"):
        shutil.copy(HERE / "uses" / f"{name}.ts", project)
    compile_project(project, "typescript7", ["*.ts", PACKAGES[0]], **RESOLUTIONS["NodeNext"])


def test_the_runtime_is_what_its_declarations_say(project: Path) -> None:
    shutil.copytree(project / "node_modules" / "coursegen-client", project / "checked")
    options = {**RESOLUTIONS["NodeNext"], "allowJs": True, "checkJs": True}
    compile_project(project, "typescript", ["checked/runtime/*.js", "uses/ws.d.ts"], **options)
