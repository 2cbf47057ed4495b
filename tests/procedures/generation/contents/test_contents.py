"""generation.uploadFile takes files that are what they say; what it refuses is in tests/hostile/test_files.py."""

import asyncio
import os
import pickle
from pathlib import Path

import pytest

from app.processes import OutOfMemory, OutOfTime, ProcessCrashed
from procedures.generation._upload_errors import FileTooComplex, FileUnsafe, ImageTooLarge
from procedures.generation.contents import (
    CHECK_LIMITS,
    HEAD_BYTES,
    REFUSALS,
    check_file,
    check_head,
    checking,
    extension_of,
)
from procedures.generation.upload_file import upload_file
from tests.procedures.generation.contents.making import POINT, gif, jpeg, package, png, svg, webp, zipped
from tests.procedures.generation.contents.refused import PDF
from tests.procedures.generation.uploading import Left, document, left, mime_of, owner_and_course
from tests.world import World

GOOD = {
    "a docx": ("a.docx", package()),
    "a docx with a sheet behind its chart": ("a.docx", package(word__embeddings__a_xlsx=zipped({"x": "y"}))),
    "a docx in capitals": ("A.DOCX", package()),
    "a pptx": ("a.pptx", package(POINT)),
    "a PDF": ("a.pdf", PDF),
    "a PDF after a line end and a mark": ("a.pdf", b"\xef\xbb\xbf\r\n" + PDF),
    "a page": ("a.html", b"<!DOCTYPE html><p>Hello"),
    "a page in capitals": ("a.htm", b"<HTML><BODY>x"),
    "a page that is XML": ("a.html", b"<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE html PUBLIC 'x' 'y'><html/>"),
    "a part of a page": ("a.html", b"<h2>Title</h2><p>Text"),
    "a page in UTF-16": ("a.html", "<!doctype html><p>Привет".encode("utf-16")),
    "Markdown that begins with an element": ("a.md", b"<div align=center>\n\n# Title\n\n</div>"),
    "Markdown with a comment": ("a.markdown", b"<!-- toc -->\n# Title"),
    "text of one letter": ("a.txt", b"a"),
    "Russian text of Windows": ("a.txt", "Компост".encode("cp1251")),
    "text about programs": ("a.txt", b"MZ is how a program of Windows begins. GIF89a and BM begin pictures."),
    "text in UTF-16": ("a.txt", "Компост".encode("utf-16")),
    "text in UTF-32": ("a.txt", "Компост".encode("utf-32")),
    "a PNG": ("a.png", png()),
    "a GIF that moves": ("a.gif", gif(3, 3, frames=20)),
    "a JPEG": ("a.jpg", jpeg()),
    "a JPEG with something behind it": ("a.jpeg", jpeg() + b"\0" * 100),
    "a WebP": ("a.webp", webp(100, 100)),
    "a drawing": ("a.svg", svg("<style>path { fill: red }</style><path id='a' d='M0 0'/><use xlink:href='#a'/>")),
    "a drawing behind a long comment": ("a.svg", svg(before=f"<?xml version='1.0'?><!--{'x' * 9000}-->")),
    "a drawing with a picture": ("a.svg", svg("<image href='data:image/png;base64,AAAA'/><path fill='url(#g)'/>")),
    "a drawing by percent": ("a.svg", svg(root="width='100%' viewBox='0 0 9 9'")),
}


@pytest.mark.parametrize(("filename", "content"), GOOD.values(), ids=GOOD)
async def test_a_file_that_is_what_it_says_is_stored(world: World, filename: str, content: bytes) -> None:
    owner, course = await owner_and_course(world, "premium")
    answer = await upload_file(owner, document(course, content, filename, mime_type=mime_of(filename)))
    assert await world.resources.storage.get(answer.storage_path) == content
    assert await left(world, owner, course) == Left(len(content), 1, 1)


@pytest.mark.parametrize("error", [FileUnsafe(reason="x"), ImageTooLarge(width=1, height=2, limit="y")])
def test_a_refusal_comes_out_of_a_child_process_as_it_was(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    assert (type(again), str(again)) == (type(error), str(error))


@pytest.mark.parametrize("what", [OutOfTime, OutOfMemory, ProcessCrashed])
def test_a_check_that_breaks_its_limits_is_told_as_a_refusal(what: type[Exception]) -> None:
    text = "The file takes too much time or memory to be checked. Make it smaller or simpler, and upload it again."
    with pytest.raises(FileTooComplex) as told, checking():
        raise what
    assert told.value.message == text


async def test_a_check_that_never_ends_is_ended(world: World, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)  # reading it waits for ever
    async with asyncio.timeout(20):
        with pytest.raises(FileTooComplex), checking():
            await world.resources.processes.run_within(CHECK_LIMITS._replace(seconds=2), check_file, pipe, "txt")


def test_a_file_on_disk_is_checked_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(package())
    check_file(path, "docx")
    with pytest.raises(REFUSALS):
        check_file(path, "pptx")


@pytest.mark.parametrize(("filename", "content"), GOOD.values(), ids=GOOD)
def test_the_first_bytes_of_a_good_file_let_it_in(filename: str, content: bytes) -> None:
    check_head(extension_of(filename), content[:HEAD_BYTES])
