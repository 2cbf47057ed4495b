"""A package of XML parts, and the relationships by which they find each other (ECMA-376-2)."""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from lxml import etree

from procedures.generation.documents.errors import UnreadableDocument

# What zipfile and lxml raise on archives and parts that are broken inside; RuntimeError is an entry with a password.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    etree.LxmlError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
LARGEST_PART = 128 * 1024 * 1024
Element = etree._Element  # pyright: ignore[reportPrivateUsage]  lxml has no public name for it


class Relation(NamedTuple):
    """A relationship: the last word of its type, and the part or, if external, the address that it leads to."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a file. What it was checked for when it was uploaded is not checked again, but bounds hold."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(BytesIO(data))
        self._names = {name.casefold(): name for name in self._archive.namelist()}

    def part(self, name: str) -> Element | None:
        """The root of a part; None where there is none."""
        stored = self._names.get(name.casefold())
        if stored is None:
            return None
        if self._archive.getinfo(stored).file_size > LARGEST_PART:
            raise UnreadableDocument("The file has more text than can be read")
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(self._archive.read(stored), parser)
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_NO_MEMORY:  # libxml2 tells it like a mistake in the text
                raise MemoryError from error
            raise

    def relations(self, name: str) -> dict[str, Relation]:
        """The relationships of a part by their ids; of the package itself for the empty name."""
        folder, file = posixpath.split(name)
        root = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        return {} if root is None else {each.get("Id", ""): _relation(each, folder) for each in root}

    def main(self) -> str:
        """The name of the part that everything begins with. Raises UnreadableDocument."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument":
                return relation.target
        raise UnreadableDocument("The file is damaged: it has no main part")


@contextmanager
def damage_told() -> Generator[None]:
    """What a damaged package raises, as UnreadableDocument."""
    try:
        yield
    except RecursionError as error:
        raise UnreadableDocument("The file is nested too deeply to be read") from error
    except _BROKEN as error:
        raise UnreadableDocument("The file is damaged: save it again with the program that made it") from error


def _relation(element: Element, folder: str) -> Relation:
    target = element.get("Target", "")
    external = element.get("TargetMode") == "External"
    place = target if external else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(element.get("Type", "").rpartition("/")[2], place, external)


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between transitional and strict files."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of this name."""
    return (each for each in (() if element is None else element) if local(each) == name)


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant by a path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name without a namespace."""
    found = () if element is None else element.attrib.items()
    return next((str(value) for key, value in found if str(key).rpartition("}")[2] == name), None)


def value(element: Element | None, *path: str) -> str | None:
    """The `val` of a descendant, which is how WordprocessingML writes properties."""
    return attribute(child(element, *path), "val")


def number(text: str | None) -> int | None:
    """A whole number, None for anything else."""
    return int(text) if text and text.lstrip("-").isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def is_on(element: Element | None, name: str) -> bool:
    """Whether a property that is on or off is on (ECMA-376-1, 17.17.4)."""
    found = child(element, name)
    return found is not None and (attribute(found, "val") or "true") not in {"0", "false", "off"}
