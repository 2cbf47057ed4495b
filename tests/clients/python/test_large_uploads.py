"""Files far larger than a JSON body, sent by both halves of the generated client to the service itself."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from coursegen_client import AsyncClient, Client, errors

from app.context import SignedIn
from tests.clients.python.conftest import url_of
from tests.procedures.generation.uploading import leave_quota
from tests.wire.served import Served
from tests.world import token_of

pytestmark = pytest.mark.parametrize("half", ["async", "sync"])
NAME = 'план "на год" 100%22.txt'


class Uploader:
    """A user with a course, who uploads files to it by one half of the client."""

    def __init__(self, served: Served, half: str, owner: SignedIn, course: UUID) -> None:
        self._served = served
        self._half = half
        self.owner = owner
        self.course = course

    async def __call__(self, file: Path, **given: Any) -> None:
        url, token = url_of(self._served), token_of(self.owner)
        if self._half == "async":
            async with AsyncClient(url, token=token) as client:
                await client.generation.upload(file, course_id=self.course, **given)
            return
        with Client(url, token=token) as client:
            await asyncio.to_thread(partial(client.generation.upload, file, course_id=self.course, **given))


async def uploader(served: Served, half: str, tier: str) -> Uploader:
    """A new user."""
    owner = await served.user(tier=tier)
    return Uploader(served, half, owner, await served.world.course(owner))


@contextmanager
def traced() -> Generator[Callable[[], int]]:
    """Tells the most bytes that Python has held beside those of the beginning."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


async def test_a_large_file_arrives_and_is_never_whole_in_memory(served: Served, large_text: Path, half: str) -> None:
    upload = await uploader(served, half, "premium")
    told: list[tuple[int, int]] = []
    with traced() as peak:
        await upload(large_text, filename=NAME, on_progress=lambda sent, size: told.append((sent, size)))
        assert peak() < 4 << 20
    stored = await served.world.row("select * from file_catalog where course_id = $1", upload.course)
    size = large_text.stat().st_size
    assert (stored["filename"], stored["file_size"], stored["mime_type"]) == (NAME, size, "text/plain")
    assert stored["hash"] == hashlib.sha256(large_text.read_bytes()).hexdigest()
    assert [sent for sent, _ in told] == sorted({sent for sent, _ in told})
    assert (told[-1], {total for _, total in told}) == ((size, size), {size})


async def test_what_is_wrong_with_a_large_file_is_told_by_name(served: Served, large_text: Path, half: str) -> None:
    upload = await uploader(served, half, "standard")
    with pytest.raises(errors.FileTooLarge) as too_large:
        await upload(large_text)
    assert (too_large.value.limit, too_large.value.size) == ("10 MB", "30 MB")
    with pytest.raises(errors.FileTypeRefused):
        await upload(large_text, filename="large.bin")
    rich = await uploader(served, half, "premium")
    await leave_quota(served.world, rich.owner, 100)
    with pytest.raises(errors.StorageQuotaExceeded):
        await rich(large_text)
