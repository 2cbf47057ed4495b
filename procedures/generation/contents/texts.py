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
_SLICE = 1 << 15
"""Bytes that stay in the processor's cache while each control character is sought in them: memchr(3) for all of them
takes half as long as one look at a table for each byte.
"""
_CONTROLS = "".join(map(chr, sorted({*range(32), 127} - {9, 10, 12, 13, 27})))
_CONTROL_BYTES = _CONTROLS.encode("ascii")
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


class TextScan:
    """Whether pieces, in order, are text: valid in the encoding that the first one's mark names, and without control
    characters.
    """

    def __init__(self) -> None:
        self._begun = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def passes(self, piece: bytes, *, last: bool = False) -> bool:
        """Whether the next piece may stand where it does; an empty one that is the `last` asks about the end."""
        if not self._begun:
            self._begun, charset = True, charset_of(piece)
            self._decoder = codecs.getincrementaldecoder(charset)() if charset else None
        if self._decoder is None:
            slices = (piece[start : start + _SLICE] for start in range(0, len(piece), _SLICE))
            return not any(any(map(part.__contains__, _CONTROL_BYTES)) for part in slices)
        try:
            return _plain(self._decoder.decode(piece, last)) is not None
        except UnicodeDecodeError:
            return False


def is_text(file: BinaryIO) -> bool:
    """Whether the whole file is text."""
    file.seek(0)
    scan = TextScan()
    return all(map(scan.passes, _chunks(file, file.read(_CHUNK)))) and scan.passes(b"", last=True)


def _chunks(file: BinaryIO, first: bytes) -> Iterator[bytes]:
    while first:
        yield first
        first = file.read(_CHUNK)


def _plain(text: str) -> str | None:
    return text if len(text.translate(_NO_CONTROLS)) == len(text) else None
