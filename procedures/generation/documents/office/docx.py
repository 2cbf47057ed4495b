"""Word documents to blocks."""

import re
from collections.abc import Iterator, Sequence

from procedures.generation.documents.blocks import DEEPEST_LEVEL, Block, Heading, Paragraph, Preformatted, Reading
from procedures.generation.documents.inline import guarded, plain
from procedures.generation.documents.lists import Item, with_lists
from procedures.generation.documents.office.package import (
    Element,
    Package,
    Relation,
    attribute,
    child,
    children,
    damage_told,
    local,
    number,
    value,
)
from procedures.generation.documents.office.runs import Runs, boxes
from procedures.generation.documents.office.styles import TITLE, Numbering, Styles
from procedures.generation.documents.plaintext import could_be_heading
from procedures.generation.documents.spans import Span, markdown_of, plain_of
from procedures.generation.documents.tables import is_table, table

_AROUND = frozenset({"ins", "moveTo", "customXml", "sdtContent", "smartTag"})
_LONGEST_CELL = 1000
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
Part = Block | Item


def read_docx(data: bytes) -> Reading:
    """The blocks of a document. Raises UnreadableDocument."""
    with damage_told():
        package = Package(data)
        return Reading(_with_title(tuple(_Reader(package, package.main()).blocks())))


class _Reader:
    def __init__(self, package: Package, main: str) -> None:
        relations = package.relations(main)
        named = {relation.kind: package.part(relation.target) for relation in relations.values() if _is_text(relation)}
        self._body = child(package.part(main), "body")
        self._styles = Styles(named.get("styles"))
        self._numbering = Numbering(named.get("numbering"))
        self._runs = Runs(relations, {kind: named.get(kind) for kind in ("footnotes", "endnotes")})

    def blocks(self) -> Iterator[Block]:
        """All blocks; the level of the document's title is `TITLE`."""
        return with_lists(self._parts(self._body))

    def _parts(self, container: Element | None) -> Iterator[Part]:
        for each in () if container is None else container:
            name = local(each)
            if name == "p":
                yield from self._paragraph(each)
            elif name == "tbl":
                yield from self._table(each)
            elif name in _AROUND or (name == "sdt" and not _is_contents(each)):
                yield from self._parts(each)

    def _paragraph(self, paragraph: Element) -> Iterator[Part]:
        properties = child(paragraph, "pPr")
        if not self._styles.is_contents(properties):
            notes = list(self._runs.notes(paragraph))
            part = self._part(paragraph, properties, "".join(mark for mark, _ in notes))
            yield from (part,) if part else ()
            yield from (Paragraph(f"{mark} {guarded(markdown_of([Span(text)]))}") for mark, text in notes if text)
        for box in boxes(paragraph):
            yield from self._parts(box)

    def _part(self, paragraph: Element, properties: Element | None, marks: str) -> Part | None:
        spans = list(self._runs.spans(paragraph))
        text = plain_of(spans)
        if not text:
            return None
        level = self._styles.level(properties)
        if level is not None:
            return Heading(level, text)
        markdown = markdown_of(spans) + marks
        list_id, depth = self._styles.numbering(properties)
        format = self._numbering.format(list_id, depth) if list_id else None
        if list_id and format:
            return Item(depth, None if format == "bullet" else self._numbering.next(list_id, depth), markdown)
        if self._styles.is_quote(properties):
            return Preformatted("quote", f"> {guarded(markdown)}")
        return Paragraph(guarded(markdown))

    def _table(self, element: Element) -> Iterator[Part]:
        """A table; one that only lays out text, by its size or what is in it, is taken apart."""
        rows = [[self._cell(cell) for cell in _cells(row)] for row in children(element, "tr")]
        texts = [[text for text, _ in row] for row in rows]
        inner = [part for row in rows for _, parts in row for part in parts]
        lays_out = any(isinstance(part, (Heading, Preformatted)) for part in inner) or _longest(texts) > _LONGEST_CELL
        if is_table(texts) and not lays_out:
            yield table(texts)
        else:
            yield from inner

    def _cell(self, cell: Element | None) -> tuple[str, Sequence[Part]]:
        """A cell as text on one line, and as what it holds; None is one that a merged cell covers."""
        parts = list(self._parts(cell))
        return " ".join(part.text for part in parts), parts


def _cells(row: Element) -> Iterator[Element | None]:
    for each in row:
        for cell in children(child(each, "sdtContent"), "tc") if local(each) == "sdt" else [each]:
            if local(cell) == "tc":
                properties = child(cell, "tcPr")
                merged = child(properties, "vMerge")
                yield None if merged is not None and attribute(merged, "val") != "restart" else cell
                yield from [None] * ((number(value(properties, "gridSpan")) or 1) - 1)


def _longest(rows: Sequence[Sequence[str]]) -> int:
    return max((len(text) for row in rows for text in row), default=0)


def _is_text(relation: Relation) -> bool:
    return not relation.external and relation.kind in {"styles", "numbering", "footnotes", "endnotes"}


def _is_contents(sdt: Element) -> bool:
    return value(sdt, "sdtPr", "docPartObj", "docPartGallery") == "Table of Contents"


def _with_title(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Headings below the document's title, where it has one; where nothing is a heading, bold lines are."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    if not headings:
        return tuple(map(_heading_if_bold, blocks))
    shift = 1 if any(block.level == TITLE for block in headings) else 0
    return tuple(
        Heading(min(block.level + shift, DEEPEST_LEVEL), block.text) if isinstance(block, Heading) else block
        for block in blocks
    )


def _heading_if_bold(block: Block) -> Block:
    bold = _BOLD.fullmatch(block.text) if isinstance(block, Paragraph) else None
    return Heading(2, plain(block.text)) if bold and could_be_heading(plain(block.text)) else block
