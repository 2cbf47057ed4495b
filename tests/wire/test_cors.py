"""Pages of other origins: those of CORS_ORIGINS may call over every wire, nobody else's, and none with a cookie."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.dev import Database
from tests.wire.browsing import ORIGIN, OTHERS, SECOND, WIRES, ask, preflight
from tests.wire.served import Served, serve
from tests.world import token_of

STRANGERS = {
    "another host": "https://evil.example.org",
    "a host that begins alike": "https://app.example.org.evil.example",
    "a host that ends alike": "https://evilapp.example.org",
    "another scheme": "http://app.example.org",
    "another port": "https://app.example.org:8443",
    "a sandboxed page or a file": "null",
    "capital letters": "https://APP.example.org",
    "a path": "https://app.example.org/",
    "two": f"{ORIGIN}, {SECOND}",
    "any": "*",
    "none": "",
}
WIRE_HEADERS = {
    *("authorization", "content-type", "idempotency-key", "last-event-id", "trpc-accept", "trpc-batch-mode"),
    *("traceparent", "x-request-id", "tus-resumable", "upload-length", "upload-metadata", "upload-offset"),
    *("upload-checksum", "x-http-method-override"),
}
SHOWN = {
    *("ratelimit", "ratelimit-policy", "retry-after", "x-request-id", "location", "upload-offset", "upload-length"),
    *("upload-metadata", "upload-expires", "tus-resumable", "tus-version", "tus-extension", "tus-max-size"),
}


@pytest.fixture(scope="module")
async def served(database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application with two origins that may call."""
    folder = tmp_path_factory.mktemp("served")
    async with serve(
        database, redis_url, folder, cors_origins=f"{ORIGIN}, {SECOND}", metrics_token="x" * 16
    ) as running:
        yield running


def words(answer: httpx.Response, name: str) -> set[str]:
    """The elements of a header that is a list."""
    return set(filter(None, answer.headers.get(f"access-control-{name}", "").split(", ")))


def allowed(answer: httpx.Response) -> bool:
    """Whether the answer lets any page of another origin do anything."""
    return any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize("origin", [ORIGIN, SECOND])
@pytest.mark.parametrize(("method", "path"), WIRES.values(), ids=WIRES)
async def test_a_page_that_may_call_can_read_the_answer(served: Served, method: str, path: str, origin: str) -> None:
    answer = await ask(served.http, method, path, origin=origin)
    assert answer.headers["access-control-allow-origin"] == origin
    assert words(answer, "expose-headers") >= SHOWN
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize(("method", "path"), WIRES.values(), ids=WIRES)
async def test_no_other_page_can(served: Served, method: str, path: str, origin: str) -> None:
    assert not allowed(await ask(served.http, method, path, origin=origin))


@pytest.mark.parametrize(("method", "path"), WIRES.values(), ids=WIRES)
async def test_caches_are_told_that_answers_differ_by_origin(served: Served, method: str, path: str) -> None:
    for headers in ({}, {"origin": ORIGIN}, {"origin": "null"}):
        answer = await ask(served.http, method, path, **headers)
        assert {"origin", "authorization"} <= set(answer.headers["vary"].split(", "))


@pytest.mark.parametrize(("method", "path"), WIRES.values(), ids=WIRES)
async def test_a_browser_that_asks_first_is_told_what_the_wires_take(served: Served, method: str, path: str) -> None:
    answer = await preflight(served.http, path, ORIGIN, method)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert words(answer, "allow-methods") == {"GET", "HEAD", "POST", "PATCH", "DELETE"}
    assert words(answer, "allow-headers") >= WIRE_HEADERS
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [*STRANGERS.values(), None], ids=[*STRANGERS, "nobody"])
@pytest.mark.parametrize("path", ["/rpc/courses.create", "/rpc", "/trpc/courses.create", "/files/", "/downloads/x"])
async def test_a_stranger_that_asks_first_is_not_allowed(served: Served, path: str, origin: str | None) -> None:
    assert not allowed(await preflight(served.http, path, origin))


async def test_asking_for_the_capabilities_of_uploads_is_no_preflight(served: Served) -> None:
    answer = await served.http.options("/files/", headers={"origin": ORIGIN})
    assert answer.headers["tus-extension"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(("method", "path"), OTHERS.values(), ids=OTHERS)
async def test_what_is_not_meant_for_other_pages_is_not_shown_to_them(served: Served, method: str, path: str) -> None:
    assert not allowed(await ask(served.http, method, path, origin=ORIGIN))
    assert not allowed(await preflight(served.http, path, ORIGIN, method))


async def test_without_the_setting_no_page_of_another_origin_may_call(
    database: Database, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with serve(database, redis_url, tmp_path_factory.mktemp("closed")) as closed:
        for method, path in WIRES.values():
            assert not allowed(await ask(closed.http, method, path, origin=ORIGIN))
            assert not allowed(await preflight(closed.http, path, ORIGIN, method))


async def test_a_stranger_with_a_token_is_served_as_who_it_is_but_its_page_cannot_read_it(served: Served) -> None:
    headers = {"authorization": f"Bearer {token_of(await served.user())}", "origin": "https://evil.example.org"}
    answer = await ask(served.http, "POST", "/rpc/courses.list", **headers)
    assert answer.status_code == 200
    assert not allowed(answer)
