"""Row 9 of the speed table: the generated Python client against httpx and msgspec by hand.

`python -m tests.bench.client [--short]`.

A client is generated for the echo procedures and calls the same server as the one by hand, over one kept-alive
connection, call by call in turns.
"""

import asyncio
import importlib
import logging
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
import msgspec

from app.gen.python import python_files
from app.rpc import Router, Table
from app.rpc.surface import surface
from app.transports.litestar import AsgiApp
from tests.bench.apps import SAMPLE, Echoed, EchoInput, echo, echo_mutation, wires
from tests.transports.server import serving

REACH = 0.9
ROUNDS = 10
CALLS = 100
SHORT = (2, 20)
GIVEN: dict[str, Any] = {**SAMPLE, "id": UUID(SAMPLE["id"])}
HEADERS = {"content-type": "application/json", "authorization": "Bearer token"}
DECODER = msgspec.json.Decoder(Echoed)

Seconds = list[tuple[float, float]]


def create_app() -> AsgiApp:
    """The server of both."""
    return wires


def measure(short: bool) -> list[dict[str, Any]]:
    """A row for each half of the client: calls a second of both, and the median ratio of the rounds."""
    rounds, calls = SHORT if short else (ROUNDS, CALLS)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every call would be the measure
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        package = _generated(Path(folder))
        with serving("tests.bench.client:create_app", output=log) as (port, _process):
            url = f"http://127.0.0.1:{port}"
            blocking = _rounds(package, url, rounds, calls)
            concurrent = asyncio.run(_async_rounds(package, url, rounds, calls))
    return [_row("synchronous", calls, blocking), _row("asynchronous", calls, concurrent)]


def _generated(folder: Path) -> Any:
    """The package of a client for the echo procedures."""
    table = Table(Router(bench=Router(echo, echo_mutation)))
    for path, text in python_files(surface(table), "0").items():
        file = folder / "echo_client" / path.relative_to("coursegen_client")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("echo_client")
    finally:
        sys.path.remove(str(folder))


def _rounds(package: Any, url: str, rounds: int, calls: int) -> Seconds:
    """The seconds of so many calls by hand and by the client, in turns; a round before that is not counted."""
    with httpx.Client(base_url=url, headers=HEADERS, timeout=30) as http, package.Client(url, token="token") as client:

        def by_hand() -> Echoed:
            answer = http.post("/rpc/bench.echo", content=msgspec.json.encode(EchoInput(**GIVEN)))
            answer.raise_for_status()
            return DECODER.decode(answer.content)

        def by_client() -> Any:
            return client.bench.echo(**GIVEN)

        found = [_round([(_timed(by_hand), _timed(by_client)) for _ in range(calls)]) for _ in range(rounds + 1)]
    return found[1:]


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _round(pairs: Seconds) -> tuple[float, float]:
    """The medians: a call during which the machine did something else tells nothing."""
    return statistics.median(hand for hand, _ in pairs), statistics.median(client for _, client in pairs)


async def _async_rounds(package: Any, url: str, rounds: int, calls: int) -> Seconds:
    """The same, asynchronously."""
    async with (
        httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30) as http,
        package.AsyncClient(url, token="token") as client,
    ):

        async def by_hand() -> Echoed:
            answer = await http.post("/rpc/bench.echo", content=msgspec.json.encode(EchoInput(**GIVEN)))
            answer.raise_for_status()
            return DECODER.decode(answer.content)

        async def by_client() -> Any:
            return await client.bench.echo(**GIVEN)

        found = [
            _round([(await _awaited(by_hand), await _awaited(by_client)) for _ in range(calls)])
            for _ in range(rounds + 1)
        ]
    return found[1:]


async def _awaited(call: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


def _row(half: str, calls: int, rounds: Seconds) -> dict[str, Any]:
    return {
        "row": 9,
        "work": f"generated Python client, {half}, {calls * len(rounds)} calls",
        "against": "httpx with msgspec by hand",
        "ratio": statistics.median(hand / client for hand, client in rounds),
        "reach": REACH,
        "per_second": 1 / statistics.median(client for _, client in rounds),
        "against_per_second": 1 / statistics.median(hand for hand, _ in rounds),
    }


if __name__ == "__main__":
    for row in measure("--short" in sys.argv):
        print(f"{row['work']:<60} {row['per_second']:>6.0f}/s  {row['ratio']:.2f} x {row['against']} (reach {REACH})")
