"""PowerPoint presentations to blocks: a heading for each slide's title, then its text, its tables and its notes."""
# The elements, paragraphs and runs of python-pptx have no public names:
# pyright: reportPrivateUsage=false

from collections.abc import Iterable, Iterator

from pptx.enum.shapes import PP_PLACEHOLDER as Kind
from pptx.oxml.ns import qn
from pptx.oxml.text import CT_RegularTextRun
from pptx.package import Package
from pptx.parts.presentation import PresentationPart
from pptx.parts.slide import SlidePart
from pptx.shapes.autoshape import Shape
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame, _Paragraph, _Run

from procedures.generation.documents.blocks import Block, Heading, Paragraph, Reading
from procedures.generation.documents.inline import guarded
from procedures.generation.documents.lists import Item, with_lists
from procedures.generation.documents.office.package import damage_told, number, opened, without_alternatives
from procedures.generation.documents.spans import Span, markdown_of, plain_of
from procedures.generation.documents.tables import is_table, table

MOST_SLIDES = 3000
_TITLES = {Kind.TITLE, Kind.CENTER_TITLE}
_OPENING = {Kind.CENTER_TITLE, Kind.SUBTITLE}  # they begin the presentation or a part of it
_LISTS = {Kind.BODY, Kind.OBJECT}  # placeholders whose paragraphs are points; a subtitle's are not
_FURNITURE = {Kind.DATE, Kind.FOOTER, Kind.HEADER, Kind.SLIDE_IMAGE, Kind.SLIDE_NUMBER}  # what every slide repeats
Part = Block | Item


def read_pptx(data: bytes) -> Reading:
    """The blocks of the slides that are shown, each with the number of its slide. Raises UnreadableDocument."""
    with damage_told():
        slides = list(_slides(opened(data, Package.open, PresentationPart)))
        placed = list(_without_repeats((block, page) for page, slide in slides for block in _slide(slide)))
        return Reading(tuple(block for block, _ in placed), tuple(page for _, page in placed), len(slides))


def _slides(main: PresentationPart) -> Iterator[tuple[int, SlidePart]]:
    """The number and the part of each slide in the order of the show; python-pptx fails on one that is not there."""
    for page, each in enumerate(main._element.iterfind(f"{qn('p:sldIdLst')}/{qn('p:sldId')}"), start=1):
        relation = main.rels.get(each.get(qn("r:id"), ""))
        if relation and page <= MOST_SLIDES and isinstance(relation.target_part, SlidePart):
            yield page, relation.target_part


def _slide(part: SlidePart) -> Iterator[Block]:
    slide = part.slide
    if slide.element.get("show") in {"0", "false"}:  # python-pptx does not tell hidden slides
        return
    without_alternatives(slide.element)
    shapes = list(_shapes(slide.shapes))
    titles = [shape for shape in shapes if isinstance(shape, Shape) and _placeholder(shape) in _TITLES]
    opens = any(_placeholder(shape) in _OPENING for shape in shapes)
    yield from (Heading(1 if opens else 2, text) for title in titles if (text := _plain(title.text_frame)))
    yield from with_lists(part for shape in shapes if _placeholder(shape) not in _TITLES for part in _parts(shape))
    yield from _notes(slide)


def _shapes(shapes: Iterable[BaseShape]) -> Iterator[Shape | GraphicFrame]:
    """What can hold text on a slide, groups taken apart, in the order that a screen reader reads it."""
    for each in shapes:
        if isinstance(each, GroupShape):
            yield from _shapes(each.shapes)
        elif isinstance(each, (Shape, GraphicFrame)):
            yield each


def _placeholder(shape: BaseShape) -> Kind | None:
    """What the slide's layout has the shape for; None for a shape of its own."""
    return shape.placeholder_format.type if shape.is_placeholder else None


def _parts(shape: Shape | GraphicFrame) -> Iterator[Part]:
    if isinstance(shape, GraphicFrame):
        yield from _table(shape.table) if shape.has_table else ()
    elif (kind := _placeholder(shape)) not in _FURNITURE:
        lines = shape.text_frame.paragraphs
        yield from _lines(lines, points=kind in _LISTS and sum(bool(_text(each)) for each in lines) > 1)


def _lines(lines: Iterable[_Paragraph], *, points: bool) -> Iterator[Part]:
    """Paragraphs, as items where they have bullets or numbers, or by default where the placeholder is a list."""
    counts: dict[int, int] = {}
    for each in lines:
        properties = each._pPr  # of whose bullets python-pptx knows nothing
        numbered = properties.find(qn("a:buAutoNum"))
        depth, text = each.level, _text(each)
        counts = {level: count for level, count in counts.items() if level <= depth}
        start = 1 if numbered is None else number(numbered.get("startAt")) or 1
        counts[depth] = counts.get(depth, start - 1) + 1 if text else 0
        marked = numbered is not None or properties.find(qn("a:buChar")) is not None
        if text and (marked or (points and properties.find(qn("a:buNone")) is None)):
            yield Item(depth, None if numbered is None else counts[depth], text)
        elif text:
            yield Paragraph(guarded(text))


def _text(line: _Paragraph) -> str:
    return markdown_of(_spans(line))


def _spans(line: _Paragraph) -> Iterator[Span]:
    for each in line._p.content_children:  # `runs` has neither line breaks nor fields
        if isinstance(each, CT_RegularTextRun):
            run = _Run(each, line)
            yield Span(run.text, bool(run.font.bold), bool(run.font.italic), _address(run))
        else:
            yield Span(each.text)


def _address(run: _Run) -> str | None:
    try:
        return run.hyperlink.address
    except KeyError:  # it names no relationship of the slide
        return None


def _plain(frame: TextFrame) -> str:
    """A title on one line."""
    return plain_of(span for line in frame.paragraphs for span in (*_spans(line), Span(" ")))


def _table(given: Table) -> Iterator[Part]:
    """A table; the text of cells joined to one stands in the first of them."""
    rows = [
        [" ".join(filter(None, map(_text, cell.text_frame.paragraphs))) for cell in row.cells] for row in given.rows
    ]
    if is_table(rows):
        yield table(rows)
    else:
        yield from (Paragraph(guarded(text)) for row in rows for text in row if text)


def _notes(slide: Slide) -> Iterator[Block]:
    """What the speaker says: in slides made for talks it is where the text is."""
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    yield from with_lists(_lines(frame.paragraphs, points=False)) if frame else ()


def _without_repeats(placed: Iterable[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """The blocks without a title that says what the one before it said: the same thing goes on, on another slide."""
    title: Block | None = None
    for block, page in placed:
        if not isinstance(block, Heading) or block != title:
            yield block, page
        title = block if isinstance(block, Heading) else title
