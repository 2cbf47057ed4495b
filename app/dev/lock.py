"""One lock per data folder: two stacks on the same files would destroy them."""

import fcntl
import os
from pathlib import Path
from typing import Self

LOCK = "lock"


class FolderInUse(Exception):
    """Another process runs its servers in this folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by process {holder}: stop that one, or choose another folder with --data")


class FolderLock:
    """Held until `release` or the end of the process, however it ends: the kernel drops a flock with its holder."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def acquire(cls, folder: Path) -> Self:
        """Take the lock or fail at once.

        Raises:
            FolderInUse: someone else has it.
        """
        path = folder / LOCK
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 32).decode(errors="replace").strip()
            os.close(file)
            raise FolderInUse(folder, holder or "unknown") from None
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        return cls(file)

    def release(self) -> None:
        os.close(self._file)
