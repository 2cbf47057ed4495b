"""Objects without a row go, whatever left them; what belongs together, is young, or is not ours stays."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.dev import Database
from app.storage import object_key, part_key
from app.work.pairing import Paired
from procedures.generation._reservation import Described, read_allowance, reserve
from tests.captured import captured_logs
from tests.work.life import Life, living, upload
from tests.work.pairing.passes import NOTHING, file, paired, stored
from tests.world import settings_for


async def test_what_belongs_together_is_left_alone(life: Life, data: Path) -> None:
    _, file_id, key = await stored(life, data)
    assert await paired(life) == NOTHING
    assert await file(life, file_id) == ("ready", False)
    assert await life.resources.storage.exists(key)


async def test_an_object_without_a_row_is_deleted(life: Life, data: Path) -> None:
    _, _, kept = await stored(life, data)
    lonely = object_key(uuid4(), uuid4(), uuid4(), "pdf")
    await life.resources.storage.put(lonely, b"x")
    with captured_logs() as records:
        assert await paired(life) == Paired(1, 0, 0)
    assert await life.resources.storage.list() == [kept]
    told = [(record["level"].name, record["message"], record["extra"]) for record in records]
    assert told == [
        ("WARNING", "an object without a row is deleted", {"key": lonely}),
        ("INFO", "files paired", {"deleted": 1, "lost": 0, "found": 0}),
    ]


async def test_a_young_object_may_be_an_upload_under_way(
    own_database: Database, own_redis_url: str, folder: Path
) -> None:
    async with living(settings_for(own_database, own_redis_url, folder)) as life:
        await life.resources.storage.put(object_key(uuid4(), uuid4(), uuid4(), "pdf"), b"x")
        assert await paired(life) == NOTHING
        assert len(await life.resources.storage.list()) == 1


async def test_parts_stay_as_long_as_their_upload_is_under_way(life: Life, data: Path) -> None:
    owner, _, whole = await stored(life, data)
    course = await life.course(owner)
    under_way = await reserve(owner, await read_allowance(owner, course), Described("a.md", "text/markdown", 10))
    wanted = [part_key(under_way.storage_path, uuid4()) for _ in range(2)]
    left = [part_key(whole, uuid4()), part_key(object_key(uuid4(), uuid4(), uuid4(), "md"), uuid4())]
    for key in (*wanted, *left, under_way.storage_path):
        await life.resources.storage.put(key, b"x")
    assert await paired(life) == Paired(2, 0, 0)
    assert await life.resources.storage.list() == sorted([whole, *wanted, under_way.storage_path])


async def test_a_course_that_was_deleted_leaves_no_objects(life: Life, data: Path) -> None:
    owner, _, key = await stored(life, data)
    await upload(owner, await life.course(owner), data / "hleb-na-zakvaske.md")
    await life.sql.execute("delete from courses where id = $1", UUID(key.split("/")[1]))
    assert await paired(life) == Paired(1, 0, 0)
    assert len(await life.resources.storage.list()) == 1
    assert not await life.resources.storage.exists(key)


@pytest.mark.parametrize("page", [1, 2, 3, 5, 6])
async def test_pages_of_any_size_come_to_the_same(local: Life, data: Path, page: int) -> None:
    keys = [(await stored(local, data))[2] for _ in range(5)]
    for key in keys[1:3]:
        await local.resources.storage.delete(key)
    for _ in range(3):
        await local.resources.storage.put(object_key(uuid4(), uuid4(), uuid4(), "md"), b"x")
    assert await paired(local, page) == Paired(3, 2, 0)
    assert await local.resources.storage.list() == sorted([keys[0], *keys[3:]])


async def test_what_is_not_ours_stays_where_it_is(local: Life, folder: Path) -> None:
    others = [folder / "lost+found" / "x", folder / "notes.txt", folder / str(uuid4()) / "a.pdf"]
    for other in others:
        other.parent.mkdir(parents=True, exist_ok=True)
        other.touch()
    assert await paired(local) == NOTHING
    assert all(other.exists() for other in others)


async def test_what_a_killed_writer_left_beside_the_objects_goes_too(local: Life, folder: Path) -> None:
    key = object_key(uuid4(), uuid4(), uuid4(), "md")
    (folder / key).parent.mkdir(parents=True)
    (folder / f"{key}#1").write_bytes(b"half of it")
    assert await paired(local) == Paired(1, 0, 0)
    assert os.listdir(folder) == []
