"""The `coursegen` command as users run it: a process of its own, watched from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from app.dev.ports import free_port
from app.settings import Settings

CHECKOUT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("coursegen")
SETTINGS = {name.upper() for name in Settings.__struct_fields__}


def environment(**settings: str) -> dict[str, str]:
    """The tests' environment with these settings and no others."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings


def coursegen(
    *arguments: str, settings: Mapping[str, str] | None = None, cwd: Path = CHECKOUT, seconds: float = 30
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment(**(settings or {})),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def until(met: Callable[[], Any], what: str, seconds: float, every: float = 0.02) -> None:
    """Poll until `met()` is truthy; AssertionError naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(every)


def inhabitants(folder: Path) -> dict[int, str]:
    """Processes that have to do with a folder: by their arguments, their environment or where they are."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            told = (process / "cmdline").read_bytes() + b"\0" + (process / "environ").read_bytes()
            if os.fsencode(folder) in told + os.readlink(process / "cwd").encode():
                found[int(process.name)] = told.split(b"\0\0")[0].replace(b"\0", b" ").decode(errors="replace")[:100]
    return found


@contextmanager
def running(*arguments: str, settings: Mapping[str, str]) -> Generator["subprocess.Popen[bytes]"]:
    """A command that runs until the test ends it, or until the block does."""
    with subprocess.Popen([PROGRAM, *arguments], env=environment(**settings), cwd=CHECKOUT) as process:
        try:
            yield process
        finally:
            process.kill()


class Dev:
    """A running `coursegen dev`."""

    def __init__(self, process: "subprocess.Popen[bytes]", data: Path, port: int, printed: Path) -> None:
        self.process = process
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        self._printed = printed

    def lines(self) -> list[str]:
        """What it has printed so far."""
        return self._printed.read_text().splitlines()

    def wait_until_ready(self) -> None:
        """Until its first line, which must be the one that says so."""
        until(lambda: self.lines() or self.process.poll() is not None, "it says something", 60)
        assert self.lines()[:1] == [f"ready {self.url}"], self.lines()

    def token(self, email: str = "instructor@demo.local") -> str:
        """What `coursegen token` prints last."""
        made = coursegen("token", "--email", email, "--data", str(self.data))
        assert made.returncode == 0, made.stderr
        return made.stdout.splitlines()[-1]

    def client(self, token: str) -> httpx.Client:
        """Calls of the API as the token's user."""
        headers = {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, trust_env=False)

    def pid_of(self, command: str) -> int:
        """The process that was started as `coursegen <command>`: its children have the same name."""
        found = [pid for pid, told in inhabitants(self.data).items() if told.endswith(f"coursegen {command}")]
        return min(found)

    def assert_gone(self, within: float) -> None:
        """Nothing runs any more that has to do with the folder."""
        deadline = time.monotonic() + within
        while left := inhabitants(self.data):
            assert time.monotonic() < deadline, f"after {within} s still there: {left}"
            time.sleep(0.02)


@contextmanager
def running_dev(data: Path, *options: str, **variables: str) -> Generator[Dev]:
    """`coursegen dev` on a folder, from its `ready` line on; stopped at the end if it still runs."""
    port = free_port()
    arguments = ("--port", str(port), "--data", str(data), *options)
    printed = data.with_name(f"{data.name}.printed")
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            [PROGRAM, "dev", *arguments],
            env=environment(**variables),
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            dev = Dev(process, data, port, printed)
            dev.wait_until_ready()
            yield dev
        finally:
            process.terminate()
