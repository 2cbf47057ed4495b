"""Row 4 of the speed table: generation.initiate over HTTP against the same SQL and Lua without it; 16 callers."""

import statistics
from typing import Any

import asyncpg
import msgspec

from app.settings import read_settings
from tests.bench.callers import Measured, call_all
from tests.bench.figure import Figure
from tests.bench.floor import Floor, floor, statements_of
from tests.bench.service import Place, Service
from tests.bench.starts import Start, make_starts, tidy

CALLERS = 16


async def measure(place: Place, running: Service, rounds: int, calls: int) -> list[Figure]:
    """`calls` starts by HTTP and as many on the floor, in turns; a round of each before that is not counted."""
    found: list[tuple[Measured, Measured]] = []
    pool_size = read_settings(place.environment).db_pool_size
    superuser = await asyncpg.connect(place.database.superuser)
    async with floor(place.database.api, place.redis_url, pool_size) as plain:
        for _ in range(rounds + 1):
            found.append(await _round(superuser, running.port, plain, calls))
    await superuser.close()
    return _figures(found[1:])


async def _round(
    superuser: "asyncpg.Connection[Any]", port: int, plain: Floor, calls: int
) -> tuple[Measured, Measured]:
    starts = await make_starts(superuser, 2 * calls)
    requests = [request_of(each) for each in starts[:calls]]
    prepared = [statements_of(each) for each in starts[calls:]]
    await tidy(superuser)
    return call_all(port, requests, CALLERS), await plain.run_all(prepared, CALLERS)


def request_of(start: Start) -> bytes:
    """The whole HTTP request."""
    body = msgspec.json.encode({"courseId": start.course_id})
    lines = [
        "POST /rpc/generation.initiate HTTP/1.1",
        "host: bench",
        f"authorization: Bearer {start.token}",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _figures(found: list[tuple[Measured, Measured]]) -> list[Figure]:
    def median(figure: Any) -> float:
        return float(statistics.median(figure(by_http, by_hand) for by_http, by_hand in found))

    by_http, by_hand = median(lambda a, _: a.per_second), median(lambda _, b: b.per_second)
    p50, plain_p50 = median(lambda a, _: _percentile(a, 50)), median(lambda _, b: _percentile(b, 50))
    return [
        Figure(
            row="4",
            work="generation.initiate, 16 callers: p50 against its SQL and Lua",
            value=median(lambda a, b: _percentile(a, 50) / _percentile(b, 50)),
            reach=1.5,
            at_most=True,
            detail=f"{p50 * 1000:.1f} ms, plain {plain_p50 * 1000:.1f} ms",
        ),
        Figure(
            row="4",
            work="generation.initiate, 16 callers: calls a second against the same",
            value=median(lambda a, b: a.per_second / b.per_second),
            reach=0.65,
            detail=f"{by_http:.0f}/s, plain {by_hand:.0f}/s",
        ),
        Figure(
            row="4",
            work="generation.initiate, 16 callers: p95",
            value=median(lambda a, _: _percentile(a, 95)) * 1000,
            unit="ms",
            reach=100,
            at_most=True,
        ),
    ]


def _percentile(measured: Measured, percent: int) -> float:
    return float(statistics.quantiles(measured.latencies, n=100)[percent - 1])
