"""Rows 1, 2 and 3 of the speed table.

Row 1: a typed echo by `POST /rpc/...` against a bare ASGI function on the same server. Row 2: the same against what
others would write it with. Row 3: calls per second in batches of ten against single calls. The servers run on one core,
the load client on another.
"""

import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.apps import SAMPLE
from tests.bench.figure import Figure
from tests.bench.load import rate
from tests.bench.process import cpu_seconds
from tests.bench.servers import Command, Server, granian, running, trpc, uvicorn

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


def _trpc_batch(path: str) -> bytes:
    inputs = msgspec.json.encode({str(number): SAMPLE for number in range(BATCH)})
    return _post(f"/trpc/{','.join([path] * BATCH)}?batch=1", inputs)


BODY: Final = msgspec.json.encode(SAMPLE)
SERVERS: Final[dict[str, Command]] = {
    "bare ASGI": granian("bare"),
    "ours": granian("wires"),
    "Litestar": granian("identified", "--access-log"),
    "bare Litestar": granian("handler"),
    "FastAPI": uvicorn("identified"),
    "bare FastAPI": uvicorn("app", "--no-access-log"),
    "tRPC": trpc,
}
WORKS: Final[dict[str, tuple[str, bytes]]] = {
    "bare ASGI": ("bare ASGI", _post("/", BODY)),
    "plain": ("ours", _post("/rpc/bench.echo", BODY)),
    "plain mutation": ("ours", _post("/rpc/bench.echoMutation", BODY)),
    "Litestar": ("Litestar", _post("/echo", BODY)),
    "bare Litestar": ("bare Litestar", _post("/echo", BODY)),
    "FastAPI": ("FastAPI", _post("/echo", BODY)),
    "bare FastAPI": ("bare FastAPI", _post("/echo", BODY)),
    "tRPC on Node": ("tRPC", _post("/echo", BODY)),
    "JSON-RPC": ("ours", _post("/rpc", msgspec.json.encode(_call(1)))),
    "JSON-RPC batch": ("ours", _post("/rpc", msgspec.json.encode([_call(number) for number in range(BATCH)]))),
    "tRPC wire": ("ours", _post("/trpc/bench.echo", BODY)),
    "tRPC wire batch": ("ours", _trpc_batch("bench.echo")),
    "tRPC mutation": ("ours", _post("/trpc/bench.echoMutation", BODY)),
    "tRPC mutation batch": ("ours", _trpc_batch("bench.echoMutation")),
}
"""By name: the server, and the request that is repeated."""
COMPARED: Final = (
    ("1", "typed echo against bare ASGI", "plain", "bare ASGI", 1, 0.75),
    ("1", "the same as a mutation", "plain mutation", "bare ASGI", 1, None),
    ("2", "typed echo against a Litestar handler, with request ids and its server's log", "plain", "Litestar", 1, 1.5),
    ("2", "the same without them, which ours does not do", "plain", "bare Litestar", 1, None),
    ("2", "typed echo against FastAPI on uvicorn, with request ids and its server's log", "plain", "FastAPI", 1, 2.5),
    ("2", "the same without them, which ours does not do", "plain", "bare FastAPI", 1, None),
    ("2", "typed echo against tRPC 11 on Node", "plain", "tRPC on Node", 1, 4.0),
    ("3", "calls in JSON-RPC batches of 10 against single calls", "JSON-RPC batch", "JSON-RPC", BATCH, 3.0),
    ("3", "calls in tRPC batches of 10 against single calls", "tRPC wire batch", "tRPC wire", BATCH, 3.0),
    ("3", "the same of mutations, each a task of its own", "tRPC mutation batch", "tRPC mutation", BATCH, None),
)
"""Row, what it says, the work, what it is compared with, calls in one of its requests, and the ratio to reach."""


def measure(folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Every work in turns, `seconds` each; logs go to `folder`."""
    here, (server, client) = os.sched_getaffinity(0), _cores()
    os.sched_setaffinity(0, client)
    try:
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(running(command, server, folder / f"{name}.log"))
                for name, command in SERVERS.items()
            }
            found: Rounds = {name: [] for name in WORKS}
            for _ in range(rounds):
                for name, (where, request) in WORKS.items():
                    found[name].append(_round(servers[where], request, seconds))
    finally:
        os.sched_setaffinity(0, here)
    return [_figure(found, *compared) for compared in COMPARED]


def _cores() -> tuple[set[int], set[int]]:
    cores = sorted(os.sched_getaffinity(0))
    return {cores[0]}, {cores[-1]}


def _round(server: Server, request: bytes, seconds: float) -> tuple[float, float]:
    before, began = cpu_seconds(server.pid), time.perf_counter()
    answers = rate(server.port, request, connections=CONNECTIONS, seconds=seconds)
    return answers, (cpu_seconds(server.pid) - before) / (answers * (time.perf_counter() - began))


def _figure(found: Rounds, row: str, text: str, work: str, base: str, calls: int, reach: float | None) -> Figure:
    ratio = _ratio(found, work, base, calls)
    return Figure(row=row, work=text, value=ratio, reach=reach, detail=_detail(found, work, base))


def _ratio(found: Rounds, work: str, base: str, calls: int) -> float:
    pairs = zip(found[work], found[base], strict=True)
    return statistics.median(calls * mine / theirs for (mine, _), (theirs, _) in pairs)


def _detail(found: Rounds, work: str, base: str) -> str:
    return ", ".join(
        f"{name} {statistics.median(rate for rate, _ in found[name]):.0f}/s"
        f" at {statistics.median(cost for _, cost in found[name]) * 1e6:.0f} us of the server's CPU"
        for name in (work, base)
    )
