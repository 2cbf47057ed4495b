"""Children that end with their parent: on `stop`, on its exit, and when it is killed with SIGKILL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_TIED = Path(__file__).with_name("tied.py")
_POLL_SECONDS = 0.01


class ChildDied(Exception):
    """A child ended, or was not ready in time; the message holds the end of its log."""

    def __init__(self, name: str, log: Path | None, what: str = "did not start") -> None:
        tail = log.read_text(errors="replace").strip().splitlines()[-5:] if log and log.exists() else []
        super().__init__("\n".join([f"{name} {what}", *tail]))


class Child:
    """A running child process."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], stop_signal: signal.Signals, log: Path | None
    ) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._stop_signal = stop_signal

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Block until `ready()`.

        Raises:
            ChildDied: it ended first, or was not ready in time (then it is stopped).
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.exit_code is not None or time.monotonic() > deadline:
                self.stop()
                raise ChildDied(self.name, self.log)
            time.sleep(_POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self.exit_code is None:
            self._process.send_signal(self._stop_signal)

    def end(self, deadline: float) -> None:
        """Wait until `deadline` on the monotonic clock, then SIGKILL; children that it left behind end with it."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # it led a session, and so a group, of its own

    def stop(self, grace_seconds: float = 3.0) -> None:
        """End it: its stop signal, then after the grace SIGKILL."""
        stop_all([self], grace_seconds)


def stop_all(children: Sequence[Child], grace_seconds: float = 3.0) -> None:
    """End them side by side: each gets its stop signal, and SIGKILL after the grace that they share."""
    deadline = time.monotonic() + grace_seconds
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.end(deadline)


def spawn(
    name: str,
    argv: Sequence[str | Path],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    prefix: Sequence[str] = (),
) -> Child:
    """Start a child that gets `stop_signal` from the kernel when this process dies.

    Call it from the main thread: the kernel takes the end of the *thread* that started the child for the parent's end.
    The child is in a session of its own, so that Ctrl-C reaches the parent alone, which then stops children in order.
    `log` gets its output (and loses the last run's), else it writes where the parent writes. `prefix` is a command that
    runs it.
    """
    command = [*prefix, sys.executable, "-I", "-S", _TIED, str(os.getpid()), str(int(stop_signal)), *argv]
    output = log.open("wb") if log else None
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()
    return Child(name, process, stop_signal, log)
