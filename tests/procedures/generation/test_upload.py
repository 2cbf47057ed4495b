"""generation.uploadFile, when it goes well: the object, the row, the hash, the quota, and the run that sees it."""

import hashlib
from pathlib import Path

import pytest

from app.auth.claims import Role
from procedures.generation.initiate import InitiateInput, initiate
from procedures.generation.upload_file import upload_file
from tests.procedures.calling import call, wire
from tests.procedures.generation.uploading import PDF, TEXT, Left, document, left, owner_and_course
from tests.world import World


@pytest.mark.parametrize("tier", ["trial", "basic", "standard", "premium"])
@pytest.mark.parametrize("name", ["hleb-na-zakvaske.md", "hleb-na-zakvaske.pdf", "why-leaves-change-colour.txt"])
async def test_a_document_is_stored_hashed_and_counted(world: World, data: Path, tier: str, name: str) -> None:
    owner, course = await owner_and_course(world, tier)
    content = (data / name).read_bytes()
    answer = await upload_file(owner, document(course, content, name))
    assert await world.resources.storage.get(answer.storage_path) == content
    assert answer.hash == hashlib.sha256(content).hexdigest()
    assert answer.message == f"File '{name}' uploaded successfully"
    assert await left(world, owner, course) == Left(len(content), 1, 1)


async def test_the_row_says_whose_file_it_is(world: World) -> None:
    owner, course = await owner_and_course(world)
    answer = await upload_file(owner, document(course, filename="Заметки о компосте.MD"))
    row = await world.row("select * from file_catalog where id = $1", answer.file_id)
    expected = {
        "organization_id": owner.claims.organization_id,
        "course_id": course,
        "uploaded_by": owner.user_id,
        "filename": "Заметки о компосте.MD",
        "mime_type": "text/markdown",
        "file_type": "md",
        "file_size": len(TEXT),
        "storage_path": answer.storage_path,
        "hash": answer.hash,
        "status": "ready",
    }
    assert {name: row[name] for name in expected} == expected


async def test_the_key_is_made_of_ids_and_the_extension(world: World) -> None:
    owner, course = await owner_and_course(world)
    answer = await upload_file(owner, document(course, PDF, "x.PDF"))
    assert answer.storage_path == f"{owner.claims.organization_id}/{course}/{answer.file_id}.pdf"


@pytest.mark.parametrize(
    ("filename", "mime_type"),
    [
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.md", "text/x-markdown"),
        ("a.md", "text/plain"),
        ("a.txt", "TEXT/PLAIN"),
        ("a.b.c.txt", "text/plain"),
        ("a b (1).md", "text/markdown"),
        ("漢字 🙂.md", "text/markdown"),
        ("й" * 252 + ".md", "text/markdown"),
        ("'; drop table file_catalog; --.md", "text/markdown"),
        ("{filename} %s ${x}.md", "text/markdown"),
    ],
)
async def test_a_plain_name_of_any_script_is_taken_as_it_is(world: World, filename: str, mime_type: str) -> None:
    owner, course = await owner_and_course(world)
    answer = await upload_file(owner, document(course, filename=filename, mime_type=mime_type))
    stored = await world.sql.fetchval("select filename from file_catalog where id = $1", answer.file_id)
    assert stored == filename
    assert answer.message == f"File '{filename}' uploaded successfully"


@pytest.mark.parametrize("difference", [-100, -1, 1, 100])
async def test_a_size_within_a_hundred_bytes_is_taken_and_the_true_one_is_counted(
    world: World, difference: int
) -> None:
    owner, course = await owner_and_course(world)
    content = TEXT * 10
    await upload_file(owner, document(course, content, file_size=len(content) + difference))
    assert await left(world, owner, course) == Left(len(content), 1, 1)


async def test_text_of_two_byte_characters_is_text(world: World) -> None:
    owner, course = await owner_and_course(world)
    await upload_file(owner, document(course, "Компост".encode("utf-16")))
    assert (await left(world, owner, course)).rows == 1


async def test_the_largest_file_fits_through_the_body(world: World) -> None:
    owner, course = await owner_and_course(world)
    content = b"x" * (10 * 1024 * 1024)
    given = wire(document(course, content))
    assert (await call(world, "generation.uploadFile", owner, **given)).hash == hashlib.sha256(content).hexdigest()


async def test_the_same_file_twice_is_two_files(world: World) -> None:
    owner, course = await owner_and_course(world)
    first, second = [await upload_file(owner, document(course)) for _ in range(2)]
    assert first.hash == second.hash
    assert first.file_id != second.file_id
    assert await left(world, owner, course) == Left(2 * len(TEXT), 2, 2)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERADMIN])
async def test_admins_may_upload_to_courses_of_their_own(world: World, role: Role) -> None:
    owner = await world.user(role=role)
    await upload_file(owner, document(await world.course(owner)))


async def test_a_documents_name_and_size_stand_in_the_progress_of_the_run(world: World) -> None:
    owner, course = await owner_and_course(world)
    answer = await upload_file(owner, document(course))
    await initiate(owner, InitiateInput(course_id=course))
    shown = wire(await call(world, "generation.getStatus", owner, courseId=str(course)))["progress"]
    assert shown["has_documents"] is True
    assert shown["files"] == [
        {
            "id": str(answer.file_id),
            "filename": "notes.md",
            "mime_type": "text/markdown",
            "file_size": len(TEXT),
            "status": "pending",
            "pages": None,
            "error": None,
        }
    ]
