"""Files whose object is gone are marked, told and kept from runs, until the object is back or they are deleted."""

from pathlib import Path
from uuid import UUID

import pytest

from app.work.pairing import Paired
from procedures.generation._file_errors import FileNotStored
from procedures.generation._reservation import Described, read_allowance, reserve
from procedures.generation.delete_file import DeleteFileInput, delete_file
from procedures.generation.get_file_url import FileUrlInput, get_file_url
from procedures.generation.initiate import InitiateInput, initiate
from tests.captured import captured_logs
from tests.work.life import Life, upload
from tests.work.pairing.passes import NOTHING, file, paired, stored, sums


@pytest.mark.fault("Files: row written and object lost")
async def test_a_file_that_lost_its_object_is_failed_and_told_and_keeps_its_quota(life: Life, data: Path) -> None:
    owner, file_id, key = await stored(life, data)
    await life.resources.storage.delete(key)
    with captured_logs() as records:
        assert await paired(life) == Paired(0, 1, 0)
    assert await file(life, file_id) == ("failed", True)
    (error,) = [record for record in records if record["level"].name == "ERROR"]
    assert error["message"] == "a file has lost its object"
    assert error["extra"] == {
        "fileId": str(file_id),
        "key": key,
        "organizationId": str(owner.claims.organization_id),
        "courseId": key.split("/")[1],
    }
    account, rows = await sums(life)
    assert account == rows > 0
    assert await paired(life) == NOTHING
    with pytest.raises(FileNotStored):
        await get_file_url(owner, FileUrlInput(file_id=file_id))
    await delete_file(owner, DeleteFileInput(file_id=file_id))
    assert await sums(life) == (0, 0)


@pytest.mark.parametrize("status", ["processed", "failed", "processing"])
async def test_a_file_loses_its_object_in_whatever_state(local: Life, data: Path, status: str) -> None:
    _, file_id, key = await stored(local, data)
    await local.sql.execute("update file_catalog set status = $1 where id = $2", status, file_id)
    await local.resources.storage.delete(key)
    assert await paired(local) == Paired(0, 1, 0)
    assert await file(local, file_id) == ("failed", True)


@pytest.mark.fault("Files: row written and object lost")
async def test_a_file_whose_object_is_back_is_ready_again(life: Life, data: Path) -> None:
    _, file_id, key = await stored(life, data)
    await life.resources.storage.delete(key)
    await paired(life)
    await life.resources.storage.put(key, b"# Back\n")
    assert await paired(life) == Paired(0, 0, 1)
    assert await file(life, file_id) == ("ready", False)


async def test_a_lost_file_takes_no_part_in_a_run(local: Life, data: Path) -> None:
    owner, _, key = await stored(local, data)
    course = UUID(key.split("/")[1])
    await local.resources.storage.delete(key)
    await paired(local)
    await initiate(owner, InitiateInput(course_id=course))
    assert (await local.progress(course))["has_documents"] is False
    async with local.worker():
        assert await local.ends(course) == "completed"


async def test_a_lost_file_does_not_keep_the_others_from_a_run(local: Life, data: Path) -> None:
    owner, _, key = await stored(local, data)
    course = UUID(key.split("/")[1])
    await upload(owner, course, data / "why-leaves-change-colour.txt")
    await local.resources.storage.delete(key)
    await paired(local)
    await initiate(owner, InitiateInput(course_id=course))
    async with local.worker():
        assert await local.ends(course) == "completed"
    progress = await local.progress(course)
    assert [each["filename"] for each in progress["files"]] == ["why-leaves-change-colour.txt"]
    assert progress["metadata"]["unreadable"] == []


async def test_an_upload_without_an_object_yet_is_not_lost(life: Life) -> None:
    owner = await life.user()
    course = await life.course(owner)
    reserved = await reserve(owner, await read_allowance(owner, course), Described("a.md", "text/markdown", 10))
    assert await paired(life) == NOTHING
    assert await file(life, reserved.file_id) == ("uploading", False)


@pytest.mark.parametrize("path", ["{0}/{1}/../x", "{0}/{1}/not a key"])
async def test_a_row_with_a_wrong_path_is_lost_and_does_not_stop_the_pass(local: Life, data: Path, path: str) -> None:
    _, file_id, key = await stored(local, data)
    wrong = path.format(*key.split("/"))
    await local.sql.execute("update file_catalog set storage_path = $1 where id = $2", wrong, file_id)
    assert await paired(local) == Paired(1, 1, 0)
