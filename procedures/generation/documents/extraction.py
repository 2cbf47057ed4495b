"""A file's bytes and declared type to a document."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from .blocks import Block, Document, has_text
from .decoding import decoded
from .errors import UnreadableDocument
from .layout import laid_out
from .markdown import read_markdown
from .pdf import read_pages
from .plaintext import read_plain_text

PDF = "application/pdf"
MARKDOWN = "text/markdown"
PLAIN_TEXT = "text/plain"
MOST_CHARACTERS = 10_000_000  # about 5000 pages; more is a data set, not something to make a course of

_READERS: Mapping[str, Callable[[bytes], tuple[Block, ...]]] = MappingProxyType(
    {
        PDF: lambda data: laid_out(read_pages(data)),
        MARKDOWN: lambda data: read_markdown(_limited(decoded(data))),
        PLAIN_TEXT: lambda data: read_plain_text(_limited(decoded(data))),
    }
)


def extract(source: bytes | Path, mime: str, filename: str = "") -> Document:
    """The document in a file, given as its bytes or its path. Parameters of the type (`; charset=`) are ignored.

    Raises `UnreadableDocument` when the type is unknown, the file broken, protected or without text.
    """
    reader = _READERS.get(mime.partition(";")[0].strip().lower())
    if reader is None:
        raise UnreadableDocument(f"Files of type {mime} cannot be read")
    if isinstance(source, Path):
        source, filename = source.read_bytes(), filename or source.name
    blocks = reader(source)
    if not has_text(blocks):
        raise UnreadableDocument(_no_text(mime))
    return Document(filename, blocks)


def _limited(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise UnreadableDocument(f"The file has {len(text)} characters: more than {MOST_CHARACTERS}")
    return text


def _no_text(mime: str) -> str:
    if mime.startswith(PDF):
        return "The PDF has no text: its pages seem to be scanned images"
    return "The file has no text"
