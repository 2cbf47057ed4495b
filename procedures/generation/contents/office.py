"""Word and PowerPoint files: packages of XML parts in an archive (ECMA-376)."""

import zipfile
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from procedures.generation._upload_errors import FileHasMacros, FileTypeMismatch, FileUnsafe
from procedures.generation.contents.archives import chunks, opened
from procedures.generation.contents.heads import found_type
from procedures.generation.contents.markup import Markup, scan

_TYPES_PART = "[content_types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument."
_MAIN_TYPES = {
    f"{_MAIN}wordprocessingml.document.main+xml": "docx",
    f"{_MAIN}wordprocessingml.template.main+xml": "dotx",
    f"{_MAIN}presentationml.presentation.main+xml": "pptx",
    f"{_MAIN}presentationml.slideshow.main+xml": "ppsx",
    f"{_MAIN}presentationml.template.main+xml": "potx",
    f"{_MAIN}spreadsheetml.sheet.main+xml": "xlsx",
}
_MACROS = ("macroenabled", "vbaproject", "vbadata")
_XML_NAMES = (".xml", ".rels", ".vml")
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
_ARCHIVES = frozenset({"zip", "gzip", "gz", "rar", "7z", "xz", "bz2", "bzip2", "tar", "cab"})
_EMBEDDED = (".xlsx", ".docx", ".pptx")  # the sheet behind a chart: kept as it is, never opened
_LARGEST_TYPES_PART = 4 * 1024 * 1024


def check_office(file: BinaryIO, extension: str) -> None:
    """Refuse what is no docx or pptx, and what such a file should not hold. Raises the errors of contents."""
    with opened(file) as archive:
        parts = [entry for entry in archive.infolist() if not entry.is_dir()]
        found = _kind(archive, parts)
        if found != extension:
            raise FileTypeMismatch(declared=extension.upper(), found=found)
        for part in parts:
            _check_part(archive, part)


class _ContentTypes(Markup):
    """The content types of a package."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        self.found.add(attributes.get("ContentType", "").strip())


def _kind(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> str:
    """The extension that the package's main part asks for. Raises FileHasMacros."""
    by_name = {part.filename.casefold(): part for part in parts}
    if _TYPES_PART not in by_name:
        return _other_kind(archive, by_name)
    types = _ContentTypes()
    if by_name[_TYPES_PART].file_size > _LARGEST_TYPES_PART:
        raise FileUnsafe(reason="its list of parts is too long")
    scan(chunks(archive, by_name[_TYPES_PART]), types, "list of parts")
    kinds = sorted({_MAIN_TYPES[found] for found in types.found if found in _MAIN_TYPES})
    names = (*by_name, *(found.casefold() for found in types.found))
    if any(mark in name for name in names for mark in _MACROS):
        raise FileHasMacros(format=(kinds[0] if kinds else _kind_by_folder(by_name)).upper())
    return " and ".join(kinds) or "zip"


def _kind_by_folder(by_name: Mapping[str, zipfile.ZipInfo]) -> str:
    return "pptx" if any(name.startswith("ppt/") for name in by_name) else "docx"


def _other_kind(archive: zipfile.ZipFile, by_name: Mapping[str, zipfile.ZipInfo]) -> str:
    if "mimetype" in by_name:  # OpenDocument and EPUB say what they are in their first part
        said = next(chunks(archive, by_name["mimetype"]), b"")
        return {b"application/vnd.oasis.opendocument.text": "odt", b"application/epub+zip": "epub"}.get(said, "zip")
    return "jar" if "meta-inf/manifest.mf" in by_name else "zip"


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read the part to its end: what it unpacks to, that it is whole, that its XML is plain, that it is no program."""
    pieces = chunks(archive, part)
    first = next(pieces, b"")
    name = part.filename.casefold()
    if name.endswith(_XML_NAMES) or first.startswith(_XML_STARTS):
        scan(chain((first,), pieces), Markup(), f"part {part.filename}")
        return
    _check_embedded(name, found_type(first))
    _drain(pieces)


def _check_embedded(name: str, found: str) -> None:
    if found == "executable":
        raise FileUnsafe(reason="it holds a program")
    if found in _ARCHIVES and not ("/embeddings/" in name and name.endswith(_EMBEDDED)):
        raise FileUnsafe(reason="it holds another archive")


def _drain(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def encrypted_package(head: bytes) -> bool:
    """Whether an OLE file is a docx or pptx behind a password (MS-OFFCRYPTO 2.3.4.4)."""
    return "EncryptedPackage".encode("utf-16-le") in head
