"""Bytes of a text file to text."""

import codecs
import re

from procedures.generation.documents.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC_WORD = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
_SURE = 0.95


def decoded(data: bytes) -> str:
    """The text of UTF-8, of UTF-16 or UTF-32 with a byte order mark, or of Windows-1251 that reads as Russian.

    Any other encoding is refused: text that looks wrong is worse than a clear answer. Raises `UnreadableDocument`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _russian(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(f"The file says that it is {encoding.upper()}, but is not valid") from error


def _russian(data: bytes) -> str:
    """Windows-1251, if nearly every word with a letter above ASCII is a Russian one, in ordinary case."""
    if b"\0" in data:
        raise UnreadableDocument("The file is not text: it holds binary data")
    text = data.decode("cp1251", errors="replace")
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    russian = sum(_CYRILLIC_WORD.fullmatch(word) is not None for word in words)
    if "\ufffd" in text or not words or russian < _SURE * len(words):
        raise UnreadableDocument("The text is in an unknown encoding: save it as UTF-8")
    return text
