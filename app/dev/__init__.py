"""Throw-away PostgreSQL and Redis for `make demo`, `make dev` and the tests; production never starts them."""

from app.dev.databases import Database, Databases
from app.dev.find import ServersMissing
from app.dev.lock import FolderInUse
from app.dev.stack import Addresses, LocalServers, addresses
from app.dev.supervise import Child, ChildDied, spawn

__all__ = [
    "Addresses",
    "Child",
    "ChildDied",
    "Database",
    "Databases",
    "FolderInUse",
    "LocalServers",
    "ServersMissing",
    "addresses",
    "spawn",
]
