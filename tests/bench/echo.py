"""Rows 1 and 3 of the speed table.

Row 1: a typed echo by `POST /rpc/...` against a bare ASGI function on the same server. Row 3: calls per second in
JSON-RPC batches of ten against single calls. The servers run on one core, the load client on another.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import msgspec

from tests.bench.apps import SAMPLE
from tests.bench.figure import Figure
from tests.bench.load import rate
from tests.bench.process import cpu_seconds
from tests.transports.server import free_port, listens, until

CONNECTIONS = 32
BATCH = 10

Rounds = dict[str, list[tuple[float, float]]]
"""Of each work, round by round: requests a second, and the server's processor seconds for one."""


def _post(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _call(number: int) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": "bench.echo", "params": SAMPLE}


PLAIN = _post("/rpc/bench.echo", msgspec.json.encode(SAMPLE))
MUTATION = _post("/rpc/bench.echoMutation", msgspec.json.encode(SAMPLE))
SINGLE = _post("/rpc", msgspec.json.encode(_call(1)))
BATCHED = _post("/rpc", msgspec.json.encode([_call(number) for number in range(BATCH)]))


@contextlib.contextmanager
def _serving(target: str, cores: set[int], log: Path) -> Generator[tuple[int, int]]:
    """The port and the process of a server on these cores."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--log-level", "warning"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--port", str(port), f"tests.bench.apps:{target}"], stderr=output)
    os.sched_setaffinity(process.pid, cores)  # long before it starts its worker, which inherits this
    try:
        until(lambda: listens(port), "the server listens", seconds=20)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def measure(folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Every work in turns, `seconds` each; logs go to `folder`."""
    here, (server, client) = os.sched_getaffinity(0), _cores()
    os.sched_setaffinity(0, client)
    try:
        with (
            _serving("bare", server, folder / "bare.log") as bare,
            _serving("wires", server, folder / "w.log") as wires,
        ):
            works = {
                "bare": (bare, PLAIN),
                "plain": (wires, PLAIN),
                "mutation": (wires, MUTATION),
                "single": (wires, SINGLE),
                "batch": (wires, BATCHED),
            }
            found: Rounds = {name: [] for name in works}
            for _ in range(rounds):
                for name, ((port, pid), request) in works.items():
                    found[name].append(_round(port, pid, request, seconds))
    finally:
        os.sched_setaffinity(0, here)
    return _figures(found)


def _cores() -> tuple[set[int], set[int]]:
    cores = sorted(os.sched_getaffinity(0))
    return {cores[0]}, {cores[-1]}


def _round(port: int, pid: int, request: bytes, seconds: float) -> tuple[float, float]:
    before, began = cpu_seconds(pid), time.perf_counter()
    answers = rate(port, request, connections=CONNECTIONS, seconds=seconds)
    return answers, (cpu_seconds(pid) - before) / (answers * (time.perf_counter() - began))


def _figures(found: Rounds) -> list[Figure]:
    works = [
        ("1", "typed echo against bare ASGI", "plain", "bare", 1, 0.75),
        ("1", "the same as a mutation", "mutation", "bare", 1, None),
        ("3", "calls in JSON-RPC batches of 10 against single calls", "batch", "single", BATCH, 3.0),
    ]
    return [
        Figure(
            row=row, work=text, value=_ratio(found, work, base, calls), reach=reach, detail=_detail(found, work, base)
        )
        for row, text, work, base, calls, reach in works
    ]


def _ratio(found: Rounds, work: str, base: str, calls: int) -> float:
    pairs = zip(found[work], found[base], strict=True)
    return statistics.median(calls * mine / theirs for (mine, _), (theirs, _) in pairs)


def _detail(found: Rounds, work: str, base: str) -> str:
    return ", ".join(
        f"{name} {statistics.median(rate for rate, _ in found[name]):.0f}/s"
        f" at {statistics.median(cost for _, cost in found[name]) * 1e6:.0f} us of the server's CPU"
        for name in (work, base)
    )
