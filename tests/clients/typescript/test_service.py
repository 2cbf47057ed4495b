"""Generated clients under Node: the service's against the service itself; a table's with everything."""

import asyncio
from pathlib import Path

from app.gen.typescript import typescript_files
from app.rpc.surface import surface
from tests.clients.python.conftest import url_of
from tests.clients.python.sample import TABLE
from tests.clients.typescript.compiler import add_package
from tests.clients.typescript.running import run_tests
from tests.transports.server import serving
from tests.wire.served import Served
from tests.world import token_of


async def environment_of(served: Served) -> dict[str, str]:
    """Where the service is, and tokens of new users."""
    tokens = {"TOKEN": await served.user(), "FREE_TOKEN": await served.user(tier="free")}
    return {"SERVICE_URL": url_of(served), **{name: token_of(user) for name, user in tokens.items()}}


async def test_the_client_does_the_main_job(working: Served, application: Path) -> None:
    await asyncio.to_thread(run_tests, application, "main_job.test.mjs", **await environment_of(working))


async def test_the_client_drives_the_service(served: Served, application: Path) -> None:
    await asyncio.to_thread(run_tests, application, "service.test.mjs", **await environment_of(served))


def test_a_client_of_everything_drives_a_server_of_everything(application: Path) -> None:
    add_package(application, "sample-client", typescript_files(surface(TABLE)))
    with serving("tests.clients.python.sample:create_app") as (port, _process):
        run_tests(application, "sample.test.mjs", SAMPLE_URL=f"http://127.0.0.1:{port}")
