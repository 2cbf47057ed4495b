"""What python-docx and python-pptx are given to open, and what they raise."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TypeVar

from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TARGET_MODE
from docx.opc.packuri import PackURI
from docx.oxml.parser import parse_xml
from docx.package import Package as DocxPackage
from lxml import etree
from pptx.exc import PythonPptxError
from pptx.package import Package as PptxPackage

from procedures.generation.documents.errors import UnreadableDocument

# RuntimeError is an entry with a password, or packed in a way that zipfile does not know.
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError)
_BROKEN_PARTS = (etree.LxmlError, PythonDocxError, PythonPptxError, LookupError, ValueError)
LARGEST_PART = 128 * 1024 * 1024
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
T = TypeVar("T")


def opened(data: bytes, open_package: Callable[[BytesIO], DocxPackage | PptxPackage], kind: type[T]) -> T:
    """The part that everything begins with. Raises UnreadableDocument."""
    package = open_package(_readable(data))
    try:
        part = package.main_document_part
    except KeyError:
        part = None
    if not isinstance(part, kind):
        raise UnreadableDocument("The file is damaged: it has no main part, and so no text")
    return part


def _readable(data: bytes) -> BytesIO:
    """A copy of the package as the libraries can read it. What it was checked for when it was uploaded is not checked
    again, but bounds hold.

    They load all parts at once, so pictures are left out; they know the names of transitional files alone, which those
    of strict ones differ from by a prefix (ECMA-376-1, A and ECMA-376-4); and python-docx fails on a relationship that
    leads nowhere, which many programs leave behind.
    """
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(target, "w") as copy:
        entries = {entry.filename.casefold(): entry for entry in archive.infolist()}
        kept = {name: entry for name, entry in entries.items() if name.endswith((".xml", ".rels"))}
        if any(entry.file_size > LARGEST_PART for entry in kept.values()):
            raise UnreadableDocument("The file has more text than can be read")
        for name, entry in kept.items():
            content = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", archive.read(entry))
            copy.writestr(entry.filename, _leading(content, name, kept) if name.endswith(".rels") else content)
    return target


def _leading(relationships: bytes, name: str, parts: Mapping[str, zipfile.ZipInfo]) -> bytes:
    """The relationships that lead to one of the parts, by the name it is stored under, or out of the package."""
    root = parse_xml(relationships)
    for each in list(root):
        if each.get("TargetMode") != RELATIONSHIP_TARGET_MODE.EXTERNAL:
            uri = PackURI.from_rel_ref(f"/{name.rpartition('_rels/')[0]}", each.get("Target", ""))
            if part := parts.get(uri.membername.casefold()):
                each.set("Target", f"/{part.filename}")
            else:
                root.remove(each)
    return etree.tostring(root)


def without_alternatives(root: etree._Element) -> None:  # pyright: ignore[reportPrivateUsage]  it has no public name
    """Leave what new programs read, of the copies that files hold for old ones (ECMA-376-3, 7.5), and no comments."""
    etree.strip_elements(root, f"{_COMPATIBILITY}Fallback", with_tail=False)
    etree.strip_tags(root, f"{_COMPATIBILITY}AlternateContent", f"{_COMPATIBILITY}Choice", etree.Comment)


@contextmanager
def damage_told() -> Generator[None]:
    """What a damaged package raises, as UnreadableDocument."""
    try:
        yield
    except RecursionError as error:
        raise UnreadableDocument("The file is nested too deeply to be read") from error
    except (*_BROKEN_ARCHIVE, *_BROKEN_PARTS) as error:
        if isinstance(error, etree.XMLSyntaxError) and error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error  # libxml2 tells it like a mistake in the text
        raise UnreadableDocument("The file is damaged: save it again with the program that made it") from error


def number(text: str | None) -> int | None:
    """A whole number, None for anything else."""
    return int(text) if text and text.lstrip("-").isdecimal() and len(text) < 10 else None  # noqa: PLR2004
