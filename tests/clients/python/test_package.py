"""The client as a distribution of its own."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.boot import TABLE
from app.gen.files import PYTHON, generated_files

PROJECT = Path(__file__).parents[3]
PACKAGE = PYTHON / "coursegen_client"
IMPORTED = """
import sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import coursegen_client
assert coursegen_client.__file__.startswith(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""
OURS = {"app", "procedures", "tests", "litestar", "granian", "asyncpg", "redis", "saq", "loguru"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT / PYTHON, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_it_imports_nothing_of_the_server(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, str(installed)], cwd=installed, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert {"coursegen_client", "httpx", "msgspec"} <= imported
    assert not imported & OURS


def test_it_is_typed_and_has_the_version_of_the_service(installed: Path) -> None:
    assert (installed / "coursegen_client" / "py.typed").exists()
    (metadata,) = installed.glob("*.dist-info/METADATA")
    lines = metadata.read_text().splitlines()
    assert f"Version: {version('coursegen')}" in lines
    assert {line for line in lines if line.startswith("Requires-Dist")} == {
        "Requires-Dist: httpx>=0.27",
        "Requires-Dist: msgspec>=0.19",
    }


def test_nothing_but_what_is_generated_stands_in_the_package() -> None:
    generated = {path for path in generated_files(TABLE) if path.is_relative_to(PACKAGE)}
    found = {path.relative_to(PROJECT) for path in (PROJECT / PACKAGE).rglob("*") if path.is_file()}
    kept = {path for path in found if path.suffix != ".pyc"}
    assert kept == generated | {PACKAGE / "py.typed"}
