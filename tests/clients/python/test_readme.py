"""The scripts of the client's README, as they stand there: they run, and the strictest checkers take them."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.python.checkers import CHECKERS, check
from tests.clients.python.conftest import url_of
from tests.wire.served import Served
from tests.world import token_of

PROJECT = Path(__file__).parents[3]
CLIENT = PROJECT / "clients" / "python"
MAIN_JOB_LINES = 10


def scripts() -> list[str]:
    """The README's scripts in order: the main job, asynchronous, errors."""
    return re.findall(r"^```python\n(.*?)^```", (CLIENT / "README.md").read_text(), re.DOTALL | re.MULTILINE)


def test_the_main_job_takes_ten_lines() -> None:
    lines = [line for line in scripts()[0].splitlines() if line.strip()]
    assert len(lines) == MAIN_JOB_LINES


async def test_the_scripts_run_as_they_stand(working: Served, data: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(CLIENT),
        "COURSEGEN_URL": url_of(working),
        "COURSEGEN_TOKEN": token_of(await working.user()),
    }
    file = tmp_path / "script.py"

    def output(script: str) -> str:
        file.write_text(script)
        command = [sys.executable, str(file), str(data / "hleb-na-zakvaske.pdf")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
        assert done.returncode == 0, done.stderr
        return done.stdout

    main_job, listed, refused = [await asyncio.to_thread(output, script) for script in scripts()]
    assert "completed" in main_job
    assert len([line for line in main_job.splitlines() if line.startswith("  ")]) > 1
    assert listed == "Хлеб на закваске completed\n"
    assert refused == "Course not found\n"


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_strictest_checkers_take_the_client_and_its_scripts(checker: str, tmp_path: Path) -> None:
    shutil.copytree(CLIENT / "coursegen_client", tmp_path / "coursegen_client", ignore=shutil.ignore_patterns("__py*"))
    names = [f"script_{number}.py" for number, _ in enumerate(scripts())]
    for name, script in zip(names, scripts(), strict=True):
        (tmp_path / name).write_text(script)
    check(checker, tmp_path, "coursegen_client", *names)
