"""Both servers together, in one folder, held by one lock: the real ones that two variables name, else private ones."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from app.dev import find, owner, postgres, redis
from app.dev.lock import FolderLock
from app.dev.supervise import Child, stop_all

# sockaddr_un holds 107 bytes; ".s.PGSQL.5432.lock" and some air are left for the names inside the folder.
_LONGEST_FOLDER = 80


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are. `postgres_dsn` is a login that may create roles and databases."""

    postgres_dsn: str
    redis_url: str


def addresses(data: Path, environment: Mapping[str, str] = os.environ) -> Addresses:
    """Where the servers of this folder are while someone runs them; starts nothing.

    OWNER_DATABASE_URL (or else DATABASE_URL) and REDIS_URL, where set, stand for servers that run already.
    """
    sockets = _sockets(data.absolute())
    given = environment.get("OWNER_DATABASE_URL") or environment.get("DATABASE_URL")
    return Addresses(
        postgres_dsn=given or postgres.dsn(sockets),
        redis_url=environment.get("REDIS_URL") or redis.url(sockets),
    )


class LocalServers:
    """A context that runs the servers which no variable names; they end with it, and with this process.

    Enter it in the main thread (see `spawn`), before an event loop runs: starting blocks, 0.3 s warm, 2 s on an
    empty folder.
    """

    def __init__(self, data: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._data = data.absolute()
        self._environment = environment
        self._exits = ExitStack()
        self.addresses = addresses(self._data, environment)
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        """Raises FolderInUse, ServersMissing or ChildDied, with nothing left running."""
        with ExitStack() as undo:
            self._data.mkdir(parents=True, exist_ok=True)
            undo.callback(FolderLock.acquire(self._data).release)
            sockets = _sockets(self._data)
            owner.own_folder(sockets, owner.server_user())
            undo.callback(self._stop)
            if not self._given("OWNER_DATABASE_URL", "DATABASE_URL"):
                self.children.append(postgres.start(find.postgres_folder(), self._data, sockets))
            if not self._given("REDIS_URL"):
                self.children.append(redis.start(find.redis_binary(), self._data, sockets))
            self._exits = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _given(self, *names: str) -> bool:
        return any(self._environment.get(name) for name in names)

    def _stop(self) -> None:
        stop_all(self.children)
        self.children.clear()
        with suppress(OSError):  # a server that was killed leaves its socket there: the next start removes that
            _sockets(self._data).rmdir()


def _sockets(data: Path) -> Path:
    """The folder of the unix sockets: inside the data folder, unless its path is too long or holds a comma.

    asyncpg takes a comma in `host` for the end of a host. The stand-in's name comes from the path, so that another
    process (`coursegen token --data`) finds it.
    """
    inside = data / "run"
    if len(os.fsencode(inside)) <= _LONGEST_FOLDER and "," not in str(inside):
        return inside
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"coursegen-{os.geteuid()}-{name}"
