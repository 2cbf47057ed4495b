"""The service as an operator has it: servers of its own, a file of settings, API and worker as processes to restart."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import httpx
import msgspec
import psycopg

from app.auth.claims import Claims
from app.auth.issue import issue
from app.db.migrate import migrate
from app.dev import Child, Database, Databases, LocalServers, spawn
from app.dev.databases import hook_claims, seed_demo
from app.dev.find import postgres_folder
from app.dev.ports import free_port
from app.settings import Settings, read_settings
from tests.cli.programs import CHECKOUT, PROGRAM, environment, until

SHORT = {
    "ENVIRONMENT": "test",
    "LEASE_TTL_SECONDS": "1.5",
    "REAPER_PERIOD_SECONDS": "0.3",
    "UPLOAD_TTL_SECONDS": "1",
    "FILE_PAIRING_SECONDS": "1",
    "WORKER_GRACE_SECONDS": "1.5",
    "WORKER_NICENESS": "0",  # tests wait for it, beside others on a busy machine
    "LOG_LEVEL": "info",
}
NAME = "coursegen"
CLIENTS = postgres_folder()
"""PostgreSQL's client programs, of the servers' version."""


def blocks(title: str) -> list[str]:
    """The shell commands of a section of the runbook, as they stand there."""
    text = (CHECKOUT / "RUNBOOK.md").read_text()
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


class Deployment:
    """One API process and one worker over servers of their own; `.env` in its folder says all."""

    def __init__(self, folder: Path, servers: LocalServers) -> None:
        self.folder = folder
        self.servers = servers
        self._file = folder / ".env"
        self._processes: dict[str, Child] = {}

    @property
    def settings(self) -> Settings:
        """What `.env` says now."""
        return read_settings(dict(line.split("=", 1) for line in self._file.read_text().splitlines()))

    def configure(self, **settings: str) -> None:
        """Write `.env` anew with these settings changed."""
        written = self._file.read_text().splitlines() if self._file.exists() else []
        known = dict(line.split("=", 1) for line in written) | settings
        self._file.write_text("".join(f"{name}={value}\n" for name, value in known.items()))

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.settings.port}"

    def start(self, *names: str) -> None:
        """Start `serve` and `work`, or one of them, with the settings of now, and wait for them."""
        for name in names or ("serve", "work"):
            self._start(name)
        until(self._are_up, "API and worker are up", 20)

    def _start(self, name: str) -> None:
        variables = environment(**dict(line.split("=", 1) for line in self._file.read_text().splitlines()))
        log = self.folder / f"{name}.log"
        self._processes[name] = spawn(name, (PROGRAM, name), environment=variables, log=log)

    def _are_up(self) -> bool:
        ready = self.ready()
        return ready.get("ready", False) and ("work" not in self._processes or ready["worker"])

    def stop(self, *names: str) -> None:
        """SIGTERM, and wait; of both unless one is named. A worker that has stopped is known to be gone."""
        for name in names or tuple(self._processes):
            self._processes.pop(name).stop()

    def restart(self, *names: str) -> None:
        """What the runbook calls a restart."""
        self.stop(*names)
        self.start(*names)

    def log(self, name: str) -> str:
        """What a process has logged since it was started."""
        return (self.folder / f"{name}.log").read_text()

    def ready(self) -> dict[str, bool]:
        """The answer of /ready, whatever its status; empty while nothing answers."""
        with suppress(httpx.TransportError):
            return dict(httpx.get(f"{self.url}/ready", timeout=5, trust_env=False).json())
        return {}

    def token(self, email: str = "superadmin@demo.local", secret: str = "") -> str:
        """A token as the identity provider makes it, with the secret of now unless another is given."""
        settings, found = self.settings, hook_claims(self.settings.owner_database_url, email)
        claims = msgspec.convert({**(found or {}), "expires_at": int(time.time()) + 600}, Claims)
        audience, issuer = settings.jwt_audience, settings.jwt_issuer
        return issue(claims, secret=secret or settings.jwt_secret, issuer=issuer, audience=audience)

    def post(self, path: str, token: str = "", **fields: Any) -> httpx.Response:
        """The answer to a call, by the demo's instructor unless another's token is given."""
        headers = {"authorization": f"Bearer {token or self.token('instructor@demo.local')}"}
        return httpx.post(f"{self.url}/rpc/{path}", json=fields, headers=headers, timeout=20, trust_env=False)

    def call(self, path: str, **fields: Any) -> dict[str, Any]:
        """The output of a call."""
        answer = self.post(path, **fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def started(self, title: str) -> str:
        """A course of this title, whose generation was started."""
        course = str(self.call("courses.create", title=title)["id"])
        self.call("generation.initiate", courseId=course)
        return course

    def status(self, course: str) -> str:
        """How far a course's generation is."""
        return str(self.call("generation.getStatus", courseId=course)["status"])

    def ends(self, course: str) -> None:
        """Wait until the course is there."""
        until(lambda: self.status(course) == "completed", "the run ends", 20)

    def sql(self, query: LiteralString, *values: Any) -> Any:
        """The first column of the first row, as the owner."""
        with psycopg.connect(self.settings.owner_database_url, autocommit=True) as connection:
            row = (done := connection.execute(query, values)).description and done.fetchone()
        return row[0] if row else None

    def run(self, block: str, **given: str) -> "subprocess.CompletedProcess[str]":
        """Commands of the runbook in the operator's shell; `given` are what the runbook leaves to be filled in."""
        [settings] = re.findall(r"^```sh\n(set -a.*?)^```$", (CHECKOUT / "RUNBOOK.md").read_text(), re.M | re.S)
        path = os.pathsep.join([str(Path(sys.executable).parent), str(CLIENTS), os.environ["PATH"]])
        variables = {"PATH": path, "COURSEGEN_URL": self.url, "COURSEGEN_TOKEN": self.token_or_none(), **given}
        return subprocess.run(
            ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", settings + block],
            cwd=self.folder,
            env=environment(**variables, PGCONNECT_TIMEOUT="5"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def token_or_none(self) -> str:
        """A superadmin's token; none while the database is away."""
        with suppress(psycopg.OperationalError):
            return self.token()
        return ""

    def does(self, block: str, **given: str) -> str:
        """What the commands print, which must succeed."""
        done = self.run(block, **given)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def prepared(servers: LocalServers) -> Database:
    """A migrated database with the demo's users on these servers."""
    database = Databases(servers.addresses.postgres_dsn).create(NAME)
    migrate(database.superuser)
    seed_demo(database)
    return database


@contextmanager
def deployed(folder: Path) -> Generator[Deployment]:
    """A deployment that runs, and whose processes and servers end with the block."""
    with LocalServers(folder / "servers", {}) as servers:
        database = prepared(servers)
        deployment = Deployment(folder, servers)
        deployment.configure(
            **SHORT,
            DATABASE_URL=database.api,
            WORKER_DATABASE_URL=database.worker,
            OWNER_DATABASE_URL=database.superuser,
            REDIS_URL=servers.addresses.redis_url,
            STORAGE_URL=f"file://{folder / 'files'}",
            JWT_SECRET="the first secret of tests, of thirty-two bytes".replace(" ", "-"),
            PORT=str(free_port()),
        )
        try:
            deployment.start()
            yield deployment
        finally:
            deployment.stop()
