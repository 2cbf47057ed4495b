"""`coursegen dev`: servers, migrations, demo data, the API and a worker, together on one folder and ended together."""

import signal
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import httpx
from watchfiles import watch

from app.db.migrate import migrate
from app.dev.databases import Database, Databases, forget_workers, seed_demo
from app.dev.environment import DATABASE, environment_of
from app.dev.ports import require_free
from app.dev.stack import Addresses, LocalServers
from app.dev.supervise import Child, ChildDied, spawn, stop_all
from app.dev.token import issue_token

READY_SECONDS = 30.0
STOP_SECONDS = 3.0
WATCH_SECONDS = 0.2
LOG_FOLDER = "logs"
CHECKOUT = Path(__file__).parents[2]
SOURCES = (CHECKOUT / "app", CHECKOUT / "procedures", CHECKOUT / "sql" / "queries")


class Stopped(Exception):
    """SIGTERM or SIGINT came."""


class Processes:
    """The API and a worker, each a process with a log, over servers that run already."""

    def __init__(self, data: Path, environment: Mapping[str, str]) -> None:
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.logs = data / LOG_FOLDER
        self._environment = environment
        self._children: list[Child] = []

    def start(self) -> None:
        """Start both; returns when both serve. Raises ChildDied."""
        forget_workers(self._environment["OWNER_DATABASE_URL"])
        self._spawn("api", "serve")
        self._spawn("worker", "work")
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(self.url):
            for child in self._children:
                if child.exit_code is not None or time.monotonic() > deadline:
                    raise ChildDied(child.name, child.log)
            time.sleep(0.02)

    def _spawn(self, name: str, command: str) -> None:
        program = (Path(sys.executable).with_name("coursegen"), command)
        log = self.logs / f"{name}.log"
        self._children.append(spawn(f"the {name}", program, environment=self._environment, log=log))

    def check(self) -> None:
        """Raises ChildDied if one of them has ended."""
        for child in self._children:
            if child.exit_code is not None:
                raise ChildDied(child.name, child.log, f"ended with exit code {child.exit_code}")

    def stop(self) -> None:
        """End both: they have a few seconds to drain."""
        stop_all(self._children, STOP_SECONDS)
        self._children.clear()


def prepare(servers: Addresses) -> Database:
    """The migrated database with the demo's organizations and users."""
    database = Databases(servers.postgres_dsn).ensure(DATABASE)
    migrate(database.superuser)
    seed_demo(database)
    return database


@contextmanager
def running_stack(data: Path, port: int) -> Generator[Processes]:
    """Everything on this machine while the block lasts, which begins once API and worker both serve.

    Raises ChildDied, ServersMissing, FolderInUse, CannotListen.
    """
    require_free("127.0.0.1", port)
    with LocalServers(data) as local:
        prepare(local.addresses)
        processes = Processes(data, environment_of(data, local.addresses, port))
        processes.logs.mkdir(exist_ok=True)
        try:
            processes.start()
            yield processes
        finally:
            processes.stop()


def _is_ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/ready", timeout=2.0, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success and bool(answer.json()["worker"])


def run_stack(data: Path, port: int, *, reload: bool) -> None:
    """Run until SIGTERM or SIGINT, or until a part of it ends; then end everything that was started."""
    with _signals_raise(), running_stack(data, port) as processes:
        try:
            _greet(data, processes)
            _run_reloading(processes) if reload else _run(processes)
        except (Stopped, KeyboardInterrupt):  # the latter is what watchfiles makes of the former
            click.echo("stopping", err=True)


def _run(processes: Processes) -> None:
    while True:
        processes.check()
        time.sleep(WATCH_SECONDS)


def _run_reloading(processes: Processes) -> None:
    """Start both again when the code changes. Code that can't start is told, and the next change is waited for."""
    for _ in watch(*SOURCES):
        click.echo("the code changed: starting again")
        processes.stop()
        try:
            processes.start()
            click.echo(f"ready {processes.url}")
        except ChildDied as died:
            click.echo(f"{died}\nwaiting for the next change", err=True)


def _greet(data: Path, processes: Processes) -> None:
    url = processes.url
    click.echo(f"ready {url}")
    click.echo(f"  logs in {processes.logs}; health {url}/health, readiness {url}/ready")
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
