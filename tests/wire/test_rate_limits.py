"""Rate limits of the product over its wires: what passes, what callers are told, and that processes count together."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.context import SignedIn
from app.dev import Database
from tests.wire.inputs import ROUTES, UPLOAD
from tests.wire.served import Served, error_of, serve
from tests.world import token_of

LIMITED = {path for path, route in ROUTES.items() if any(e.__name__ == "RateLimited" for e in route.errors)}
GIVEN = UPLOAD | {"courseId": str(uuid4())}
"""An upload to a course that is not there: counted, then refused, so that nothing is left of it."""


@pytest.fixture(scope="module")
async def other(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A second process over the same servers."""
    async with serve(database, redis_url, tmp_path_factory.mktemp("other")) as running:
        yield running


def limits(response: httpx.Response) -> tuple[str, str, int]:
    """RateLimit-Policy, and RateLimit as what is left and in how many seconds one more fits."""
    standing, _, reset = response.headers["ratelimit"].rpartition(";t=")
    return response.headers["ratelimit-policy"], standing, int(reset)


async def upload(served: Served, caller: SignedIn) -> httpx.Response:
    return await served.post("generation.uploadFile", GIVEN, caller)


async def test_of_100_parallel_calls_to_two_processes_exactly_the_limit_passes(served: Served, other: Served) -> None:
    caller = await served.user()
    answers = await asyncio.gather(*(upload(each, caller) for each in (served, other) for _ in range(50)))
    types = [answer.json()["error"]["data"]["type"] for answer in answers]
    assert (types.count("CourseNotFound"), types.count("RateLimited")) == (5, 95)


async def test_each_counted_call_tells_what_is_left_and_a_refused_one_when_to_come_back(served: Served) -> None:
    caller = await served.user()
    answers = [await upload(served, caller) for _ in range(6)]
    for left, answer in zip((4, 3, 2, 1, 0, 0), answers, strict=True):
        policy, standing, reset = limits(answer)
        assert (policy, standing) == ('"uploads";q=5;w=60', f'"uploads";r={left}')
        assert 50 <= reset <= 60
    *_, answer = answers
    reset = limits(answer)[2]
    data = error_of(answer, 429)
    assert data["retryAfter"] == reset == int(answer.headers["retry-after"])
    assert data["details"] == {"limit": 5, "per_seconds": 60, "retry_after_seconds": reset}


async def test_a_start_tells_it_too_whether_it_got_a_slot_or_not(served: Served) -> None:
    owner = await served.user(tier="free")
    for status, left in ((200, 9), (429, 8)):
        given = {"courseId": str(await served.world.course(owner))}
        answer = await served.post("generation.initiate", given, owner)
        assert answer.status_code == status
        assert limits(answer)[:2] == ('"generation.initiate";q=10;w=60', f'"generation.initiate";r={left}')


async def test_a_start_that_ends_before_it_asks_for_a_slot_is_not_counted(served: Served) -> None:
    owner = await served.user()
    answer = await served.post("generation.initiate", {"courseId": str(uuid4())}, owner)
    error_of(answer, 404)
    assert "ratelimit" not in answer.headers


async def test_what_has_no_limit_tells_none(served: Served) -> None:
    caller = await served.user()
    for path in ("system.ping", "courses.list", "billing.getUsage"):
        answer = await served.post(path, None, caller)
        assert answer.status_code == 200
        assert not {"ratelimit", "ratelimit-policy", "retry-after"} & set(answer.headers)


def test_the_limited_procedures_are_these() -> None:
    uploads = {"generation.uploadFile", "generation.createUpload", "generation.appendToUpload"}
    assert uploads | {"generation.initiate", "webhooks.redeliver"} == LIMITED


async def test_each_call_of_a_json_rpc_batch_counts_and_is_told_in_its_own_error(served: Served) -> None:
    caller = await served.user()
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": "generation.uploadFile", "params": GIVEN} for number in range(8)
    ]
    answer = await served.http.post("/rpc", json=calls, headers={"authorization": f"Bearer {token_of(caller)}"})
    assert answer.status_code == 200
    assert told_apart([each["error"]["data"] for each in answer.json()]) == (5, 3)
    assert limits(answer)[1] == '"uploads";r=0'


@pytest.mark.parametrize("streamed", [False, True])
async def test_each_call_of_a_trpc_batch_counts_and_is_told_in_its_own_error(served: Served, streamed: bool) -> None:
    caller = await served.user()
    headers = {"authorization": f"Bearer {token_of(caller)}"} | ({"trpc-batch-mode": "stream"} if streamed else {})
    path = ",".join(["generation.uploadFile"] * 7)
    answer = await served.http.post(
        f"/trpc/{path}?batch=1", json={str(number): GIVEN for number in range(7)}, headers=headers
    )
    told = answer.json()
    errors = [each["error"]["data"] for each in (told.values() if streamed else told)]
    assert told_apart(errors) == (5, 2)
    assert ("ratelimit" in answer.headers) is not streamed  # a stream's headers are sent before its calls are counted


async def test_a_single_trpc_call_is_told_by_headers_and_in_its_error(served: Served) -> None:
    caller = await served.user()
    headers = {"authorization": f"Bearer {token_of(caller)}"}
    *_, answer = [await served.http.post("/trpc/generation.uploadFile", json=GIVEN, headers=headers) for _ in range(6)]
    data = answer.json()["error"]["data"]
    assert (answer.status_code, data["type"], data["path"]) == (429, "RateLimited", "generation.uploadFile")
    assert str(data["retryAfter"]) == answer.headers["retry-after"]
    assert limits(answer)[2] == data["retryAfter"]


async def test_the_old_route_and_the_procedure_are_counted_together(served: Served) -> None:
    owner = await served.user(tier="free")
    headers = {"authorization": f"Bearer {token_of(owner)}"}

    async def start(path: str) -> httpx.Response:
        body = {"courseId": str(await served.world.course(owner))}
        return await served.http.post(path, json=body, headers=headers)

    for _ in range(5):
        await start("/rpc/generation.initiate")
        await start("/api/coursegen/generate")
    answer = await start("/rpc/generation.initiate")
    assert error_of(answer, 429)["type"] == "RateLimited"
    assert limits(answer)[1] == '"generation.initiate";r=0'


async def test_a_refused_call_does_nothing(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    for _ in range(5):
        await upload(served, owner)
    error_of(await served.post("generation.uploadFile", UPLOAD | {"courseId": str(course)}, owner), 429)
    assert await served.world.sql.fetchval("select count(*) from file_catalog where course_id = $1", course) == 0


def told_apart(errors: list[dict[str, Any]]) -> tuple[int, int]:
    """How many calls were let through to find no course, and how many were refused, each with its time to wait."""
    refused = [each for each in errors if each["type"] == "RateLimited"]
    assert all(each["retryAfter"] == each["details"]["retry_after_seconds"] > 0 for each in refused)
    return sum(each["type"] == "CourseNotFound" for each in errors), len(refused)
