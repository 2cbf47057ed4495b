"""The settings of the stack that runs on a folder, for its processes and for `coursegen token --data`."""

import os
import secrets
from pathlib import Path

from app.dev.databases import Databases
from app.dev.stack import Addresses

DATABASE = "coursegen"
DEFAULT_PORT = 8000


def environment_of(data: Path, servers: Addresses, port: int = DEFAULT_PORT) -> dict[str, str]:
    """The settings of the stack on this folder, over those of the caller's environment."""
    database = Databases(servers.postgres_dsn).named(DATABASE)
    return {
        **os.environ,
        "ENVIRONMENT": "development",
        "DATABASE_URL": database.api,
        "WORKER_DATABASE_URL": database.worker,
        "OWNER_DATABASE_URL": database.superuser,
        "REDIS_URL": servers.redis_url,
        "STORAGE_URL": f"file://{data.absolute() / 'storage'}",
        "JWT_SECRET": jwt_secret(data),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WORKER_GRACE_SECONDS": "1.5",  # jobs are given back then: a stack that stops does not wait for their end
        "WORKER_NICENESS": "0",  # somebody waits for this worker, and the machine is theirs
    }


def jwt_secret(data: Path) -> str:
    """The folder's own token secret, made once and readable by its owner alone."""
    path = data / "jwt-secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()
