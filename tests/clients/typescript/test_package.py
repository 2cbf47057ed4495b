"""The client as a package of npm."""

import shutil
import subprocess
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.boot import TABLE
from app.gen.files import TYPESCRIPT, generated_files
from tests.clients.typescript.compiler import CLIENT, HERE, NODE, RESOLUTIONS, compile_project, make_project
from tests.clients.typescript.running import run
from tests.node import npm

BY_HAND = {TYPESCRIPT / "package.json", TYPESCRIPT / "README.md"}
SCRIPT = """
import * as all from "coursegen-client";
import { isRpcError } from "coursegen-client/errors";
console.log(Object.keys(all).join(" "), isRpcError === all.isRpcError);
"""
EXPORTS = "clientLinks createClient dateTime isDateTime isRpcError isUuid uuid withIdempotencyKey"


def manifest() -> dict[str, Any]:
    """package.json."""
    read: dict[str, Any] = msgspec.json.decode((CLIENT / "package.json").read_bytes())
    return read


def test_it_has_the_version_of_the_service_and_needs_trpc_alone() -> None:
    told = manifest()
    assert told["version"] == version("coursegen")
    assert told["peerDependencies"] == {"@trpc/client": ">=11", "@trpc/server": ">=11"}
    assert "dependencies" not in told


@pytest.mark.parametrize("folder", [NODE, HERE.parents[1] / "wire" / "trpc" / "node"])
def test_what_tests_install_is_locked_by_hash_and_from_no_registry(folder: Path) -> None:
    packages = msgspec.json.decode((folder / "package-lock.json").read_bytes())["packages"]
    fetched = [each for path, each in packages.items() if "node_modules/" in path and not each.get("link")]
    assert fetched
    assert all("resolved" not in each and each["integrity"].startswith("sha512-") for each in fetched)


def test_nothing_but_what_is_generated_stands_in_it() -> None:
    generated = {path for path in generated_files(TABLE) if path.is_relative_to(TYPESCRIPT)}
    found = {TYPESCRIPT / path.relative_to(CLIENT) for path in CLIENT.rglob("*") if path.is_file()}
    assert found == generated | BY_HAND


def _pack(project: Path) -> None:
    """As npm installs it from a registry, from a tarball, or with --install-links."""
    command = [*npm(), "pack", "--silent", "--pack-destination", str(project), str(CLIENT)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (tarball,) = project.glob("*.tgz")
    with tarfile.open(tarball) as archive:
        archive.extractall(project, filter="data")
    (project / "package").rename(project / "node_modules" / "coursegen-client")


def _link(project: Path) -> None:
    """As `npm install ./clients/typescript` installs it: by a symbolic link."""
    shutil.copytree(CLIENT, project / "clients" / "typescript")
    (project / "node_modules" / "coursegen-client").symlink_to("../clients/typescript")


@pytest.mark.parametrize("install", [_pack, _link])
def test_it_runs_and_type_checks_where_npm_has_put_it(install: Any, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    install(project)
    (project / "script.mjs").write_text(SCRIPT)
    assert run(project, "script.mjs") == f"{EXPORTS} true\n"
    for name in ("assertions.ts", "client.ts", "errors.ts", "safe.ts", "tanstack.ts", "ws.d.ts"):
        shutil.copy(HERE / "uses" / name, project)
    for options in RESOLUTIONS.values():
        compile_project(project, "typescript7", ["*.ts"], **options)
