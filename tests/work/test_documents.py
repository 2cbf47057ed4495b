"""Step 2 with files that are broken, missing, or not to be had right now."""

import io
from pathlib import Path
from uuid import UUID

import pytest
from pypdf import PdfReader, PdfWriter

from app.context import SignedIn
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.oracle import settles
from tests.work.failpoints import Failpoints
from tests.work.harness import eventually
from tests.work.life import Life, upload

BROKEN = b"%PDF-1.7\nthis is not what it says"


def encrypted(source: Path) -> bytes:
    """The PDF behind a password."""
    writer = PdfWriter(clone_from=PdfReader(source))
    writer.encrypt("a password", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


async def with_files(life: Life, folder: Path, **files: bytes) -> tuple[SignedIn, UUID]:
    """A course with these files: `a_pdf=...` is a.pdf."""
    owner = await life.user()
    course = await life.course(owner)
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        await upload(owner, course, path)
    return owner, course


async def replace(life: Life, course: UUID, filename: str, content: bytes) -> None:
    """Put other bytes in the place of an uploaded file's."""
    query = "select storage_path from file_catalog where course_id = $1 and filename = $2"
    await life.resources.storage.put(await life.sql.fetchval(query, course, filename), content)


async def test_documents_that_can_all_not_be_read_fail_the_run_at_once(life: Life, data: Path, tmp_path: Path) -> None:
    readable = data / "hleb-na-zakvaske.pdf"
    owner, course = await with_files(life, tmp_path, broken_pdf=BROKEN, secret_pdf=readable.read_bytes())
    await replace(life, course, "secret.pdf", encrypted(readable))  # an upload would refuse it
    await initiate(owner, InitiateInput(course_id=course))
    assert await life.ends(course) == "failed"
    progress = await life.progress(course)
    assert progress["message"] == "Ошибка при обработке документов"
    assert "broken.pdf: " in progress["steps"][1]["error"]
    assert "secret.pdf: " in progress["steps"][1]["error"]
    assert await life.jobs(course) == [("document_processing", "failed", 1)]
    assert life.slots.given_back[await life.run_of(course)] == 1
    await settles(life)


async def test_a_document_that_can_not_be_read_does_not_keep_the_others_from_a_course(
    life: Life, data: Path, tmp_path: Path
) -> None:
    text = (data / "why-leaves-change-colour.txt").read_bytes()
    owner, course = await with_files(life, tmp_path, broken_pdf=BROKEN, leaves_txt=text)
    await initiate(owner, InitiateInput(course_id=course))
    assert await life.ends(course) == "completed"
    rows = await life.sql.fetch("select filename, status from file_catalog where course_id = $1", course)
    assert {tuple(row) for row in rows} == {("broken.pdf", "failed"), ("leaves.txt", "processed")}
    (reason,) = (await life.progress(course))["metadata"]["unreadable"]
    assert reason.startswith("broken.pdf: ")


async def test_a_document_that_is_gone_from_the_storage_counts_as_unreadable(life: Life, tmp_path: Path) -> None:
    owner, course = await with_files(life, tmp_path, notes_md=b"# Notes\n\nA paragraph of text.\n")
    path = await life.sql.fetchval("select storage_path from file_catalog where course_id = $1", course)
    await life.resources.storage.delete(path)
    await initiate(owner, InitiateInput(course_id=course))
    assert await life.ends(course) == "failed"
    assert await life.jobs(course) == [("document_processing", "failed", 1)]


async def test_a_storage_that_is_away_is_waited_for(own_life: Life, tmp_path: Path, data: Path) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    await upload(owner, course, data / "hleb-na-zakvaske.md")
    await Failpoints(own_life.sql).change_jobs("document_processing", retry_delay=0)
    stored = tmp_path / await own_life.sql.fetchval("select storage_path from file_catalog")
    content = stored.read_bytes()
    stored.unlink()
    stored.symlink_to(stored)  # a loop: neither there nor missing
    await initiate(owner, InitiateInput(course_id=course))

    async def delayed() -> bool:
        return await own_life.jobs(course) == [("document_processing", "delayed", 1)]

    async with own_life.worker():
        await eventually(delayed)
        stored.unlink()
        stored.write_bytes(content)
        assert await own_life.ends(course) == "completed"


@pytest.mark.parametrize("lost", ["hleb-na-zakvaske.md", "hleb-na-zakvaske.pdf"])
async def test_a_course_generated_again_reads_its_documents_again(life: Life, data: Path, lost: str) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await upload(owner, course, data / lost)
    seen: list[object] = []
    for _ in range(2):
        await life.start(owner, course)
        assert await life.ends(course) == "completed"
        seen.append(await life.lessons(course))
    assert seen[0] == seen[1]
