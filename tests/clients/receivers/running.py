"""The receivers of `clients/receivers`, each as a process of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.node import BUNDLED
from tests.transports.server import free_port, listens, until

FOLDER = Path(__file__).parents[3] / "clients" / "receivers"
LANGUAGES = ("python", "php", "typescript")


def _command(language: str, port: int) -> list[str]:
    match language:
        case "python":
            return [sys.executable, str(FOLDER / "receiver.py"), str(port)]
        case "php":
            return ["php", "-S", f"127.0.0.1:{port}", str(FOLDER / "receiver.php")]
        case _:
            return [BUNDLED, str(FOLDER / "receiver.ts"), str(port)]


@contextmanager
def running(language: str, secrets: str, log: Path) -> Generator[str]:
    """The receiver's address; what it prints goes into the log."""
    port = free_port()
    command = _command(language, port)
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on PATH; .ci/run installs it")
    environment = {**os.environ, "COURSEGEN_WEBHOOK_SECRET": secrets}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            until(lambda: listens(port), f"the receiver in {language} listens")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(10)
