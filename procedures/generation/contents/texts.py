"""Bytes that may be text: by which encoding, and whether they hold what no text holds."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 16
_CONTROLS = "".join(map(chr, sorted({*range(32), 127} - {9, 10, 12, 13, 27})))
_NO_CONTROLS = str.maketrans("", "", _CONTROLS)


def charset_of(head: bytes) -> str | None:
    """The encoding that a byte order mark names; None without one."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def head_as_text(head: bytes) -> str | None:
    """The beginning of a text, a character that is cut at its end left out; None for what is no text.

    Without a byte order mark every byte is one character: enough to find markup, which is ASCII in all encodings
    that are accepted.
    """
    decoder = codecs.getincrementaldecoder(charset_of(head) or "latin-1")()
    try:
        return _plain(decoder.decode(head))
    except UnicodeDecodeError:
        return None


def is_text(file: BinaryIO) -> bool:
    """Whether the whole file is text: valid in the encoding that its mark names, without control characters."""
    file.seek(0)
    head = file.read(_CHUNK)
    decoder = codecs.getincrementaldecoder(charset_of(head) or "latin-1")()
    try:
        parts = (decoder.decode(chunk) for chunk in _chunks(file, head))
        return all(_plain(part) is not None for part in parts) and _plain(decoder.decode(b"", final=True)) is not None
    except UnicodeDecodeError:
        return False


def _chunks(file: BinaryIO, first: bytes) -> Iterator[bytes]:
    while first:
        yield first
        first = file.read(_CHUNK)


def _plain(text: str) -> str | None:
    return text if len(text.translate(_NO_CONTROLS)) == len(text) else None
