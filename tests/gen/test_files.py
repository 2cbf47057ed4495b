"""Generated files: current, the same on every run, and quick to write."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.boot import TABLE
from app.gen.files import generated_files, stale_files
from tests.gen.examples import large_table

PROJECT = Path(__file__).parents[2]
COURSEGEN = Path(sys.executable).with_name("coursegen")


def test_the_committed_files_are_current() -> None:
    assert not stale_files(TABLE, PROJECT)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_same_bytes_come_of_every_hash_seed(hash_seed: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([COURSEGEN, "gen"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    written = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    assert written == {path: text for path, text in generated_files(TABLE).items() if path.suffix == ".json"}


def test_a_stale_file_is_named_and_fails_the_check(tmp_path: Path) -> None:
    checked = subprocess.run([COURSEGEN, "gen", "--check"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert checked.returncode == 1
    assert "stale clients/openapi.json" in checked.stdout


def test_generating_takes_less_than_five_seconds(tmp_path: Path) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        subprocess.run([COURSEGEN, "gen"], cwd=tmp_path, check=True, capture_output=True)
        return time.perf_counter() - started

    assert any(seconds() < 5 for _ in range(3))  # what else the machine does is not the generator's doing


def test_a_surface_of_a_thousand_procedures_takes_less_than_twenty_seconds() -> None:
    table = large_table(1000)
    started = time.perf_counter()
    files = generated_files(table)
    assert time.perf_counter() - started < 20
    assert all("area49.number999" in text for path, text in files.items() if path.suffix == ".json")


def test_a_large_document_is_valid_too() -> None:
    from app.gen.openapi import openapi
    from app.rpc.surface import surface

    OpenAPIV31SpecValidator(openapi(surface(large_table(60)), "1")).validate()
