"""A PostgreSQL of the fault tests' own, which they may restart, refuse and fill; the run's other tests have another."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from app.db.migrate import migrate
from app.dev import Child, Database, Databases, find, owner, postgres

TEMPLATE = "coursegen_template"


class OwnPostgres:
    """The server, its cluster in `folder`, with a migrated template that databases are cloned from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sockets = folder / "run"
        self._server: Child | None = None
        self.databases = Databases(postgres.dsn(self._sockets))

    @property
    def socket(self) -> str:
        """The path of its unix socket."""
        return f"{self._sockets}/.s.PGSQL.5432"

    def make(self) -> None:
        """Start it for the first time, and migrate the template."""
        owner.own_folder(self._sockets, owner.server_user())
        self.start()
        migrate(self.databases.create(TEMPLATE).superuser)

    def start(self) -> None:
        """Start it on what it has; returns when it is ready. To be called from the main thread."""
        self._server = postgres.start(find.postgres_folder(), self._folder, self._sockets)

    async def stop(self, *, immediate: bool = False) -> None:
        """End it: `fast` ends every session in order, `immediate` leaves recovery to the next start."""
        assert self._server
        os.kill(self._server.pid, signal.SIGQUIT if immediate else signal.SIGINT)
        await asyncio.to_thread(self._server.stop)

    async def restart(self, *, immediate: bool = False) -> None:
        """Stop it, and start it again at once."""
        await self.stop(immediate=immediate)
        self.start()

    def close(self) -> None:
        """End it for good."""
        if self._server:
            self._server.stop()

    @contextmanager
    def clone(self) -> Generator[Database]:
        """A fresh clone of the migrated database."""
        name = f"test_{uuid4().hex[:16]}"
        yield self.databases.create(name, template=TEMPLATE)
        if self._server and self._server.exit_code is not None:  # a test that failed has left it so
            self.start()
        self.databases.drop(name)
