"""The service while what it depends on is away: what it still refuses, what it says, and that it comes back."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.dev import Database
from tests.leases.server import Server
from tests.procedures.eventually import eventually
from tests.procedures.generation.uploading import TEXT
from tests.wire.inputs import UPLOAD
from tests.wire.served import Served, error_of, serve
from tests.wire.tus_client import Tus
from tests.world import make_world

METRICS = "a token for figures"


@pytest.fixture(scope="module")
def redis() -> Iterator[Server]:
    """A Redis of this module's own, which may be killed."""
    with TemporaryDirectory(prefix="redis-") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture(scope="module")
async def served(database: Database, redis: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The application over a database and a Redis of its own."""
    settings = {"db_timeout_seconds": 1.5, "metrics_token": METRICS}
    async with serve(database, redis.url, tmp_path_factory.mktemp("served"), **settings) as running:
        yield running


@asynccontextmanager
async def database_away(database: Database) -> AsyncGenerator[None]:
    """Let no login but a superuser's into the database, and end the sessions of those who are in."""
    server: Any = await asyncpg.connect(database.superuser)
    try:
        await server.execute(f'alter database "{database.name}" connection limit 0')
        await server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename like 'coursegen%'",
            database.name,
        )
        yield
    finally:
        await server.execute(f'alter database "{database.name}" connection limit -1')
        await server.close()


async def ready(served: Served) -> tuple[int, dict[str, bool]]:
    response = await served.http.get("/ready")
    return response.status_code, response.json()


async def test_health_is_the_process_alone(served: Served) -> None:
    response = await served.http.get("/health")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert response.json()["version"]


async def test_ready_names_what_there_is_and_a_missing_worker_only_delays(served: Served) -> None:
    assert await ready(served) == (
        200,
        {"ready": True, "database": True, "migrations": True, "redis": True, "worker": False},
    )


async def test_without_the_database_bad_input_and_bad_tokens_are_refused_as_ever(
    served: Served, database: Database
) -> None:
    caller = await served.user()
    async with database_away(database):
        assert error_of(await served.post("courses.get", {"courseId": 1}), 400)["type"] == "InvalidInput"
        assert error_of(await served.post("courses.list"), 401)["type"] == "Unauthorized"
        assert error_of(await served.post("courses.list", authorization="Bearer a.b.c"), 401)["code"] == "UNAUTHORIZED"
        refused = await served.post("courses.list", None, caller)
        assert error_of(refused, 503)["type"] == "DatabaseUnavailable"
        assert refused.headers["retry-after"] == "1"
        assert (await served.http.get("/health")).status_code == 200
        status, checks = await ready(served)
        assert (status, checks) == (
            503,
            {"ready": False, "database": False, "migrations": False, "redis": True, "worker": False},
        )
    assert (await served.post("courses.list", None, caller)).status_code == 200
    assert (await ready(served))[0] == 200


async def test_a_start_without_the_database_is_told_in_russian_and_noted_once_it_is_back(
    served: Served, database: Database
) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    async with database_away(database):
        response = await served.post("generation.initiate", {"courseId": str(course)}, owner)
        data = error_of(response, 503)
        assert (data["type"], response.headers["retry-after"]) == ("InitiateUnavailable", "1")
        assert data["message"] == "Не удалось инициализировать генерацию курса. Попробуйте позже."
        assert response.elapsed.total_seconds() < 2

    async def noted() -> bool:
        return await served.world.events(course) == ["rpc_retry_exhausted", "job_rollback"]

    await eventually(noted)
    assert (await served.world.resources.slots.held()).total == 0
    assert (await served.post("generation.initiate", {"courseId": str(course)}, owner)).status_code == 200


async def test_a_schema_that_lacks_what_readiness_asks_for_is_not_ready(served: Served) -> None:
    await served.world.sql.execute("alter function app.live_workers() rename to live_workers_away")
    try:
        status, checks = await ready(served)
    finally:
        await served.world.sql.execute("alter function app.live_workers_away() rename to live_workers")
    assert (status, checks["database"], checks["migrations"]) == (503, True, False)


async def test_an_older_schema_is_not_ready(served: Served) -> None:
    mark = await served.world.sql.fetchval("select obj_description('app'::regnamespace)")
    await served.world.sql.execute("comment on schema app is 'migration 20000101000000_older'")
    try:
        status, checks = await ready(served)
    finally:
        await served.world.sql.execute(f"comment on schema app is '{mark}'")
    assert (status, checks["database"], checks["migrations"]) == (503, True, False)


async def test_without_redis_nothing_is_started_and_everything_else_goes_on(served: Served, redis: Server) -> None:
    owner = await served.user()
    course = str(await served.world.course(owner))
    redis.kill()
    try:
        status, checks = await ready(served)
        started = await served.post("generation.initiate", {"courseId": course}, owner)
        uploaded = await served.post("generation.uploadFile", UPLOAD | {"courseId": course}, owner)
        read = await served.post("generation.getStatus", {"courseId": course}, owner)
    finally:
        redis.start()
    assert (status, checks["redis"], checks["database"]) == (503, False, True)
    for response in (started, uploaded):
        data = error_of(response, 503)
        assert data["message"] == "Service temporarily unavailable. Please try again in a few seconds."
        assert response.headers["retry-after"] == "5"
    assert read.json()["status"] is None
    assert (await ready(served))[0] == 200


async def test_an_upload_that_was_begun_goes_on_without_redis_and_uncounted(served: Served, redis: Server) -> None:
    owner = await served.user()
    tus = Tus(served, owner, await served.world.course(owner))
    where = await tus.begun()
    first = await tus.patch(where, 0, TEXT[:5])
    assert first.headers["ratelimit"].startswith('"generation.appendToUpload";r=299;t=')
    redis.kill()
    try:
        second = await tus.patch(where, 5, TEXT[5:])
        figures = (await served.http.get("/metrics", headers={"authorization": f"Bearer {METRICS}"})).text
    finally:
        redis.start()
    assert (second.status_code, second.headers["upload-offset"]) == (204, str(len(TEXT)))
    assert "ratelimit" not in second.headers
    assert served.log_lines(path="generation.appendToUpload", level="warn")
    assert 'coursegen_uncounted_calls_total{procedure="generation.appendToUpload"} 1.0' in figures


async def test_an_emptied_redis_grants_nothing_until_it_was_rebuilt(served: Served, redis: Server) -> None:
    owner = await served.user()
    given = {"courseId": str(await served.world.course(owner))}
    redis.kill()
    redis.start()
    assert error_of(await served.post("generation.initiate", given, owner), 503)["type"] == "SlotsUnavailable"
    async with make_world(served.world.resources.settings):
        assert (await served.post("generation.initiate", given, owner)).status_code == 200


async def test_a_page_outside_of_the_wires_is_an_error_object_too(served: Served) -> None:
    assert error_of(await served.http.get("/nowhere"), 404)["code"] == "NOT_FOUND"
    assert error_of(await served.http.post("/health", json={}), 405)["code"] == "METHOD_NOT_SUPPORTED"
    assert error_of(await served.http.get(f"/rpc/{uuid4()}"), 404)["type"] == "ProcedureNotFound"
