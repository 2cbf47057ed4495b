"""generation.listFiles and deleteFile: who sees and takes away which documents, and what is left of them."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden
from app.context import SignedIn
from app.storage import part_key
from procedures._errors import CourseNotFound, NotYours
from procedures.generation._file_errors import FileInUse, FileNotFound
from procedures.generation._reservation import Described, Whole, finish, read_allowance, reserve
from procedures.generation._upload_errors import StorageFailed
from procedures.generation.cancel import CancelGenerationInput, cancel
from procedures.generation.delete_file import DeleteFileInput, delete_file
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.list_files import CourseFile, ListFilesInput, list_files
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.eventually import eventually
from tests.procedures.generation.uploading import PDF, TEXT, Left, document, left, owner_and_course
from tests.world import World


async def uploaded(owner: SignedIn, course: UUID, content: bytes = TEXT, filename: str = "notes.md") -> UUID:
    return (await upload_file(owner, document(course, content, filename))).file_id


async def files(caller: SignedIn, course: UUID) -> list[CourseFile]:
    return (await list_files(caller, ListFilesInput(course_id=course))).files


async def student_of(world: World, owner: SignedIn, course: UUID) -> SignedIn:
    """A student who attends the course."""
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    await world.sql.execute("insert into enrollments (user_id, course_id) values ($1, $2)", student.user_id, course)
    return student


async def test_files_are_listed_oldest_first_with_all_that_is_known_of_them(world: World) -> None:
    owner, course = await owner_and_course(world)
    first = await uploaded(owner, course, PDF, "книга.pdf")
    await uploaded(owner, course)
    listed = wire(await call(world, "generation.listFiles", owner, courseId=str(course)))["files"]
    assert [each["filename"] for each in listed] == ["книга.pdf", "notes.md"]
    row = await world.row("select hash, created_at from file_catalog where id = $1", first)
    assert listed[0].pop("createdAt").startswith(f"{row['created_at']:%Y-%m-%dT%H:%M}")
    assert listed[0] == {
        "id": str(first),
        "filename": "книга.pdf",
        "mimeType": "application/pdf",
        "fileType": "pdf",
        "fileSize": len(PDF),
        "hash": row["hash"],
        "status": "ready",
        "uploadedBy": str(owner.user_id),
    }


async def test_an_upload_under_way_is_listed_without_a_hash(world: World) -> None:
    owner, course = await owner_and_course(world)
    await reserve(owner, await read_allowance(owner, course), Described("notes.md", "text/markdown", 10))
    [file] = await files(owner, course)
    assert (file.status, file.hash, file.file_size) == ("uploading", None, 10)


async def test_an_admin_and_a_superadmin_see_files_and_other_readers_of_the_course_none(world: World) -> None:
    owner, course = await owner_and_course(world)
    await uploaded(owner, course)
    organization = owner.claims.organization_id
    for caller in (await world.user(organization, Role.ADMIN), await world.user(role=Role.SUPERADMIN)):
        assert len(await files(caller, course)) == 1
    for caller in (await world.user(organization), await student_of(world, owner, course)):
        assert await files(caller, course) == []


async def test_files_of_a_course_that_the_caller_may_not_read_are_those_of_a_missing_one(world: World) -> None:
    owner, course = await owner_and_course(world)
    await uploaded(owner, course)
    student = await world.user(owner.claims.organization_id, Role.STUDENT)
    for caller, asked in ((await world.user(), course), (student, course), (owner, uuid4())):
        with pytest.raises(CourseNotFound):
            await files(caller, asked)


async def test_a_deleted_file_leaves_neither_row_nor_object_nor_bytes_of_the_quota(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)
    answer = wire(await call(world, "generation.deleteFile", owner, fileId=str(file_id)))
    assert answer == {"success": True, "fileId": str(file_id), "freedBytes": len(TEXT)}
    assert await left(world, owner, course) == Left(0, 0, 0)


async def test_a_deleted_file_makes_room_for_another(world: World) -> None:
    owner, course = await owner_and_course(world, "basic")
    await delete_file(owner, DeleteFileInput(file_id=await uploaded(owner, course)))
    await uploaded(owner, course)


async def test_a_file_goes_once(world: World) -> None:
    owner, course = await owner_and_course(world)
    input = DeleteFileInput(file_id=await uploaded(owner, course))
    results = await asyncio.gather(*(delete_file(owner, input) for _ in range(10)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["FileDeleted", *["FileNotFound"] * 9]
    assert await left(world, owner, course) == Left(0, 0, 0)


async def test_an_admin_and_a_superadmin_may_delete_a_file(world: World) -> None:
    owner, course = await owner_and_course(world)
    for caller in (await world.user(owner.claims.organization_id, Role.ADMIN), await world.user(role=Role.SUPERADMIN)):
        assert (await delete_file(caller, DeleteFileInput(file_id=await uploaded(owner, course)))).success


async def test_nobody_else_deletes_a_file_and_another_organizations_is_a_missing_one(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    with pytest.raises(NotYours):
        await delete_file(await world.user(owner.claims.organization_id), DeleteFileInput(file_id=file_id))
    for stranger in (await world.user(), await world.user(role=Role.ADMIN)):
        with pytest.raises(FileNotFound):
            await delete_file(stranger, DeleteFileInput(file_id=file_id))
    with pytest.raises(FileNotFound):
        await delete_file(owner, DeleteFileInput(file_id=uuid4()))
    with pytest.raises(Forbidden):
        await call(world, "generation.deleteFile", await student_of(world, owner, course), fileId=str(file_id))
    with pytest.raises(NotYours):
        await delete_file(await student_of(world, owner, course), DeleteFileInput(file_id=file_id))
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)


async def test_a_file_in_use_stays_until_the_run_has_ended(world: World) -> None:
    owner, course = await owner_and_course(world)
    file_id = await uploaded(owner, course)
    await initiate(owner, InitiateInput(course_id=course))
    with pytest.raises(FileInUse):
        await delete_file(owner, DeleteFileInput(file_id=file_id))
    assert await left(world, owner, course) == Left(len(TEXT), 1, 1)
    await cancel(owner, CancelGenerationInput(course_id=course))
    assert (await delete_file(owner, DeleteFileInput(file_id=file_id))).success


async def test_a_deletion_that_races_a_start_takes_no_file_from_the_run(world: World) -> None:
    for _ in range(10):
        owner, course = await owner_and_course(world)
        file_id = await uploaded(owner, course)
        outcome, _ = await asyncio.gather(
            delete_file(owner, DeleteFileInput(file_id=file_id)),
            initiate(owner, InitiateInput(course_id=course)),
            return_exceptions=True,
        )
        kept = isinstance(outcome, FileInUse)
        assert kept or not isinstance(outcome, BaseException)
        progress = await world.progress(course)
        assert progress["has_documents"] is kept
        assert await left(world, owner, course) == (Left(len(TEXT), 1, 1) if kept else Left(0, 0, 0))


async def test_an_upload_that_is_deleted_under_way_fails_and_leaves_nothing(world: World) -> None:
    owner, course = await owner_and_course(world)
    allowance = await read_allowance(owner, course)
    reserved = await reserve(owner, allowance, Described("notes.md", "text/markdown", len(TEXT)))
    part = part_key(reserved.storage_path, uuid4())
    await world.resources.storage.put(part, TEXT)
    assert (await delete_file(owner, DeleteFileInput(file_id=reserved.file_id))).freed_bytes == len(TEXT)
    with pytest.raises(StorageFailed):
        await finish(owner, allowance, Whole(reserved.file_id, reserved.storage_path, part, len(TEXT), "0" * 64))
    assert await left(world, owner, course) == Left(0, 0, 0)


async def test_while_the_storage_is_away_a_file_is_deleted_and_its_object_goes_later(
    own_world: World, tmp_path: Path
) -> None:
    owner, course = await owner_and_course(own_world)
    file_id = await uploaded(owner, course)
    [key] = await own_world.resources.storage.list()
    place, aside = tmp_path / key, tmp_path / "aside"
    place.rename(aside)
    place.mkdir()
    (place / "in the way").touch()
    assert (await delete_file(owner, DeleteFileInput(file_id=file_id))).success
    assert place.exists()
    (place / "in the way").unlink()
    place.rmdir()
    aside.rename(place)

    async def gone() -> bool:
        return not place.exists()

    await eventually(gone)
