"""A private PostgreSQL: a cluster in a folder, reached by one unix socket, trusting whoever can reach that."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from app.dev import owner
from app.dev.supervise import Child, ChildDied, spawn

SUPERUSER = "postgres"
_READY_LINE = 7  # of postmaster.pid, counted from 0: LOCK_FILE_LINE_PM_STATUS in PostgreSQL's utils/pidfile.h
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}  # none of the caller's PG* variables

# Commits go to the operating system, not to the disk: they survive a killed server, not a power cut.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "timezone": "UTC",
    "jit": "off",
}


def dsn(sockets: Path, database: str = "postgres", user: str = SUPERUSER) -> str:
    """A URL that asyncpg, psycopg and yoyo all understand."""
    return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(sockets))}"


def start(binaries: Path, folder: Path, sockets: Path) -> Child:
    """Start the cluster under `folder` (made first if there is none) with its socket in `sockets`; returns when ready.

    Raises:
        ChildDied: it did not come up; the message holds the end of its log.
    """
    user = owner.server_user()
    prefix = owner.run_as(user, touches=(binaries / "postgres", folder / "data", owner.interpreter()))
    data = folder / f"postgresql-{_major_version(binaries)}"
    if not data.exists():
        _initialise(binaries, data, prefix)
    _forget_dead_server(data, sockets)
    options = [f"--{name}={value}" for name, value in (*_SETTINGS.items(), ("unix_socket_directories", str(sockets)))]
    server = spawn(
        "PostgreSQL",
        [binaries / "postgres", "-D", data, *options],
        stop_signal=signal.SIGINT,  # "fast": sessions are ended, nothing waits for clients
        environment=_ENVIRONMENT,
        log=folder / "postgresql.log",
        prefix=prefix,
    )
    server.wait_until(lambda: _says_ready(data, server.pid), seconds=30)
    return server


def _major_version(binaries: Path) -> str:
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[2].split(".")[0]


def _initialise(binaries: Path, data: Path, prefix: list[str]) -> None:
    """Make the cluster beside its place and move it in whole, so that a kill leaves no half of one."""
    unfinished = data.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    owner.own_folder(unfinished, owner.server_user())
    log = data.with_suffix(".initdb.log")
    command: list[str | Path] = [*prefix, binaries / "initdb", "-D", unfinished, "-U", SUPERUSER]
    options = ["--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync"]
    with log.open("wb") as output:
        made = subprocess.run([*command, *options], check=False, env=_ENVIRONMENT, stdout=output, stderr=output)
    if made.returncode != 0:
        raise ChildDied("initdb", log)
    unfinished.rename(data)


def _forget_dead_server(data: Path, sockets: Path, seconds: float = 10.0) -> None:
    """Wait for a predecessor that is still going down; remove the lock files of one that was killed.

    PostgreSQL itself refuses to start while the recorded pid exists, even as a zombie nobody reaped or as another
    program that got the same number.
    """
    deadline = time.monotonic() + seconds
    for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        while (pid := _recorded_pid(lock)) and _is_running_postgres(pid):
            if time.monotonic() > deadline:
                raise ChildDied(f"PostgreSQL: process {pid} still runs in {data}, and", None)
            time.sleep(0.02)
        lock.unlink(missing_ok=True)


def _recorded_pid(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_running_postgres(pid: int) -> bool:
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name == "postgres" and rest.split()[0] not in "ZX"


def _says_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _READY_LINE and int(lines[0]) == pid and lines[_READY_LINE].strip() == "ready"
