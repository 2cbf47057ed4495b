"""What obstore writes beside an object's place in a folder until it is whole, and leaves there when it is killed."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_STAGED = re.compile(r".+#\d+")


def forget_staged(folder: Path, before: datetime) -> int:
    """Delete what nobody has written to since then, and say how much it was. Listings of objects don't show it."""
    found = [path for path in folder.rglob("*") if _STAGED.fullmatch(path.name) and _is_older(path, before)]
    for path in found:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # the folders of a course and an organization are there as long as anything is in them
            path.parent.rmdir()
            path.parent.parent.rmdir()
    return len(found)


def _is_older(path: Path, before: datetime) -> bool:
    with suppress(FileNotFoundError):  # it has just become an object
        return path.stat().st_mtime < before.timestamp()
    return False
