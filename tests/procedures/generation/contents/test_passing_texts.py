"""A text is judged by its bytes as they pass exactly as it would be when it is whole, however it is cut."""

import pytest

from procedures.generation._upload_errors import FileTypeMismatch
from procedures.generation.contents import check_bytes, text_check
from procedures.generation.contents.checks import TextCheck

PLAIN = b"Compost is made of leaves.\n" * 4000
CASES = {
    "plain": PLAIN,
    "a control character in the middle": PLAIN + b"\x01" + PLAIN,
    "a NUL at the end": PLAIN + b"\0",
    "Windows's letters": "Компост".encode("cp1251") * 9000,
    "a mark and a character that is cut": b"\xef\xbb\xbf" + "ё".encode()[:1],
    "UTF-16": ("Компост " * 9000).encode("utf-16"),
    "UTF-16 with half a character": ("Компост " * 9000).encode("utf-16") + b"\x30",
    "UTF-32 with a control character": "a\x02b".encode("utf-32"),
}


def by_pieces(content: bytes, size: int) -> bool | type[Exception]:
    """What the check of passing bytes says, in pieces of so many."""
    check = TextCheck("txt")
    try:
        for start in range(0, len(content), size):
            check.read(content[start : start + size])
        return check.conclude()
    except FileTypeMismatch as refused:
        return type(refused)


def whole(content: bytes) -> bool | type[Exception]:
    """What the check of the whole says."""
    try:
        check_bytes(content, "txt")
    except FileTypeMismatch as refused:
        return type(refused)
    return True


@pytest.mark.parametrize("size", [5, 4096, 1 << 20])
@pytest.mark.parametrize("name", CASES)
def test_pieces_are_judged_as_the_whole(name: str, size: int) -> None:
    assert by_pieces(CASES[name], size) == whole(CASES[name])


@pytest.mark.parametrize("size", [5, 4096, 1 << 20])
def test_a_text_that_may_be_an_archive_too_is_left_to_the_check_of_the_whole(size: int) -> None:
    # in letters of one byte the mark of an archive's end is no text; of two bytes it is
    assert by_pieces(b"\xff\xfe" + PLAIN + b"PK\x05\x06" + b"  " * 9, size) is False
    assert by_pieces(PLAIN + b"PK\x05\x06" + b"  " * 9, size) is FileTypeMismatch


@pytest.mark.parametrize("extension", ["docx", "pptx", "pdf", "png", "svg"])
def test_other_files_can_only_be_judged_whole(extension: str) -> None:
    assert text_check(extension) is None
