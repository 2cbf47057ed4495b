"""A private Redis or Valkey: memory only, reached by one unix socket."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from app.dev import owner
from app.dev.supervise import Child, spawn

DATABASES = 1024  # one for each test module and to spare


def url(sockets: Path, database: int = 0) -> str:
    """A URL as redis-py reads it."""
    return f"unix://{quote(str(_socket(sockets)))}?db={database}"


def start(binary: Path, folder: Path, sockets: Path) -> Child:
    """Start the server with its socket in `sockets`; returns when it answers.

    Raises:
        ChildDied: it did not come up; the message holds the end of its log.
    """
    user = owner.server_user()
    work = folder / _name_and_version(binary)
    owner.own_folder(work, user)
    _socket(sockets).unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(_socket(sockets)),
        "unixsocketperm": "700",
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "dir": str(work),
    }
    server = spawn(
        "Redis",
        [binary, *(word for name, value in settings.items() for word in (f"--{name}", value))],
        stop_signal=signal.SIGTERM,
        environment={"LC_ALL": "C", "PATH": os.defpath},
        log=folder / "redis.log",
        prefix=owner.run_as(user, touches=(binary, work / "any", owner.interpreter())),
    )
    server.wait_until(lambda: _answers(_socket(sockets)), seconds=10)
    return server


def _socket(sockets: Path) -> Path:
    return sockets / "redis.sock"


def _name_and_version(binary: Path) -> str:
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"v=(\d+)", answer)
    return f"{answer.split()[0].lower()}-{version[1] if version else 'unknown'}"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
