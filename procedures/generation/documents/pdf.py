"""PDF to lines of text with their place, size and weight, in reading order."""

import math
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import msgspec
from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import DictionaryObject

from procedures.generation.documents.errors import UnreadableDocument
from procedures.generation.documents.inline import one_line, tidy

MOST_PAGES = 3000
_LIGATURE = re.compile("[\ufb00-\ufb06]")
# Bullets of symbol fonts, which have no meaning of their own in Unicode, and of a common library's base fonts.
_BULLET = re.compile("^\\s*[\x7f\uf0b7\uf0a7\uf0d8\uf0fc\uf076]\\s*")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
BROKEN = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What pypdf lets through on files that are broken inside, beside its own errors."""


class Line(msgspec.Struct, frozen=True):
    """A line of a page: its left end and base line in points from the lower left corner, and its type size."""

    page: int
    x: float
    y: float
    size: float
    bold: bool
    text: str


class Pages(msgspec.Struct, frozen=True):
    """What a PDF shows (its lines) and what it says of itself (the titles of its outline, with their depth from 1).

    `scanned` is a PDF that shows images and no text.
    """

    lines: tuple[Line, ...]
    outline: dict[str, int]
    count: int
    scanned: bool = False


def read_pages(data: bytes) -> Pages:
    """The lines of all pages. Raises `UnreadableDocument` for a file that is encrypted, broken or far too long."""
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument("The PDF is protected with a password")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableDocument(f"The PDF has {len(reader.pages)} pages: more than {MOST_PAGES}")
        lines = tuple(line for number, page in enumerate(reader.pages, start=1) for line in _lines(number, page))
        scanned = not lines and any(_shows_images(page) for page in reader.pages)
        return Pages(lines, dict(_titles(reader.outline, 1)), len(reader.pages), scanned)
    except BROKEN as error:
        raise UnreadableDocument("The PDF is damaged or not a PDF") from error


def _shows_images(page: PageObject) -> bool:
    """Whether the page has an image among its resources, or a form, which may hold one (ISO 32000-1, 8.8)."""
    resources: Any = page.get("/Resources") or DictionaryObject()
    objects: Any = resources.get_object().get("/XObject") or DictionaryObject()
    return any(each.get_object().get("/Subtype") in {"/Image", "/Form"} for each in objects.get_object().values())


def _titles(entries: Any, depth: int) -> Iterator[tuple[str, int]]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _titles(entry, depth + 1)
        else:
            yield one_line(str(entry.title)).casefold(), depth


class _Fragment(msgspec.Struct, frozen=True):
    x: float
    y: float
    size: float
    bold: bool
    text: str


def _lines(number: int, page: PageObject) -> Iterator[Line]:
    fragments: list[_Fragment] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        fragments.append(_fragment(text, cm, tm, font, size))

    page.extract_text(visitor_text=visit)
    current: list[_Fragment] = []
    for fragment in _broken_at_newlines(fragments):
        if fragment.text == "\n":
            yield from _line(number, current)
            current = []
        else:
            current.append(fragment)
    yield from _line(number, current)


def _fragment(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> _Fragment:
    """Where text begins: the text matrix within the page's matrix (ISO 32000-1, 9.4.4)."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    shown_size = size * math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
    name = str(font.get("/BaseFont", "")) if font else ""
    return _Fragment(float(x), float(y), float(shown_size), bool(_BOLD.search(name)), text)


def _broken_at_newlines(fragments: Sequence[_Fragment]) -> Iterator[_Fragment]:
    for fragment in fragments:
        for part in re.split(r"(\n)", fragment.text):
            if part:
                yield msgspec.structs.replace(fragment, text=part)


def _line(number: int, fragments: Sequence[_Fragment]) -> Iterator[Line]:
    shown = [fragment for fragment in fragments if fragment.text.strip()]
    drawn = _BULLET.sub("• ", "".join(fragment.text for fragment in fragments))
    text = one_line(tidy(_LIGATURE.sub(_letters, drawn)))
    if shown and text:
        widest = max(shown, key=lambda fragment: len(fragment.text))
        size = round(widest.size * 2) / 2
        yield Line(number, shown[0].x, shown[0].y, size, all(fragment.bold for fragment in shown), text)


def _letters(ligature: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", ligature[0])
