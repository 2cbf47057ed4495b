"""A second PostgreSQL beside a deployment's, which follows it and can take its place."""

import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from app.dev import LocalServers, owner, spawn
from app.dev.postgres import SUPERUSER, dsn
from tests.runbook.deployment import CLIENTS, NAME, Deployment


def address_of(servers: LocalServers) -> str:
    """Where a PostgreSQL is, as its URLs say it: the folder of its socket."""
    return servers.addresses.postgres_dsn.rpartition("host=")[2]


@contextmanager
def standby(deployment: Deployment) -> Generator[str]:
    """A hot standby that follows the deployment's PostgreSQL: its address."""
    with TemporaryDirectory(prefix="coursegen-standby-", ignore_cleanup_errors=True) as name:
        folder, user = Path(name), owner.server_user()
        owner.own_folder(folder, user)
        prefix = owner.run_as(user, touches=(CLIENTS / "postgres", folder / "data", owner.interpreter()))
        copy = (CLIENTS / "pg_basebackup", "-D", folder / "data", "--write-recovery-conf", "--checkpoint=fast")
        subprocess.run([*prefix, *copy, "-h", address_of(deployment.servers), "-U", SUPERUSER], check=True)
        options = ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=300")
        command: list[str | Path] = [
            CLIENTS / "postgres",
            "-D",
            folder / "data",
            *(word for option in options for word in ("-c", option)),
        ]
        server = spawn("the standby", command, stop_signal=signal.SIGINT, log=folder / "log", prefix=prefix)
        try:
            server.wait_until(lambda: _answers(dsn(folder, NAME)), seconds=20)
            yield str(folder)
        finally:
            server.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
