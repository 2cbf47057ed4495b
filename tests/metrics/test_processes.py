"""Several processes: whichever API process is asked, it answers for all of them; a worker has a page of its own."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.dev import Database
from app.dev.ports import free_port
from procedures.generation.initiate import InitiateInput, initiate
from tests.cli.programs import running
from tests.metrics.scraped import BEARER, TOKEN, Scraped, scrape
from tests.transports.server import listens
from tests.work.harness import eventually
from tests.world import environment_for, make_world, settings_for


def folders(temporary: Path) -> list[Path]:
    """Where processes keep values together."""
    return list(temporary.glob("coursegen-metrics-*"))


async def answers(http: httpx.AsyncClient, path: str) -> bool:
    """Whether anything answers there."""
    try:
        return (await http.get(path)).status_code > 0
    except httpx.TransportError:
        return False


@asynccontextmanager
async def started(command: str, port: int, path: str, environment: dict[str, str]) -> AsyncGenerator[httpx.AsyncClient]:
    """A command, from when it answers at this path on; ended with SIGTERM."""
    limits = httpx.Limits(max_keepalive_connections=0)  # each request may meet another process
    with running(command, settings=environment) as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, limits=limits) as http:
            await eventually(lambda: answers(http, path), within=30)
            yield http
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0


async def test_each_of_two_processes_tells_the_calls_of_both(
    own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    changes = {"metrics_token": TOKEN, "api_processes": 2, "port": port, "tmpdir": tmp_path}
    environment = environment_for(own_database, own_redis_url, tmp_path, **changes)
    async with started("serve", port, "/health", environment) as http:
        assert len(folders(tmp_path)) == 1
        for _ in range(40):
            assert (await http.post("/rpc/system.ping", json={})).status_code == 200
        pages = [await scrape(http) for _ in range(12)]
        calls = {page.value("coursegen_calls_total", procedure="system.ping", code="OK") for page in pages}
        assert calls == {40}
        assert {page.value("coursegen_call_duration_seconds_count", procedure="system.ping") for page in pages} == {40}

        async def both_pools() -> bool:
            page = await scrape(http)
            states = ("used", "idle", "free")
            return sum(page.value("coursegen_db_pool_connections", state=state) or 0 for state in states) == 20

        await eventually(both_pools)
    assert folders(tmp_path) == []


async def test_a_worker_tells_its_attempts_to_whoever_has_the_token(
    own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    changes = {"metrics_token": TOKEN, "worker_metrics_port": port, "global_concurrency_limit": 10}
    environment = environment_for(own_database, own_redis_url, tmp_path, **changes)
    async with (
        started("work", port, "/metrics", environment) as http,
        make_world(settings_for(own_database, own_redis_url, tmp_path)) as world,
    ):
        owner = await world.user()
        await initiate(owner, InitiateInput(course_id=await world.course(owner)))
        found: list[Scraped] = []

        async def finished() -> bool:
            found.append(await scrape(http))
            done = found[-1].value("coursegen_job_attempts_total", job_type="finalization", outcome="completed")
            return done == 1

        await eventually(finished, within=20)
        assert found[-1].value("coursegen_job_attempt_duration_seconds_count", job_type="text_generation") == 1
        assert found[-1].value("process_resident_memory_bytes")
        for headers in ({}, {"authorization": f"{BEARER['authorization']}x"}):
            refused = await http.get("/metrics", headers=headers)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await http.get("/", headers=BEARER)).status_code == 404


async def test_a_worker_has_no_page_without_the_token(
    own_database: Database, own_redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    environment = environment_for(own_database, own_redis_url, tmp_path, worker_metrics_port=port)
    async with make_world(settings_for(own_database, own_redis_url, tmp_path)) as world:
        with running("work", settings=environment):

            async def alive() -> bool:
                return bool(await world.sql.fetchval("select app.live_workers()"))

            await eventually(alive, within=30)
            assert not listens(port)
