"""Passes of the pairing, and what the tests put there for them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from app.boot import open_resources
from app.context import Resources, SignedIn
from app.db.session import SERVICE
from app.work.pairing import FilePairing, Paired
from tests.work.life import Life, upload

NOTHING = Paired(0, 0, 0)


@asynccontextmanager
async def workers(life: Life) -> AsyncGenerator[Resources]:
    """Resources as a worker has them."""
    async with open_resources(life.settings, life.settings.worker_database_url, SERVICE) as opened:
        yield opened


async def paired(life: Life, page: int = 500) -> Paired:
    """What one pass does."""
    async with workers(life) as resources:
        return await FilePairing(resources, page).once()


async def stored(life: Life, data: Path) -> tuple[SignedIn, UUID, str]:
    """A file that was uploaded: whose it is, its id and its key."""
    owner = await life.user()
    await upload(owner, await life.course(owner), data / "hleb-na-zakvaske.md")
    query = "select id, storage_path from file_catalog where uploaded_by = $1"
    row = await life.row(query, owner.user_id)
    return owner, row["id"], row["storage_path"]


async def file(life: Life, file_id: UUID) -> tuple[str, bool]:
    """A file's status, and whether it is marked as lost."""
    row = await life.row("select status, lost_at is not null as lost from file_catalog where id = $1", file_id)
    return row["status"], row["lost"]


async def sums(life: Life) -> tuple[int, int]:
    """What the organizations' accounts say is used, and what the rows say."""
    query = "select sum(storage_used_bytes)::bigint, (select coalesce(sum(file_size), 0) from file_catalog)::bigint"
    row = await life.sql.fetchrow(f"{query} from organizations")
    assert row is not None
    return row[0], row[1]
