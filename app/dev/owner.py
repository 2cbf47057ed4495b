"""Whom the servers run as: PostgreSQL refuses root, so root drops to a user without rights."""

import os
import pwd
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

_SETPRIV = "/usr/bin/setpriv"

# Lets the user through folders that are closed to it (a checkout under a home with mode 0700): opening a parent
# folder's permissions for a throw-away server is out of the question. Securebits keep it over the change of user.
_PASS_CLOSED_FOLDERS = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def server_user() -> pwd.struct_passwd | None:
    """The user to drop to, or None where this process is not root and needs no drop."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def run_as(user: pwd.struct_passwd | None, touches: Iterable[Path]) -> list[str]:
    """The command prefix that becomes `user`; `touches` are the files and folders it must be able to reach."""
    if user is None:
        return []
    closed = not all(_open_to_all(path) for path in touches)
    capabilities = _PASS_CLOSED_FOLDERS if closed else []
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [_SETPRIV, *identity, *capabilities, "--"]


def own_folder(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make the folder, private to the servers' user.

    Raises:
        PermissionError: it is someone else's already, as it can be under the temp folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), user.pw_uid if user else os.geteuid()):
        raise PermissionError(f"{folder} belongs to someone else")
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _open_to_all(path: Path) -> bool:
    parents = path.resolve().parents
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in parents)


def interpreter() -> Path:
    """The Python that ties servers to us (see tied.py): the user must be able to reach it too."""
    return Path(sys.executable)
