"""Failpoints are nowhere unless the environment asks for them, and never in what is shipped."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import app.boot
import app.work.queue
from app.db.session import Session, Transaction
from app.leases import Slots
from tests.faults.failpoints import ASKING, Failpoints, install

QUEUE: Any = app.work.queue
BOOT: Any = app.boot
SHIPPED = ("app", "procedures")


def wrappable() -> list[object]:
    """Everything that failpoints wrap."""
    asking = [getattr(Transaction, name) for name in ASKING]
    return [*asking, Session.begin, Slots.acquire, Slots.release, QUEUE.execute, BOOT.log_call]


@pytest.mark.parametrize("environ", [{}, {"FAILPOINTS": ""}])
def test_without_the_variable_every_function_stays_the_service_s_own(environ: dict[str, str]) -> None:
    before = wrappable()
    assert install(environ) is None
    assert all(one is other for one, other in zip(before, wrappable(), strict=True))


@pytest.mark.parametrize("folder", SHIPPED)
def test_what_is_shipped_knows_of_no_failpoint(folder: str) -> None:
    sources = [*(Path(__file__).parents[2] / folder).rglob("*.py")]
    assert len(sources) > 30
    assert [path for path in sources if "failpoint" in path.read_text().lower()] == []


def test_with_the_variable_the_process_dies_where_it_says_and_at_no_other_place() -> None:
    script = (
        "from tests.faults.failpoints import install\n"
        "points = install({'FAILPOINTS': 'before a#2=kill; after b=freeze'})\n"
        "points.reach('after a'); points.reach('before a'); print('once', flush=True)\n"
        "points.reach('before a'); print('twice', flush=True)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (-9, "once\n")


def test_an_action_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="no failpoint can explode"):
        Failpoints("before a=explode").reach("before a")
