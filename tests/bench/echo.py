"""Rows 1 and 3 of the speed table: `python -m tests.bench.echo [--rounds N] [--seconds S]`.

Row 1: a typed echo by `POST /rpc/...` against a bare ASGI function on the same server. Row 3: calls per second in
JSON-RPC batches of ten against single calls. The servers run on one core, the load client on another.
"""

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator

import msgspec

from tests.bench.apps import SAMPLE
from tests.bench.load import rate

CONNECTIONS = 32
BATCH = 10


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _serving(target: str, cores: set[int]) -> Generator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--log-level", "warning"]
    process = subprocess.Popen([*command, "--port", str(port), f"tests.bench.apps:{target}"])
    os.sched_setaffinity(process.pid, cores)  # long before it starts its worker, which inherits this
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def main() -> None:
    """Measure, interleaved, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    server, client = _cores()
    os.sched_setaffinity(0, client)
    with _serving("bare", server) as bare, _serving("wires", server) as wires:
        works = {
            "bare": (bare, PLAIN),
            "plain": (wires, PLAIN),
            "mutation": (wires, MUTATION),
            "single": (wires, SINGLE),
            "batch": (wires, BATCHED),
        }
        rates: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(options.rounds):
            for name, (port, request) in works.items():
                rates[name].append(rate(port, request, connections=CONNECTIONS, seconds=options.seconds))
    _report(rates)


def _cores() -> tuple[set[int], set[int]]:
    cores = sorted(os.sched_getaffinity(0))
    return {cores[0]}, {cores[-1]}


def _report(rates: dict[str, list[float]]) -> None:
    for name, values in rates.items():
        print(f"{name:<10} {statistics.median(values):>9.0f} requests/s")
    ratios = {
        "row 1: plain / bare (reach 0.75)": ("plain", "bare", 1),
        "       mutation / bare": ("mutation", "bare", 1),
        "row 3: calls in batches / single calls (reach 3)": ("batch", "single", BATCH),
    }
    for text, (work, base, calls) in ratios.items():
        pairs = zip(rates[work], rates[base], strict=True)
        print(f"{text:<50} {statistics.median(calls * mine / theirs for mine, theirs in pairs):.2f}")


if __name__ == "__main__":
    main()
