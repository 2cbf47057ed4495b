"""Places where a process of the service kills, freezes or blocks itself, or fails, if FAILPOINTS asks for it.

FAILPOINTS="after claim_run=kill; before complete_job#3=freeze" names places and what happens there: the third time
with #3, the first without a number, every time with #*. A place is `before` or `after` a named query, one of the
slots' scripts (slots.acquire, slots.release), the `commit of` a transaction with that query, or `before answer`.

The service knows nothing of this: its functions are wrapped in processes that program.py starts, and in no other.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import app.boot
import app.work.queue
from app.db.errors import DatabaseUnavailable
from app.db.session import Session, Transaction
from app.leases import Slots

VARIABLE: Final = "FAILPOINTS"
ASKING: Final = ("all", "maybe", "_fetch_value", "run", "run_many")
"""The ways by which a transaction asks a named query."""


class Failpoints:
    """What is to happen where."""

    def __init__(self, text: str) -> None:
        self._wanted = dict(_parsed(line) for line in text.split(";"))
        self._reached: Counter[str] = Counter()

    def reach(self, place: str) -> None:
        """Do what is asked for at this place."""
        self._reached[place] += 1
        for number in (str(self._reached[place]), "*"):
            if action := self._wanted.get(f"{place}#{number}"):
                _act(action)

    def wrap(self, work: Callable[..., Awaitable[Any]], name: Callable[..., str]) -> Callable[..., Awaitable[Any]]:
        """The same work with a place before and after it, whose name is made of its arguments."""

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {name(*args)}")
            done = await work(*args, **kwargs)
            self.reach(f"after {name(*args)}")
            return done

        return wrapped

    def wrap_transactions(self, begin: Any) -> Any:
        """The same transactions with a place before and after their COMMIT, once for each query that they asked."""

        @asynccontextmanager
        async def wrapped(session: Session) -> AsyncGenerator[Transaction]:
            async with begin(session) as tx:
                tx.asked = []
                yield tx
                for query in tx.asked:
                    self.reach(f"before commit of {query}")
            for query in tx.asked:
                self.reach(f"after commit of {query}")

        return wrapped


def _parsed(line: str) -> tuple[str, str]:
    place, _, action = line.strip().partition("=")
    return place if "#" in place else f"{place}#1", action


def _act(action: str) -> None:
    kind, _, seconds = action.partition(":")
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif kind == "block":
        time.sleep(float(seconds))
    elif kind == "fail":
        raise DatabaseUnavailable()
    else:
        raise ValueError(f"no failpoint can {action}")


def install(environ: Mapping[str, str]) -> Failpoints | None:
    """Wrap the service's functions if the environment asks for failpoints, else leave every one as it is."""
    if not (text := environ.get(VARIABLE)):
        return None
    points = Failpoints(text)
    for method in ASKING:
        setattr(Transaction, method, points.wrap(_noting(getattr(Transaction, method)), lambda _, query, *_rest: query))
    Session.begin = points.wrap_transactions(Session.begin)  # type: ignore[method-assign]
    queue: Any = app.work.queue
    queue.execute = points.wrap(queue.execute, lambda _, query: query)
    for script in ("acquire", "release"):
        name = f"slots.{script}"
        setattr(Slots, script, points.wrap(getattr(Slots, script), lambda *_, name=name: name))
    boot: Any = app.boot
    log_call = boot.log_call

    def answered(record: Any) -> None:
        log_call(record)
        points.reach("before answer")

    boot.log_call = answered
    return points


def _noting(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, noting on the transaction what was asked of it."""

    async def noted(tx: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        tx.asked.append(query)
        return await ask(tx, query, *args, **kwargs)

    return noted
