"""generation.uploadFile: base64 that is none, sizes that are not true, and bytes that are not what the name says."""

import base64
import time

import pytest

from procedures.generation._upload_errors import FileContentInvalid, FileSizeMismatch, FileTypeMismatch
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.uploading import PDF, TEXT, Left, document, left, owner_and_course
from tests.world import World

NOTHING = Left(0, 0, 0)
ENCODED = base64.b64encode(TEXT).decode()
BINARY = bytes(range(256)) * 4
ZIP = b"PK\x03\x04" + b"\0" * 26

NO_BASE64 = {
    "a line break at the end": ENCODED + "\n",
    "spaces inside": ENCODED[:8] + " " + ENCODED[8:],
    "lines as in MIME": base64.encodebytes(TEXT).decode(),
    "padding left out": base64.b64encode(b"1234").decode().rstrip("="),
    "too much padding": base64.b64encode(b"1234").decode() + "=",
    "padding inside": "YQ==YQ==",
    "padding alone": "====",
    "one character": "Y",
    "the URL-safe alphabet": base64.urlsafe_b64encode(b"\xfb\xff\xfe").decode(),
    "a data URL": "data:text/plain;base64," + ENCODED,
    "letters that only look alike": "ҮҮҮҮ",
    "full-width letters": "ＹＷＦｈ",
    "markup": "<b>x</b>",
}

MISMATCHES = {
    "a PDF called text": ("a.txt", PDF, "TXT", "pdf"),
    "text called a PDF": ("a.pdf", TEXT, "PDF", "text"),
    "a PDF header far into a file": ("a.pdf", b"x" * 1025 + PDF, "PDF", "text"),
    "a ZIP called Markdown": ("a.md", ZIP, "MD", "zip"),
    "a program called text": ("a.txt", b"\x7fELF\x02\x01" + BINARY, "TXT", "executable"),
    "a Windows program called text": ("a.txt", b"MZ\x90\0" + BINARY, "TXT", "executable"),
    "a picture called a PDF": ("a.pdf", b"\x89PNG\r\n\x1a\n", "PDF", "png"),
    "a picture called Markdown": ("a.md", b"\xff\xd8\xff\xe0", "MD", "jpeg"),
    "gzip called text": ("a.txt", b"\x1f\x8b\x08\0", "TXT", "gzip"),
    "an old Word file called text": ("a.txt", b"\xd0\xcf\x11\xe0", "TXT", "ole"),
    "bytes called text": ("a.txt", BINARY, "TXT", "binary"),
    "a NUL in text": ("a.md", b"a\0b", "MD", "binary"),
    "half a character of two bytes": ("a.txt", b"\xff\xfea", "TXT", "binary"),
    "a PDF behind text, called text": ("a.txt", b"hello " + PDF, "TXT", "pdf"),
}


@pytest.mark.parametrize("content", NO_BASE64.values(), ids=NO_BASE64)
async def test_what_is_no_base64_is_refused_whole(world: World, content: str) -> None:
    owner, course = await owner_and_course(world)
    with pytest.raises(FileContentInvalid, match=r"^File content is not valid base64$") as told:
        await upload_file(owner, document(course, file_content=content))
    assert told.value.code.http_status == 400
    assert await left(world, owner, course) == NOTHING


@pytest.mark.parametrize(("declared", "received"), [(101, 0), (10, 111), (500, 399), (1, 102)])
async def test_a_size_more_than_a_hundred_bytes_off_is_told_with_both(
    world: World, declared: int, received: int
) -> None:
    owner, course = await owner_and_course(world)
    with pytest.raises(FileSizeMismatch) as told:
        await upload_file(owner, document(course, b"x" * received, file_size=declared))
    assert told.value.message == f"File size does not match: declared {declared} bytes, received {received}."
    assert told.value.code.http_status == 400
    assert await left(world, owner, course) == NOTHING


async def test_an_empty_file_is_refused_even_within_the_tolerance(world: World) -> None:
    owner, course = await owner_and_course(world)
    with pytest.raises(FileSizeMismatch):
        await upload_file(owner, document(course, b"", file_size=1))
    assert await left(world, owner, course) == NOTHING


async def test_a_content_far_longer_than_declared_is_refused_before_it_is_decoded(world: World) -> None:
    owner, course = await owner_and_course(world)
    huge = "!" * (14 * 1024 * 1024)  # no base64: decoding it would say so
    started = time.perf_counter()
    with pytest.raises(FileSizeMismatch):
        await upload_file(owner, document(course, file_content=huge))
    assert time.perf_counter() - started < 1
    assert await left(world, owner, course) == NOTHING


@pytest.mark.parametrize(("filename", "content", "declared", "found"), MISMATCHES.values(), ids=MISMATCHES)
async def test_bytes_that_are_not_what_the_name_says_are_refused(
    world: World, filename: str, content: bytes, declared: str, found: str
) -> None:
    owner, course = await owner_and_course(world)
    with pytest.raises(FileTypeMismatch) as told:
        await upload_file(owner, document(course, content, filename))
    assert told.value.message == (f"The file is not what its name and type say: declared {declared}, found {found}.")
    assert told.value.code.http_status == 422
    assert await left(world, owner, course) == NOTHING


async def test_a_pdf_may_have_a_little_before_its_header(world: World) -> None:
    owner, course = await owner_and_course(world)
    await upload_file(owner, document(course, b"\r\n" + PDF, "a.pdf"))
