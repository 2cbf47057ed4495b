"""The thread that writes lines."""

import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

_QUEUED_LINES: Final = 100_000
_COLLECT_SECONDS: Final = 0.05
P = TypeVar("P")


class Writer(Generic[P]):
    """A thread that writes lines to standard error; `put` never blocks, and what a full queue drops is counted.

    It collects for a moment before it writes: a thread that woke for each line would cost more than the line. Parts are
    made lines then, by `compose`, all together.
    """

    def __init__(self, compose: Callable[[list[P]], list[str]]) -> None:
        self._compose = compose
        self._lines: queue.SimpleQueue[str | P | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()
        self.dropped = 0

    def put(self, line: str | P) -> None:
        """A line, or the parts of one, to be written soon."""
        if self._lines.qsize() < _QUEUED_LINES:
            self._lines.put(line)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Write what is there, for two seconds at most."""
        self._closing.set()
        self._lines.put(None)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        ended = False
        while not ended:
            batch = [self._lines.get()]
            self._closing.wait(_COLLECT_SECONDS)
            batch += [self._lines.get() for _ in range(self._lines.qsize())]
            ended = None in batch
            with suppress(OSError):  # a full disk or a closed pipe loses these lines, not all that come after them
                sys.stderr.write(self._text(batch))
                sys.stderr.flush()

    def _text(self, batch: list[str | P | None]) -> str:
        """All lines, in their order."""
        lines = iter(self._compose([each for each in batch if each is not None and not isinstance(each, str)]))
        return "".join(each if isinstance(each, str) else next(lines) for each in batch if each is not None)
