"""The servers of the echo: ours, the least an ASGI server can do, and what others would write it with."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import msgspec

from tests.node import node
from tests.transports.server import free_port, listens, until

PEERS: Final = Path(__file__).parent / "peers"

Command = Callable[[int], list[str]]


class Server(msgspec.Struct, frozen=True):
    """A running server: where it listens, and its process."""

    port: int
    pid: int


def granian(application: str, *more: str, **environment: str) -> Command:
    """An application of `apps.py` on the server that ours runs on, with this in its environment."""

    def command(port: int) -> list[str]:
        options = [
            "--interface",
            "asgi",
            "--no-ws",
            "--http",
            "1",
            "--log-level",
            "warning",
            "--port",
            str(port),
            *more,
        ]
        variables = [f"{name}={value}" for name, value in environment.items()]
        return ["env", *variables, sys.executable, "-m", "granian", *options, f"tests.bench.apps:{application}"]

    return command


def uvicorn(application: str, *more: str) -> Command:
    """An application of FastAPI, on the server that its documentation names, with its C parts."""

    def command(port: int) -> list[str]:
        options = ["--port", str(port), "--app-dir", str(PEERS), *more]
        return [str(PEERS / ".venv" / "bin" / "uvicorn"), *options, f"fastapi_echo:{application}"]

    return command


def trpc(port: int) -> list[str]:
    """tRPC's standalone server."""
    return [node(), str(PEERS / "trpc_echo.mjs"), str(port)]


@contextlib.contextmanager
def running(command: Command, cores: set[int] | None, log: Path) -> Generator[Server]:
    """The server on these cores, or on all, its log in a file."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(command(port), stdout=output, stderr=output)
    if cores:
        os.sched_setaffinity(process.pid, cores)  # long before it starts its worker, which inherits this
    try:
        until(lambda: listens(port), "the server listens", seconds=20)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()
