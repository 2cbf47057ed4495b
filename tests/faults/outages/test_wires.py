"""While PostgreSQL or Redis is away every wire answers 503 with Retry-After within two seconds and /ready says which it
is; the same process serves again as soon as the server does.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any, NamedTuple

import httpx
import pytest

from app.context import SignedIn
from app.dev import Database
from app.settings import read_settings
from tests.faults.link import Link, opened, over, redis_over
from tests.faults.outages.own_postgres import OwnPostgres
from tests.faults.outages.settling import see_again
from tests.faults.processes import Program
from tests.leases.server import Server
from tests.wire.inputs import UPLOAD
from tests.work.harness import eventually
from tests.world import World, environment_for, make_world, token_of

PROMISED_SECONDS = 2.0
COURSE_ID = "7b9c1f0e-3f4d-4c8e-9a51-0d2f6f7d5c9e"


class Setting(NamedTuple):
    """One API process, and the two servers behind it with the links that lead there."""

    http: httpx.AsyncClient
    world: World
    caller: SignedIn
    course: str
    postgres: OwnPostgres
    redis: Server
    links: dict[str, Link]


@pytest.fixture(scope="module")
def fragile(postgres: OwnPostgres) -> Iterator[Database]:
    """A database of this module on the server that may be stopped."""
    with postgres.clone() as clone:
        yield clone


@pytest.fixture(scope="module")
async def setting(
    fragile: Database, postgres: OwnPostgres, redis: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Setting]:
    """The application as production runs it, with the time limits of production, over links that can stall."""
    links = {"database": Link(postgres.socket), "redis": Link(f"{redis.folder}/s")}
    folder = tmp_path_factory.mktemp("served")
    environment = environment_for(fragile, redis.url, folder, db_timeout_seconds=1.5)
    async with opened(links["database"]) as database_port, opened(links["redis"]) as redis_port:
        urls = {"DATABASE_URL": over(fragile.api, database_port), "REDIS_URL": redis_over(redis.url, redis_port)}
        async with make_world(read_settings(environment)) as world, Program(environment, folder).api(**urls) as (_, at):
            caller = await world.user()
            course = str(await world.course(caller))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{at}", timeout=10) as http:
                yield Setting(http, world, caller, course, postgres, redis, links)
            await world.sql.close()


@asynccontextmanager
async def stalled(setting: Setting, server: str) -> AsyncGenerator[None]:
    """Nothing passes, and nothing is refused."""
    setting.links[server].stall()
    yield
    setting.links[server].resume()


@asynccontextmanager
async def stopped(setting: Setting, server: str) -> AsyncGenerator[None]:
    """The server's process is gone, connections are refused."""
    if server == "redis":
        setting.redis.kill()
        yield
        setting.redis.start()
    else:
        await setting.postgres.stop()
        yield
        setting.postgres.start()
        await see_again(setting.world)


Away = Callable[[Setting, str], AbstractAsyncContextManager[None]]
ENDS = {
    "database": ("courses.list", {"limit": 1}, "DatabaseUnavailable"),
    "redis": ("generation.uploadFile", UPLOAD | {"courseId": COURSE_ID}, "SlotsUnavailable"),
}
"""For each server a call that can't do without it."""


def requests_to(path: str, given: Any) -> dict[str, tuple[str, Any]]:
    """The same call on each wire: where it is posted, and the body."""
    rpc = {"jsonrpc": "2.0", "id": 1, "method": path, "params": given}
    return {
        "plain": (f"/rpc/{path}", given),
        "JSON-RPC": ("/rpc", rpc),
        "JSON-RPC batch": ("/rpc", [rpc, rpc | {"id": 2}]),
        "tRPC": (f"/trpc/{path}", given),
        "tRPC batch": (f"/trpc/{path},{path}?batch=1", {"0": given, "1": given}),
    }


def errors_in(answer: Any) -> list[dict[str, Any]]:
    """The error objects of an answer, of whichever wire."""
    return [each["error"]["data"] for each in (answer if isinstance(answer, list) else [answer])]


async def ask(setting: Setting, path: str, body: Any) -> tuple[httpx.Response, float]:
    """The answer, and the seconds it took."""
    headers = {"authorization": f"Bearer {token_of(setting.caller)}"}
    began = monotonic()
    response = await setting.http.post(path, json=body, headers=headers)
    return response, monotonic() - began


def refuses(wire: str, response: httpx.Response, seconds: float, error: str) -> None:
    """The answer says 503 in the way of its wire, in time, and when to try again."""
    assert response.status_code == (200 if wire.startswith("JSON-RPC") else 503), response.text
    assert {data["type"] for data in errors_in(response.json())} == {error}
    assert {data["httpStatus"] for data in errors_in(response.json())} == {503}
    assert int(response.headers["retry-after"]) >= 1
    assert seconds < PROMISED_SECONDS, wire


@pytest.mark.parametrize("away", [stalled, stopped])
@pytest.mark.parametrize("server", ["database", "redis"])
async def test_every_wire_says_503_in_time_and_all_is_well_again_afterwards(
    setting: Setting, server: str, away: Away
) -> None:
    path, given, error = ENDS[server]
    wires = requests_to(path, given)
    async with away(setting, server):
        answers = await asyncio.gather(*(ask(setting, *request) for request in wires.values()))
        began = monotonic()
        ready = await setting.http.get("/ready")
        assert monotonic() - began < PROMISED_SECONDS
    for wire, (response, seconds) in zip(wires, answers, strict=True):
        refuses(wire, response, seconds, error)
    checks = ready.json()
    assert (ready.status_code, checks["database"], checks["redis"]) == (503, server != "database", server != "redis")

    async def ready_again() -> bool:
        return (await setting.http.get("/ready")).status_code == 200

    assert await eventually(ready_again) < PROMISED_SECONDS
    for request in requests_to("courses.list", {"limit": 1}).values():
        response, _ = await ask(setting, *request)
        assert response.status_code == 200
        assert "error" not in response.text


@pytest.mark.parametrize("away", [stalled, stopped])
@pytest.mark.parametrize("server", ["database", "redis"])
async def test_a_start_is_refused_in_time_too(setting: Setting, server: str, away: Away) -> None:
    async with away(setting, server):
        response, seconds = await ask(setting, "/rpc/generation.initiate", {"courseId": setting.course})
        old, old_seconds = await ask(setting, "/api/coursegen/generate", {"courseId": setting.course})
    error = "InitiateUnavailable" if server == "database" else "SlotsUnavailable"
    refuses("plain", response, seconds, error)
    assert (old.status_code, old.headers["retry-after"]) == (503, response.headers["retry-after"])
    assert old_seconds < PROMISED_SECONDS


async def test_a_batch_of_which_one_part_is_refused_says_when_to_try_again(setting: Setting) -> None:
    path, given, error = ENDS["redis"]
    async with stopped(setting, "redis"):
        calls = [("courses.list", {"limit": 1}), ("nowhere", {}), (path, given)]
        batch = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": params} for method, params in calls]
        response, _ = await ask(setting, "/rpc", batch)
    listed, missing, refused = response.json()
    assert listed["result"]
    assert (missing["error"]["code"], refused["error"]["data"]["type"]) == (-32601, error)
    assert response.headers["retry-after"] == "5"
