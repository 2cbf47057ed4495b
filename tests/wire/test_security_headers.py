"""What every answer says to browsers, whatever it is, and that no answer but one sets a cookie."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.auth.claims import Role
from app.dev import Database
from tests.wire.browsing import OTHERS, WIRES, ask
from tests.wire.served import Served, serve
from tests.world import token_of

APART = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
STRICT = "strict-transport-security"
ALL = WIRES | OTHERS
CALLS = (
    "plain",
    "plain by GET",
    "JSON-RPC",
    "tRPC",
    "a batch of tRPC",
    "the old routes",
    "uploads",
    "events",
    "bad input",
)
PAGES = ("the page", "the queues")
METRICS = "a token for figures"


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application as callers reach it by https."""
    settings = {"public_url": "https://api.example.org", "metrics_token": METRICS}
    async with serve(database, redis_url, tmp_path_factory.mktemp("served"), **settings) as running:
        yield running


@pytest.mark.parametrize(("method", "path"), ALL.values(), ids=ALL)
async def test_each_answer_keeps_pages_apart(served: Served, method: str, path: str) -> None:
    answer = await ask(served.http, method, path)
    assert {name: answer.headers[name] for name in (*APART, STRICT)} == {**APART, STRICT: "max-age=31536000"}


@pytest.mark.parametrize(("method", "path"), ALL.values(), ids=ALL)
async def test_no_header_is_said_twice(served: Served, method: str, path: str) -> None:
    names = [name for name, _ in (await ask(served.http, method, path)).headers.multi_items()]
    assert [name for name in names if names.count(name) > 1 and name != "vary"] == []


@pytest.mark.parametrize(("method", "path"), ALL.values(), ids=ALL)
async def test_no_answer_sets_a_cookie(served: Served, method: str, path: str) -> None:
    for token in ("", "Bearer a.b.c", f"Bearer {token_of(await served.user())}"):
        answer = await ask(served.http, method, path, authorization=token, cookie="coursegen-admin=x; a=b")
        assert "set-cookie" not in answer.headers


async def test_the_one_cookie_is_that_of_a_superadmins_session(served: Served) -> None:
    token = token_of(await served.user(Role.SUPERADMIN))
    answer = await ask(served.http, "POST", "/admin/queues/session", authorization=f"Bearer {token}")
    assert "; Path=/admin/queues; HttpOnly; SameSite=Strict; Secure" in answer.headers["set-cookie"]
    assert answer.headers["set-cookie"].count("=") == 4
    for method, path in (("POST", "/rpc/system.ping"), ("GET", "/docs"), ("GET", "/health")):
        other = await ask(served.http, method, path, authorization=f"Bearer {token}")
        assert (other.status_code, "set-cookie" in other.headers) == (200, False)


@pytest.mark.parametrize("name", CALLS)
async def test_no_cache_keeps_what_a_call_gave(served: Served, name: str) -> None:
    answer = await ask(served.http, *ALL[name])
    assert "no-store" in answer.headers["cache-control"].split(", ")


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_runs_and_loads_nothing_but_its_own_and_is_framed_by_nobody(served: Served, name: str) -> None:
    policy = (await ask(served.http, *ALL[name])).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["default-src"], rules["script-src"].split(" ")[0]) == ("'none'", "'self'")
    assert {rules["frame-ancestors"], rules["form-action"], rules["base-uri"]} == {"'none'"}
    assert "unsafe" not in policy
    assert "*" not in policy


async def test_figures_say_the_same(served: Served) -> None:
    answer = await ask(served.http, "GET", "/metrics", authorization=f"Bearer {METRICS}")
    assert answer.status_code == 200
    assert {name: answer.headers[name] for name in APART} == APART


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8000"])
async def test_who_is_not_reached_by_https_does_not_ask_for_it(
    database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory, public_url: str
) -> None:
    async with serve(database, redis_url, tmp_path_factory.mktemp("plain"), public_url=public_url) as plain:
        for method, path in (WIRES["plain"], OTHERS["the page"], OTHERS["nothing"], OTHERS["the queues"]):
            answer: httpx.Response = await ask(plain.http, method, path)
            assert STRICT not in answer.headers
            assert {name: answer.headers[name] for name in APART} == APART
