"""The duty of all workers together: once in a period, again soon when something was away, harmless twice at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.leases import RateLimiter, Window, connect
from app.storage import StorageUnavailable, object_key
from app.work.pairing import FilePairing
from app.work.waiting import ended
from tests.captured import captured_logs
from tests.work.harness import eventually
from tests.work.life import Life
from tests.work.pairing.passes import file, paired, stored, sums, workers


async def test_two_passes_at_once_do_no_harm(life: Life, data: Path) -> None:
    for _ in range(3):
        _, _, key = await stored(life, data)
        await life.resources.storage.delete(key)
        await life.resources.storage.put(object_key(uuid4(), uuid4(), uuid4(), "md"), b"x")
    _, kept, key = await stored(life, data)
    passes = await asyncio.gather(*(paired(life, page=2) for _ in range(3)))
    assert sum(each.lost for each in passes) == 3
    assert await life.resources.storage.list() == [key]
    assert await file(life, kept) == ("ready", False)
    account, rows = await sums(life)
    assert account == rows


class CountingLimiter(RateLimiter):
    """The real limiter, remembering how often it was asked."""

    asked = 0

    async def hit(self, window: Window) -> Any:
        answer = await super().hit(window)
        CountingLimiter.asked += 1
        return answer


@asynccontextmanager
async def running(life: Life, count: int = 1) -> AsyncGenerator[None]:
    """The duty of so many workers."""
    redis = connect(life.settings.redis_url, life.settings.redis_timeout_seconds)
    async with workers(life) as opened:
        resources = replace(opened, limiter=CountingLimiter(redis))
        tasks = [asyncio.create_task(FilePairing(resources).run()) for _ in range(count)]
        try:
            yield
        finally:
            await ended(*tasks)
            await redis.aclose()
    assert all(task.cancelled() for task in tasks)


def lines(records: list[dict[str, Any]], text: str) -> int:
    return sum(text in record["message"] for record in records)


async def test_the_workers_together_pair_once_in_a_period(local: Life) -> None:
    with captured_logs() as records:
        async with running(local, count=2):
            before = CountingLimiter.asked

            async def paired_and_asked_often() -> bool:
                return lines(records, "files paired") > 0 and CountingLimiter.asked > before + 8

            await eventually(paired_and_asked_often)
            assert lines(records, "files paired") == 1


async def test_a_storage_that_is_away_is_told_and_tried_again_soon(
    local: Life, folder: Path, tmp_path: Path, data: Path
) -> None:
    _, file_id, key = await stored(local, data)
    course = (folder / key).parent
    course.rename(tmp_path / "aside")
    course.touch()
    with pytest.raises(StorageUnavailable):
        await paired(local)
    assert await file(local, file_id) == ("ready", False)
    with captured_logs() as records:
        async with running(local):

            async def told_twice() -> bool:
                return lines(records, "file pairing: ") > 1

            await eventually(told_twice)
            assert lines(records, "files paired") == 0
            course.unlink()
            (tmp_path / "aside").rename(course)

            async def done() -> bool:
                return lines(records, "files paired") == 1

            await eventually(done)
    assert await file(local, file_id) == ("ready", False)


async def test_every_worker_has_the_duty(local: Life) -> None:
    await local.resources.storage.put(object_key(uuid4(), uuid4(), uuid4(), "md"), b"x")
    async with local.worker():

        async def gone() -> bool:
            return await local.resources.storage.list() == []

        await eventually(gone)
