"""Row 7 of the speed table: policies on the claims against the same policies on a SECURITY DEFINER look-up.

One table of courses, read as an instructor of one of 200 organizations: all of them counted, and the newest fifty. The
policy is exchanged between the two in every round.
"""

import statistics
import time
from pathlib import Path
from typing import Any, Final

import asyncpg

from app.auth.claims import Claims, Role
from app.context import identity_of
from app.db.session import prelude
from tests.bench.figure import Figure
from tests.bench.service import Place

REACH = 2.0
REPEATS = 5
QUERIES: Final = {
    "counting an organization's courses": "select count(*) from courses",
    "the newest fifty of them": "select id, title from courses order by created_at desc, id desc limit 50",
}
BY_LOOK_UP: Final = """
    organization_id = bench.my_organization()
    and (
        bench.my_role() in ('admin', 'instructor')
        or (
            bench.my_role() = 'student'
            and id in (
                select e.course_id
                from public.enrollments e
                where e.user_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'user_id')::uuid
                  and e.status = 'active'
            )
        )
    )
"""
_POLICY = "select qual from pg_policies where tablename = 'courses' and policyname = 'authenticated_select'"
_OWNER = "select id, organization_id from users where email like 'policies %' limit 1"


async def measure(place: Place, *, courses: int, rounds: int) -> list[Figure]:
    """The figure of a query is the median of the rounds' ratios; a round's time is the median of a few runs."""
    root = await asyncpg.connect(place.database.superuser)
    script = Path(__file__).with_suffix(".sql").read_text().replace(":courses", str(courses))
    await root.execute(script, timeout=120)
    by_claims = await root.fetchval(_POLICY)
    [owner] = await root.fetch(_OWNER)
    claims = Claims(owner["id"], owner["organization_id"], Role.INSTRUCTOR, int(time.time()) + 3600)
    found: dict[str, list[tuple[float, float]]] = {work: [] for work in QUERIES}
    for _ in range(rounds):
        for work, query in QUERIES.items():
            found[work].append(
                (await _timed(root, claims, query, by_claims), await _timed(root, claims, query, BY_LOOK_UP))
            )
    await root.close()
    return [_figure(work, times, courses) for work, times in found.items()]


async def _timed(root: "asyncpg.Connection[Any]", claims: Claims, query: str, policy: str) -> float:
    """Milliseconds of a query under a policy, as this caller."""
    await root.execute(f"alter policy authenticated_select on courses using ({policy})")
    await root.execute(prelude(identity_of(claims)))
    times = [await _run(root, query) for _ in range(REPEATS)]
    await root.execute("rollback")
    return statistics.median(times)


async def _run(root: "asyncpg.Connection[Any]", query: str) -> float:
    began = time.perf_counter()
    await root.fetch(query)
    return (time.perf_counter() - began) * 1000


def _figure(work: str, times: list[tuple[float, float]], courses: int) -> Figure:
    mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    return Figure(
        row="7",
        work=f"{work} by claims, against a SECURITY DEFINER look-up",
        value=statistics.median(look_up / claims for claims, look_up in times),
        reach=REACH,
        detail=f"{mine:.2f} ms, {theirs:.2f} ms on {courses} courses",
    )
