"""A file's bytes and declared type to a document."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from procedures.generation.documents.blocks import Document, Reading, has_text, says_something
from procedures.generation.documents.decoding import decoded
from procedures.generation.documents.errors import UnreadableDocument
from procedures.generation.documents.html import decoded_page, read_html
from procedures.generation.documents.layout import laid_out
from procedures.generation.documents.markdown import read_markdown
from procedures.generation.documents.office import read_docx, read_pptx
from procedures.generation.documents.pdf import Pages, read_pages
from procedures.generation.documents.plaintext import read_plain_text

PDF = "application/pdf"
MARKDOWN = "text/markdown"
PLAIN_TEXT = "text/plain"
HTML = "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MOST_CHARACTERS = 10_000_000  # about 5000 pages; more is a data set, not something to make a course of

_READERS: Mapping[str, Callable[[bytes], Reading]] = MappingProxyType(
    {
        PDF: lambda data: _laid_out(read_pages(data)),
        DOCX: read_docx,
        PPTX: read_pptx,
        HTML: lambda data: Reading(read_html(_limited(decoded_page(data)))),
        MARKDOWN: lambda data: Reading(read_markdown(_limited(decoded(data)))),
        PLAIN_TEXT: lambda data: Reading(read_plain_text(_limited(decoded(data)))),
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
    reading = _kept(reader(data))
    if not has_text(reading.blocks):
        raise UnreadableDocument("The file has no text")
    if sum(len(block.text) for block in reading.blocks) > MOST_CHARACTERS:
        raise UnreadableDocument(f"The file has more than {MOST_CHARACTERS} characters")
    name = source.name if isinstance(source, Path) and not filename else filename
    return Document(name, reading.blocks, reading.pages, reading.page_count)


def _kept(reading: Reading) -> Reading:
    """Without what would be left out when the text is read again."""
    kept = [position for position, block in enumerate(reading.blocks) if says_something(block)]
    pages = tuple(reading.pages[position] for position in kept) if reading.pages else ()
    return Reading(tuple(reading.blocks[position] for position in kept), pages, reading.page_count)


def _limited(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise UnreadableDocument(f"The file has {len(text)} characters: more than {MOST_CHARACTERS}")
    return text


def _laid_out(pages: Pages) -> Reading:
    if not pages.lines:
        if pages.scanned:
            raise UnreadableDocument("The PDF has no text: its pages are scanned images. Recognize its text first")
        raise UnreadableDocument("The PDF has no text: its pages are empty")
    return laid_out(pages)
