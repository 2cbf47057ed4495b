"""`coursegen dev`: servers, migrations, demo data, the API and a worker, together on one folder and ended together."""

import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import httpx

from app.db.migrate import migrate
from app.dev.databases import Database, Databases, seed_demo
from app.dev.environment import DATABASE, environment_of
from app.dev.stack import Addresses, LocalServers
from app.dev.supervise import Child, ChildDied, spawn
from app.dev.token import issue_token

READY_SECONDS = 30.0
LOG_FOLDER = "logs"


class Stopped(Exception):
    """SIGTERM or SIGINT came."""


def prepare(servers: Addresses) -> Database:
    """The migrated database with the demo's organizations and users."""
    database = Databases(servers.postgres_dsn).ensure(DATABASE)
    migrate(database.superuser)
    seed_demo(database)
    return database


@contextmanager
def running_stack(data: Path, port: int, *, reload: bool = False) -> Generator[str]:
    """Everything on this machine while the block lasts; gives the API's address once API and worker both serve.

    Raises ChildDied, ServersMissing, FolderInUse.
    """
    with LocalServers(data) as local:
        prepare(local.addresses)
        environment = environment_of(data, local.addresses, port)
        logs = data / LOG_FOLDER
        logs.mkdir(exist_ok=True)
        command = Path(sys.executable).with_name("coursegen")
        api = spawn(
            "the API",
            [command, "serve", *(["--reload"] if reload else [])],
            environment=environment,
            log=logs / "api.log",
        )
        worker = spawn("the worker", [command, "work"], environment=environment, log=logs / "worker.log")
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, api, worker)
            yield url
        finally:
            _stop(api, worker)


def _wait_until_ready(url: str, *children: Child) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(url):
        for child in children:
            if child.exit_code is not None or time.monotonic() > deadline:
                raise ChildDied(child.name, child.log)
        time.sleep(0.02)


def _is_ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/ready", timeout=2.0, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success and bool(answer.json()["worker"])


def _stop(*children: Child) -> None:
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(grace_seconds=3.0)


def run_stack(data: Path, port: int, *, reload: bool) -> None:
    """Run until SIGTERM or SIGINT, then end everything that was started."""
    with _signals_raise(), running_stack(data, port, reload=reload) as url:
        try:
            _greet(data, url)
            signal.pause()
        except Stopped:
            click.echo("stopping", err=True)


def _greet(data: Path, url: str) -> None:
    click.echo(f"ready {url}")
    click.echo(f"  logs in {data / LOG_FOLDER}; health {url}/health, readiness {url}/ready")
    click.echo("  call it:")
    token = issue_token("instructor@demo.local", data)
    click.echo(
        f"  curl -s {url}/rpc/courses.create -H 'authorization: Bearer {token}' "
        """-H 'content-type: application/json' -d '{"title": "Основы компостирования"}'"""
    )


@contextmanager
def _signals_raise() -> Generator[None]:
    """SIGTERM and SIGINT as an exception, so that every `with` on the way out does its part."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        yield
    except Stopped:
        return
