"""What type checkers infer of procedures is part of the interface: held by both of them."""

import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_PROJECT = _HERE.parents[1]
CHECKERS = {
    "mypy": ["mypy", "--strict", "--warn-unused-ignores", "--follow-imports=silent", "--no-error-summary"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


@pytest.mark.parametrize("lines", ["must_pass", "must_fail"])
@pytest.mark.parametrize("command", CHECKERS.values(), ids=CHECKERS.keys())
def test_both_checkers_accept_and_refuse_the_same_lines(command: list[str], lines: str) -> None:
    target = ["-p", f"tests.typing.{lines}"] if command[0] == "mypy" else [str(_HERE / f"{lines}.py")]
    command = [sys.executable, "-m", *command, *target]
    done = subprocess.run(command, cwd=_PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
