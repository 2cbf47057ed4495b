"""mypy and pyright at their strictest, over files outside of this project's own configuration."""

import subprocess
import sys
from pathlib import Path

import msgspec

CHECKERS = ("mypy", "pyright")


def check(checker: str, folder: Path, *targets: str) -> None:
    """AssertionError with all complaints about these files and packages of a folder, unneeded ignores included."""
    command = _mypy(folder, targets) if checker == "mypy" else _pyright(folder, targets)
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _mypy(folder: Path, targets: tuple[str, ...]) -> list[str]:
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\npython_version = 3.11\nwarn_unreachable = true\n")
    return ["mypy", "--config-file", str(config), "--no-incremental", *targets]


def _pyright(folder: Path, targets: tuple[str, ...]) -> list[str]:
    settings = {
        "include": targets,
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (folder / "pyrightconfig.json").write_bytes(msgspec.json.encode(settings))
    return ["pyright", "-p", str(folder), "--pythonpath", sys.executable]
