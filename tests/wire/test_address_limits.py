"""A flood of bad tokens from one address over the wires, and who is let in meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.auth.claims import Role
from app.context import SignedIn
from app.dev import Database
from tests.wire.served import Served, error_of, serve
from tests.wire.test_outages import database_away
from tests.world import token_of

LIMIT = 6
"""Bad tokens a minute: one more each 10 s, so that none becomes free while a test runs."""


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application behind a proxy at 127.0.0.1, as a test's own address is."""
    settings = {"refused_tokens_per_minute": LIMIT, "trusted_proxies": "127.0.0.0/8, ::1", "log_level": "info"}
    async with serve(database, redis_url, tmp_path_factory.mktemp("served"), **settings) as running:
        yield running


@pytest.fixture
async def direct(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application without a proxy."""
    settings = {"refused_tokens_per_minute": LIMIT}
    async with serve(database, redis_url, tmp_path_factory.mktemp("direct"), **settings) as running:
        yield running


BAD = "a.b.c"


async def knock(served: Served, address: str, token: str = BAD) -> httpx.Response:
    return await served.post("courses.list", authorization=f"Bearer {token}", x_forwarded_for=address)


async def flood(served: Served, address: str) -> None:
    answers = await asyncio.gather(*(knock(served, address) for _ in range(LIMIT)))
    assert [answer.status_code for answer in answers] == [401] * LIMIT


async def test_of_a_flood_the_limit_is_looked_at_and_the_rest_has_to_wait(served: Served) -> None:
    answers = await asyncio.gather(*(knock(served, "198.51.100.1") for _ in range(60)))
    assert sorted(answer.status_code for answer in answers) == [401] * LIMIT + [429] * (60 - LIMIT)
    refused = next(answer for answer in answers if answer.status_code == 429)
    data = error_of(refused, 429)
    seconds = data["retryAfter"]
    assert 0 < seconds <= 60 / LIMIT
    assert (data["type"], data["details"]) == ("AddressLimited", {"retry_after_seconds": seconds})
    assert data["message"] == f"Too many invalid tokens from this address. Please try again in {seconds} s."


async def test_a_good_token_from_there_waits_too_and_from_elsewhere_it_does_not(served: Served) -> None:
    token = token_of(await served.user())
    await flood(served, "198.51.100.2")
    assert error_of(await knock(served, "198.51.100.2", token), 429)["declared"]
    assert (await knock(served, "198.51.100.3", token)).status_code == 200
    assert (await served.http.get("/rpc/system.ping", headers={"x-forwarded-for": "198.51.100.2"})).status_code == 200


async def test_no_wire_and_no_page_is_another_way_in(served: Served) -> None:
    address = {"x-forwarded-for": "198.51.100.4", "authorization": "Bearer a.b.c"}
    await flood(served, "198.51.100.4")
    rpc = {"jsonrpc": "2.0", "id": 1, "method": "courses.list"}
    answers = [
        await served.http.get("/rpc/courses.list", headers=address),
        await served.http.get("/trpc/courses.list", headers=address),
        await served.http.get("/api/courses/x/check-status", headers=address),
        await served.http.post("/admin/queues/session", headers=address),
        await served.http.head(
            "/files/5f1c2d3e-4b5a-4678-9abc-def012345678", headers=address | {"tus-resumable": "1.0.0"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [429] * len(answers)
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    told: list[dict[str, Any]] = (await served.http.post("/rpc", json=[rpc] * 3, headers=address)).json()
    assert [each["error"]["data"]["type"] for each in told] == ["AddressLimited"] * 3
    stream = await served.http.get(
        '/rpc/generation.watch?input={"courseId":"5f1c2d3e-4b5a-4678-9abc-def012345678"}', headers=address
    )
    assert '"AddressLimited"' in stream.text


async def test_each_token_of_a_batch_counts(served: Served) -> None:
    headers = {"x-forwarded-for": "198.51.100.5", "authorization": "Bearer a.b.c"}
    calls = [{"jsonrpc": "2.0", "id": number, "method": "courses.list"} for number in range(50)]
    told = (await served.http.post("/rpc", json=calls, headers=headers)).json()
    types = [each["error"]["data"]["type"] for each in told]
    assert (types.count("Unauthorized"), types.count("AddressLimited")) == (LIMIT, 50 - LIMIT)


async def test_a_flood_needs_no_database(served: Served, database: Database) -> None:
    async with database_away(database):
        await flood(served, "198.51.100.6")
        error_of(await knock(served, "198.51.100.6"), 429)


async def test_calls_without_a_token_are_no_bad_tokens(served: Served, caller: SignedIn) -> None:
    for _ in range(2 * LIMIT):
        error_of(await served.post("courses.list", x_forwarded_for="198.51.100.7"), 401)
    assert (await knock(served, "198.51.100.7", token_of(caller))).status_code == 200


async def test_who_may_not_do_something_has_a_good_token(served: Served) -> None:
    student = await served.user(Role.STUDENT)
    for _ in range(2 * LIMIT):
        error_of(await served.post("admin.getConcurrency", None, student, x_forwarded_for="198.51.100.8"), 403)
    assert (await knock(served, "198.51.100.8", token_of(student))).status_code == 200


async def test_an_address_before_the_proxys_word_is_not_believed(served: Served) -> None:
    for number in range(LIMIT):
        error_of(await knock(served, f"203.0.113.{number}, 198.51.100.9"), 401)
    error_of(await knock(served, "203.0.113.99, 198.51.100.9"), 429)


async def test_without_a_trusted_proxy_no_header_hides_an_address(direct: Served) -> None:
    for number in range(LIMIT):
        error_of(await knock(direct, f"203.0.113.{number}"), 401)
    error_of(await knock(direct, "203.0.113.99"), 429)


@pytest.fixture
async def caller(served: Served) -> SignedIn:
    """Somebody."""
    return await served.user()
