"""The real application in a process of its own, and a client of it."""

import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from app.auth.claims import Role
from app.context import SignedIn
from app.dev import Database
from app.settings import read_settings
from tests.transports.server import serving, until
from tests.world import World, environment_for, make_world, token_of

ERROR_SHAPE = {"code", "message", "data"}


class Served:
    """A server, the world behind it, and what it logs."""

    def __init__(self, world: World, http: httpx.AsyncClient, port: int, log: Path, pid: int) -> None:
        self.world = world
        self.http = http
        self.port = port
        self.pid = pid
        self.log_path = log

    async def post(
        self, path: str, given: Any = None, caller: SignedIn | None = None, **headers: str
    ) -> httpx.Response:
        """Call a procedure with this input as JSON; `idempotency_key="x"` is the header Idempotency-Key."""
        content = None if given is None else json.dumps(given).encode()
        return await self.send("POST", path, content, caller, **headers)

    async def send(
        self, method: str, path: str, content: bytes | None, caller: SignedIn | None = None, **headers: str
    ) -> httpx.Response:
        """The same with bytes as the body."""
        sent = {"content-type": "application/json"} if content is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if caller:
            sent["authorization"] = f"Bearer {token_of(caller)}"
        return await self.http.request(method, f"/rpc/{path}", content=content, headers=sent)

    async def user(self, role: Role = Role.INSTRUCTOR, tier: str = "standard") -> SignedIn:
        """A new user of a new organization."""
        return await self.world.user(await self.world.organization(tier), role)

    def log_text(self) -> str:
        """All that the server has written to its standard error so far."""
        return self.log_path.read_text()

    def log_lines(self, **fields: Any) -> list[dict[str, Any]]:
        """The JSON lines that have these fields; waits for the first of them."""

        def found() -> list[dict[str, Any]]:
            text = self.log_text()
            lines = [json.loads(line) for line in text.split("\n")[:-1] if line.startswith("{")]
            return [line for line in lines if fields.items() <= line.items()]

        return until(found, f"a log line with {fields}")


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    """The `data` of an error answer, which must have this status and the one shape of all errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(error) == ERROR_SHAPE
    data: dict[str, Any] = error["data"]
    assert data["httpStatus"] == status
    assert (
        {"code", "type", "declared"}
        <= set(data)
        <= {*("code", "type", "declared", "httpStatus", "path", "details", "issues", "retryAfter")}
    )
    assert str(data.get("retryAfter", "")) == response.headers.get("retry-after", "")
    return data | {"number": error["code"], "message": error["message"]}


@asynccontextmanager
async def serve(database: Database, redis_url: str, folder: Path, **changes: object) -> AsyncGenerator[Served]:
    """The application over these servers as production runs it, with INFO lines in a file."""
    settings = {"environment": "production", "log_level": "info", "global_concurrency_limit": 100} | changes
    environment = environment_for(database, redis_url, folder / "storage", **settings)
    log = folder / f"{uuid4()}.log"
    async with make_world(read_settings(environment)) as world:
        with log.open("wb") as errors:
            whole = {**os.environ, **environment}
            with serving("app.asgi:create_app", environment=whole, output=errors) as (port, process):
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
                    yield Served(world, http, port, log, process.pid)
