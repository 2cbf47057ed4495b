"""Word documents to blocks."""
# The elements and cells of python-docx have no public names:
# pyright: reportPrivateUsage=false

import re
from collections.abc import Iterator, Sequence

from docx.blkcntnr import BlockItemContainer
from docx.oxml.document import CT_Body
from docx.oxml.ns import qn
from docx.oxml.simpletypes import ST_Merge
from docx.package import Package
from docx.parts.document import DocumentPart
from docx.table import Table, _Cell, _Row
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from procedures.generation.documents.blocks import DEEPEST_LEVEL, Block, Heading, Paragraph, Preformatted, Reading
from procedures.generation.documents.inline import guarded, plain
from procedures.generation.documents.lists import Item, with_lists
from procedures.generation.documents.office.markup import Notes, simplify
from procedures.generation.documents.office.package import damage_told, opened
from procedures.generation.documents.office.styles import TITLE, Numbering, Styles
from procedures.generation.documents.plaintext import could_be_heading
from procedures.generation.documents.spans import Span, markdown_of, plain_of
from procedures.generation.documents.tables import is_table, table

_LONGEST_CELL = 1000
_MOST_COLUMNS = 63  # Word's own limit
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
Part = Block | Item


def read_docx(data: bytes) -> Reading:
    """The blocks of a document. Raises UnreadableDocument."""
    with damage_told():
        part = opened(data, Package.open, DocumentPart)
        return Reading(_with_title(tuple(with_lists(_Reader(part).parts()))))


class _Reader:
    def __init__(self, part: DocumentPart) -> None:
        self._part = part
        self._styles = Styles(part)
        self._numbering = Numbering(part)
        self._notes = Notes(part)

    def parts(self) -> Iterator[Part]:
        """All blocks and items; the level of the document's title is `TITLE`."""
        body = self._part.element.find(qn("w:body"))
        if isinstance(body, CT_Body):
            simplify(body)
            yield from self._within(BlockItemContainer(body, self._part))

    def _within(self, container: BlockItemContainer) -> Iterator[Part]:
        for each in container.iter_inner_content():
            yield from self._table(each) if isinstance(each, Table) else self._paragraph(each)

    def _paragraph(self, line: Line) -> Iterator[Part]:
        if not self._styles.is_contents(line):
            notes = list(self._notes.of(line))
            part = self._line(line, "".join(mark for mark, _ in notes))
            yield from (part,) if part else ()
            yield from (Paragraph(f"{mark} {guarded(markdown_of([Span(text)]))}") for mark, text in notes if text)

    def _line(self, line: Line, marks: str) -> Part | None:
        spans = list(_spans(line))
        text = plain_of(spans)
        if not text:
            return None
        level = self._styles.level(line)
        if level is not None:
            return Heading(level, text)
        markdown = markdown_of(spans) + marks
        list_id, depth = self._styles.numbering(line)
        format = self._numbering.format(list_id, depth) if list_id else None
        if list_id and format:
            return Item(depth, None if format == "bullet" else self._numbering.next(list_id, depth), markdown)
        if self._styles.is_quote(line):
            return Preformatted("quote", f"> {guarded(markdown)}")
        return Paragraph(guarded(markdown))

    def _table(self, given: Table) -> Iterator[Part]:
        """A table; one that only lays out text, by its size or what is in it, is taken apart."""
        rows = [[list(self._within(cell)) if cell else [] for cell in _cells(row)] for row in given.rows]
        texts = [[" ".join(part.text for part in cell) for cell in row] for row in rows]
        inner = [part for row in rows for cell in row for part in cell]
        longest = max((len(text) for row in texts for text in row), default=0)
        lays_out = any(isinstance(part, (Heading, Preformatted)) for part in inner) or longest > _LONGEST_CELL
        yield from [table(texts)] if is_table(texts) and not lays_out else inner


def _cells(row: _Row) -> Iterator[_Cell | None]:
    """The cells of a row, None for a place that a merged one covers: python-docx repeats its text there."""
    for cell in row._tr.tc_lst:
        yield None if cell.vMerge == ST_Merge.CONTINUE else _Cell(cell, row.table)
        yield from [None] * (min(cell.grid_span, _MOST_COLUMNS) - 1)


def _spans(line: Line) -> Iterator[Span]:
    for each in line.iter_inner_content():
        if isinstance(each, Run):
            yield _span(each)
        else:
            yield from (_span(run, _address(each)) for run in each.runs)


def _span(run: Run, link: str | None = None) -> Span:
    return Span("" if run.font.hidden else run.text, bool(run.bold), bool(run.italic), link)


def _address(link: Hyperlink) -> str | None:
    try:
        return link.address
    except KeyError:  # it names no relationship of the document
        return None


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
