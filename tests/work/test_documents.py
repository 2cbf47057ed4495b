"""Step 2 with files of every kind, and with files that are broken, missing, or not to be had right now."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from pypdf import PdfReader, PdfWriter

from app.context import SignedIn
from procedures.courses.get_content import CourseContentInput, get_content
from procedures.generation.initiate import InitiateInput, initiate
from tests.faults.oracle import settles
from tests.procedures.generation.contents.making import package, png
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


async def stored(life: Life, folder: Path, filename: str) -> Path:
    """Where the bytes of an uploaded file are."""
    key: str = await life.sql.fetchval("select storage_path from file_catalog where filename = $1", filename)
    return folder / key


@asynccontextmanager
async def away_at_first(life: Life, folder: Path, owner: SignedIn, course: UUID, filename: str) -> AsyncGenerator[None]:
    """A run whose first attempt ends at this file, with which something is wrong for the time of the block; a worker
    works, and the next attempt begins after the block.
    """
    await Failpoints(life.sql).change_jobs("document_processing", retry_delay=0)
    path = await stored(life, folder, filename)
    content = path.read_bytes()
    path.unlink()
    path.symlink_to(path)  # a loop: neither there nor missing
    await initiate(owner, InitiateInput(course_id=course))

    async def delayed() -> bool:
        return await life.jobs(course) == [("document_processing", "delayed", 1)]

    async with life.worker():
        await eventually(delayed)
        yield
        path.unlink()
        path.write_bytes(content)
        assert await life.ends(course) == "completed"


async def test_a_storage_that_is_away_is_waited_for(own_life: Life, tmp_path: Path, data: Path) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    await upload(owner, course, data / "hleb-na-zakvaske.md")
    async with away_at_first(own_life, tmp_path, owner, course, "hleb-na-zakvaske.md"):
        pass


async def test_an_attempt_reads_no_document_that_the_one_before_it_has_read_or_could_not_read(
    own_life: Life, tmp_path: Path, data: Path
) -> None:
    owner = await own_life.user()
    course = await own_life.course(owner)
    read, scan, away = "why-leaves-change-colour.txt", "scan.pdf", "hleb-na-zakvaske.md"
    await upload(owner, course, data / read, data / scan, data / away)
    async with away_at_first(own_life, tmp_path, owner, course, away):
        (await stored(own_life, tmp_path, read)).unlink()
        await replace(own_life, course, scan, (data / "hleb-na-zakvaske.pdf").read_bytes())
    done, found = ("completed", None, None), await states(own_life, course)
    assert (found[read], found[scan][0], found[away]) == (done, "failed", done)
    assert (await own_life.progress(course))["metadata"]["unreadable"] == [f"{scan}: {found[scan][2]}"]
    assert {each["filename"] for each in await sources(own_life, course)} == {read, away}


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


async def states(life: Life, course: UUID) -> dict[str, tuple[Any, ...]]:
    """Status, pages and error of each file, by its name."""
    files = (await life.progress(course))["files"]
    return {each["filename"]: (each["status"], each["pages"], each["error"]) for each in files}


async def sources(life: Life, course: UUID) -> list[dict[str, Any]]:
    """What the metadata of the lessons name as their sources, lesson by lesson."""
    rows = await life.sql.fetch(
        "select (l.metadata -> 'sources')::text as sources from lessons l join sections s on s.id = l.section_id"
        " where l.course_id = $1 order by s.order_index, l.order_index",
        course,
    )
    return [each for row in rows for each in msgspec.json.decode(row["sources"])]


async def test_a_course_is_made_of_word_slides_and_pages_and_says_what_of_which(life: Life, data: Path) -> None:
    owner = await life.user()
    course = await life.course(owner)
    names = ("composting-at-home.docx", "coral-reefs.pptx", "chaynyy-grib.html")
    await upload(owner, course, *(data / name for name in names))
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    docx, pptx, html = names
    done = ("completed", None, None)
    assert await states(life, course) == {docx: done, pptx: ("completed", 5, None), html: done}
    named = await sources(life, course)
    assert list(dict.fromkeys(source["filename"] for source in named)) == list(names)
    assert {(each["filename"], each["pages"] is None) for each in named} == {(docx, True), (pptx, False), (html, True)}
    reefs = next(each for each in named if ["How coral reefs live", "Three kinds of reef"] in each["headings"])
    assert reefs["pages"][0] <= 4 <= reefs["pages"][1]
    ids = await life.sql.fetch("select id::text, filename from file_catalog where course_id = $1", course)
    assert {(each["fileId"], each["filename"]) for each in named} == {tuple(row) for row in ids}


async def test_the_pages_of_a_pdf_are_those_that_a_lesson_was_made_of(life: Life, data: Path) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await upload(owner, course, data / "hleb-na-zakvaske.pdf")
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    pages = [source["pages"] for source in await sources(life, course)]
    reader = PdfReader(data / "hleb-na-zakvaske.pdf")
    assert (pages[0][0], pages[-1][1]) == (1, len(reader.pages))
    shown = (await get_content(owner, CourseContentInput(course_id=course))).sections
    for lesson in (lesson for section in shown for lesson in section.lessons):
        (source,) = lesson.sources
        assert source.pages
        first, _ = source.pages
        words = (lesson.text or "").replace("#", "").split()[:4]
        assert " ".join(words) in " ".join(reader.pages[first - 1].extract_text().split())


async def test_a_document_that_can_not_be_read_says_why_beside_its_name(life: Life, data: Path) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await upload(owner, course, data / "scan.pdf", data / "why-leaves-change-colour.txt")
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    why = "The PDF has no text: its pages are scanned images. Recognize its text first"
    expected = {"scan.pdf": ("failed", None, why), "why-leaves-change-colour.txt": ("completed", None, None)}
    assert await states(life, course) == expected


async def test_a_document_that_explodes_fails_itself_and_not_the_worker(life: Life, data: Path) -> None:
    owner = await life.user()
    course = await life.course(owner)
    await upload(owner, course, data / "composting-at-home.docx", data / "why-leaves-change-colour.txt")
    exploding = package(word__document_xml="<d><body>" + "<p/>" * 25_000_000 + "</body></d>")
    await replace(life, course, "composting-at-home.docx", exploding)  # an upload would refuse it
    await life.start(owner, course)
    assert await life.ends(course, within=100) == "completed"
    why = "The document takes too much memory to read: split it or make it simpler"
    assert (await states(life, course))["composting-at-home.docx"] == ("failed", None, why)
    assert (await life.jobs(course))[0] == ("document_processing", "completed", 1)


async def test_pictures_keep_no_document_from_a_course(life: Life, data: Path, tmp_path: Path) -> None:
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    (tmp_path / "leaf.png").write_bytes(png())
    await upload(owner, course, data / "why-leaves-change-colour.txt", tmp_path / "leaf.png")
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    done = ("completed", None, None)
    assert await states(life, course) == {"why-leaves-change-colour.txt": done, "leaf.png": done}
    assert {each["filename"] for each in await sources(life, course)} == {"why-leaves-change-colour.txt"}


async def test_a_course_with_pictures_alone_is_made_from_its_settings(life: Life, tmp_path: Path) -> None:
    owner = await life.user(await life.organization("premium"))
    course = await life.course(owner)
    (tmp_path / "leaf.png").write_bytes(png())
    await upload(owner, course, tmp_path / "leaf.png")
    await life.start(owner, course)
    assert await life.ends(course) == "completed"
    assert (await life.progress(course))["steps"][1]["name"] == "Анализ задачи"
    assert await sources(life, course) == []
