"""XML read piece by piece, without a tree: no DTD, so no entities, and no depth or size beyond reason."""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from procedures.generation._upload_errors import FileDamaged, FileUnsafe

DEEPEST = 200
MOST_ELEMENTS = 5_000_000


class Markup:
    """What reads events; subclasses look at elements. Called by lxml, whose names these are."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            raise FileUnsafe(reason="its XML is nested too deeply or has too many elements")
        self.element(tag, attributes)

    def end(self, tag: str) -> None:  # noqa: ARG002  lxml calls it so
        """An element ends."""
        self._depth -= 1

    def start_ns(self, prefix: str, uri: str) -> None:
        """A namespace begins."""

    def end_ns(self, prefix: str) -> None:
        """A namespace ends."""

    def comment(self, text: str) -> None:
        """A comment."""

    def data(self, text: str) -> None:
        """Text between tags."""

    def doctype(self, *_: Any) -> None:
        """A DTD; ECMA-376-2 (6.2.5) forbids it in packages, and it is all that entities need."""
        raise FileUnsafe(reason="its XML declares a document type or entities")

    def pi(self, target: str, _text: str | None = None) -> None:
        """A processing instruction."""

    def close(self) -> None:
        """The end of the document."""

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        """What a subclass looks at."""


def scan(parts: Iterable[bytes], markup: Markup, name: str = "markup") -> None:
    """Read the XML. Raises FileDamaged when it is none, FileUnsafe, and what `markup` raises."""
    parser = etree.XMLParser(target=markup, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        for part in parts:
            parser.feed(part)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise FileDamaged(reason=f"its {name[:100]} is not well-formed XML") from error


def local_name(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
