"""The files of the repository, and what none of them may be."""

import re
import subprocess
from pathlib import Path

PRIVATE = re.compile(
    r"(.*/)?(\.env(\..+)?|\.pgpass|\.netrc|\.npmrc|\.pypirc|id_[a-z0-9]+|.+\.(pem|key|p12|pfx|jks|kdbx))"
)
EXAMPLE = ".env.example"


def tracked(root: Path) -> list[Path]:
    """The files that git holds, relative to the root; of an exported tree all files are."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return sorted(Path(name) for name in names if (root / name).is_file())
    return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())


def private_files(files: list[Path]) -> list[Path]:
    """Those whose names say that they hold secrets, the example of settings aside."""
    return [path for path in files if str(path) != EXAMPLE and PRIVATE.fullmatch(path.as_posix())]
