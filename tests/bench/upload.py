"""Row 6 of the speed table: a 100 MiB form to the real service, against a bare ASGI sink that hashes and writes.

Both on granian, both to the same disk, in turns, by one client that has the whole request in memory. The service does
what the sink does not: the form, the quota, the check of the content, the row; meanwhile its memory is measured.
"""

import socket
import statistics
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.bench.figure import Figure
from tests.bench.process import peak_above_now
from tests.bench.servers import granian, running
from tests.bench.service import Place, Service
from tests.bench.starts import Start, make_starts

MEBIBYTE = 1024 * 1024
_LINE = b"Compost is made of leaves, and of what is left of them.\n"
_PIECE = 256 * 1024
_BOUNDARY = "------------------------d74496d66958873e"
"""As long as those of curl and of browsers: what is sought is found the faster, the longer it is."""


async def measure(there: Place, service: Service, rounds: int, size: int = 100 * MEBIBYTE) -> list[Figure]:
    """So many uploads of so many bytes to each, and what they cost the service's memory."""
    connection = await asyncpg.connect(there.database.superuser)
    starts = await make_starts(connection, rounds + 1)
    await connection.close()
    requests = [_request(start, size) for start in starts]
    with _sink(there.log.parent) as sink:
        _seconds(sink, requests[0])
        _seconds(service.port, requests[0])
        sunk, ours, peaks = list[float](), list[float](), list[int]()
        for request in requests[1:]:
            sunk.append(_seconds(sink, request))
            with peak_above_now(service.api_process) as peak:
                ours.append(_seconds(service.port, request))
            peaks.append(peak())
    return [_speed(sunk, ours, size), _memory(peaks)]


@contextmanager
def _sink(folder: Path) -> Generator[int]:
    """The sink's port; it writes into the folder that it finds in BENCH_SINK."""
    with running(granian("sink", BENCH_SINK=str(folder)), None, folder / "sink.log") as server:
        yield server.port


def _request(start: Start, size: int) -> bytes:
    """An upload of text as one form."""
    field = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="courseId"\r\n\r\n{start.course_id}\r\n'
    part = 'content-disposition: form-data; name="file"; filename="large.txt"\r\ncontent-type: text/plain\r\n\r\n'
    head = f"{field}--{_BOUNDARY}\r\n{part}".encode()
    form = head + (_LINE * (size // len(_LINE) + 1))[:size] + f"\r\n--{_BOUNDARY}--\r\n".encode()
    lines = [
        "POST /rpc/generation.uploadFile HTTP/1.1",
        "host: bench",
        f"authorization: Bearer {start.token}",
        f"content-type: multipart/form-data; boundary={_BOUNDARY}",
        f"content-length: {len(form)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + form


def _seconds(port: int, request: bytes) -> float:
    """From the first byte of the request to the head of its answer, which must be a 200."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        view = memoryview(request)
        for start in range(0, len(view), _PIECE):
            connection.sendall(view[start : start + _PIECE])
        answer = connection.recv(65536)
        took = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode("utf-8", "replace"))
    return took


def _speed(sunk: list[float], ours: list[float], size: int) -> Figure:
    ratio = statistics.median(sink / mine for sink, mine in zip(sunk, ours, strict=True))
    rates = (f"{size / MEBIBYTE / statistics.median(times):.0f} MiB/s" for times in (ours, sunk))
    return Figure(
        row="6",
        work="100 MiB form against a bare ASGI sink that hashes and writes",
        value=ratio,
        reach=0.7,
        detail=", ".join(f"{name} {rate}" for name, rate in zip(("ours", "sink"), rates, strict=True)),
    )


def _memory(peaks: list[int]) -> Figure:
    return Figure(
        row="6",
        work="peak memory of the API process above what it held before",
        value=max(peaks) / MEBIBYTE,
        unit="MiB",
        reach=24,
        at_most=True,
        detail=f"median {statistics.median(peaks) / MEBIBYTE:.1f} MiB",
    )
