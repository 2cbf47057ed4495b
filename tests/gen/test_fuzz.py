"""schemathesis, made from the document, against the running server: no bug, and no answer that the document lacks."""

import asyncio
import sys
from pathlib import Path

import pytest

from app.auth.claims import Role
from tests.wire.served import Served
from tests.world import token_of

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
ALL_PHASES = "examples,coverage,fuzzing"


async def _fuzz(served: Served, folder: Path, phases: str, *headers: str) -> str:
    """Run it, and return what it says when it found something."""
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(CONFIG), "run", f"http://127.0.0.1:{served.port}/openapi.json"),
        *(
            "--phases",
            phases,
            "--max-examples",
            "10" if phases == ALL_PHASES else "4",
            "--continue-on-failure",
            "--no-color",
        ),
        *(part for header in headers for part in ("--header", header)),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await process.communicate()
    return "" if process.returncode == 0 else told.decode()


@pytest.mark.parametrize("role", list(Role))
async def test_a_fuzzer_with_a_token_finds_nothing(served: Served, role: Role, tmp_path: Path) -> None:
    caller = await served.user(role)
    phases = ALL_PHASES if role is Role.INSTRUCTOR else "fuzzing"
    found = await _fuzz(served, tmp_path, phases, f"Authorization: Bearer {token_of(caller)}")
    assert not found, found
    assert "call crashed" not in served.log_text()


async def test_a_fuzzer_without_a_token_finds_nothing(served: Served, tmp_path: Path) -> None:
    found = await _fuzz(served, tmp_path, "fuzzing")
    assert not found, found
    assert "call crashed" not in served.log_text()
