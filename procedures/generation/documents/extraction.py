"""A file's bytes and declared type to a document."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from procedures.generation.documents.blocks import Block, Document, has_text
from procedures.generation.documents.decoding import decoded
from procedures.generation.documents.errors import UnreadableDocument
from procedures.generation.documents.layout import laid_out
from procedures.generation.documents.markdown import read_markdown
from procedures.generation.documents.pdf import read_pages
from procedures.generation.documents.plaintext import read_plain_text

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
    data = source.read_bytes() if isinstance(source, Path) else source
    blocks = reader(data)
    if not has_text(blocks):
        raise UnreadableDocument(_no_text(mime))
    name = source.name if isinstance(source, Path) and not filename else filename
    return Document(name, blocks)


def _limited(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise UnreadableDocument(f"The file has {len(text)} characters: more than {MOST_CHARACTERS}")
    return text


def _no_text(mime: str) -> str:
    if mime.startswith(PDF):
        return "The PDF has no text: its pages seem to be scanned images"
    return "The file has no text"
