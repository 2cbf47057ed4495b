"""What a downloaded file is called and said to be, whatever its row says."""

import re
from urllib.parse import unquote

import pytest

from app.transports.downloads import attachment, media_type

ATTACHMENT = re.compile(r"attachment; filename=\"([ -!#-\[\]-~]*)\"; filename\*=UTF-8''([\w!#$&+.^`|~%-]*)", re.ASCII)
NAMES = [
    "notes.md",
    "Книга рецептов.pdf",
    "漢字🥐.txt",
    'a"b.pdf',
    "a\\b.pdf",
    "a;b=c.pdf",
    "50%.pdf",
    "%41.pdf",
    "a'b.pdf",
    "a\r\nset-cookie: x=1.pdf",
    "a\0b.pdf",
    "../../etc/passwd",
    "a\u202efdp.exe",
    "e\u0301.pdf",
    "*.pdf",
    "",
    "щ" * 255,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_told_exactly_and_in_plain_characters(name: str) -> None:
    told = ATTACHMENT.fullmatch(attachment(name))
    assert told is not None
    assert unquote(told[2], errors="strict") == name
    assert re.fullmatch(r"[A-Za-z0-9 ._-]*", told[1])
    assert len(told[1]) == len(name)


def test_a_plain_name_is_the_same_for_all() -> None:
    assert attachment("my notes-1.md") == "attachment; filename=\"my notes-1.md\"; filename*=UTF-8''my%20notes-1.md"


@pytest.mark.parametrize(
    "declared", ["text/markdown", "image/svg+xml", "text/plain; charset=utf-8", "text/plain;charset=utf-8;x=y"]
)
def test_a_type_is_told_as_it_is(declared: str) -> None:
    assert media_type(declared) == declared


@pytest.mark.parametrize(
    "declared", ["", "text", "text/plain\r\nset-cookie: x=1", "text/plain; x", "тип/тип", "text/plain, a/b", "a/b/c"]
)
def test_what_is_no_type_is_told_as_bytes(declared: str) -> None:
    assert media_type(declared) == "application/octet-stream"
