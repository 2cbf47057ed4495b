"""PowerPoint presentations to blocks: a heading for each slide's title, then its text, its tables and its notes."""

from collections.abc import Iterable, Iterator, Mapping

from procedures.generation.documents.blocks import Block, Heading, Paragraph, Reading
from procedures.generation.documents.inline import guarded
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
)
from procedures.generation.documents.spans import Span, markdown_of, plain_of
from procedures.generation.documents.tables import is_table, table

MOST_SLIDES = 3000
_TITLES = frozenset({"title", "ctrTitle"})
_OPENING = frozenset({"ctrTitle", "subTitle"})  # a slide with one of them begins the presentation or a part of it
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})  # what every slide repeats
_LISTS = frozenset({"body", "obj", "tx", ""})  # placeholders whose paragraphs are points; a subtitle's are not
Part = Block | Item
Relations = Mapping[str, Relation]


def read_pptx(data: bytes) -> Reading:
    """The blocks of the slides that are shown, each with the number of its slide. Raises UnreadableDocument."""
    with damage_told():
        package = Package(data)
        slides = list(_slides(package))
        placed = list(_without_repeats((block, page) for page, name in slides for block in _slide(package, name)))
        return Reading(tuple(block for block, _ in placed), tuple(page for _, page in placed), len(slides))


def _slides(package: Package) -> Iterator[tuple[int, str]]:
    """The number and the part of each slide that is not hidden, in the order of the show."""
    main = package.main()
    relations = package.relations(main)
    for page, each in enumerate(children(child(package.part(main), "sldIdLst"), "sldId"), start=1):
        relation = relations.get(_relation_id(each))
        if relation is not None and page <= MOST_SLIDES:
            yield page, relation.target


def _relation_id(element: Element) -> str:
    """`r:id`, which has a name that `id` without a namespace has too."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}id")), "")


def _slide(package: Package, name: str) -> Iterator[Block]:
    root = package.part(name)
    if root is None or attribute(root, "show") in {"0", "false"}:
        return
    relations = package.relations(name)
    shapes = list(_shapes(child(root, "cSld", "spTree")))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    opens = any(_placeholder(shape) in _OPENING for shape in shapes)
    yield from (Heading(1 if opens else 2, text) for title in titles if (text := _plain(title)))
    yield from with_lists(part for shape in shapes if shape not in titles for part in _parts(shape, relations))
    yield from _notes(package, relations)


def _shapes(tree: Element | None) -> Iterator[Element]:
    """What holds text on a slide, groups taken apart, in the order that a screen reader reads it."""
    for each in () if tree is None else tree:
        name = local(each)
        if name in {"sp", "graphicFrame"}:
            yield each
        elif name == "grpSp":
            yield from _shapes(each)
        elif name == "AlternateContent":
            yield from _shapes(child(each, "Choice"))


def _placeholder(shape: Element) -> str | None:
    """What the slide's layout has the shape for: empty for its content, None for a shape of its own."""
    found = child(shape, "nvSpPr", "nvPr", "ph")
    return None if found is None else attribute(found, "type") or ""


def _parts(shape: Element, relations: Relations) -> Iterator[Part]:
    kind = _placeholder(shape)
    if kind in _FURNITURE:
        return
    if local(shape) == "graphicFrame":
        yield from _table(child(shape, "graphic", "graphicData", "tbl"), relations)
    else:
        paragraphs = list(children(child(shape, "txBody"), "p"))
        points = kind in _LISTS and sum(bool(_text(each, relations)) for each in paragraphs) > 1
        yield from _paragraphs(paragraphs, relations, points=points)


def _paragraphs(paragraphs: list[Element], relations: Relations, *, points: bool) -> Iterator[Part]:
    """Paragraphs, as items where they have bullets or numbers, or by default where the placeholder is a list."""
    counts: dict[int, int] = {}
    for each in paragraphs:
        properties = child(each, "pPr")
        depth = number(attribute(properties, "lvl")) or 0
        counts = {level: count for level, count in counts.items() if level <= depth}
        text = _text(each, relations)
        numbered = child(properties, "buAutoNum")
        counts[depth] = counts.get(depth, (number(attribute(numbered, "startAt")) or 1) - 1) + 1 if text else 0
        marked = numbered is not None or child(properties, "buChar") is not None
        if text and (marked or (points and child(properties, "buNone") is None)):
            yield Item(depth, None if numbered is None else counts[depth], text)
        elif text:
            yield Paragraph(guarded(text))


def _text(paragraph: Element, relations: Relations) -> str:
    return markdown_of(span for each in paragraph for span in _spans(each, relations))


def _spans(run: Element, relations: Relations) -> Iterator[Span]:
    if local(run) == "br":
        yield Span(" ")
    elif local(run) in {"r", "fld"}:
        properties = child(run, "rPr")
        link = relations.get(_relation_id(found)) if (found := child(properties, "hlinkClick")) is not None else None
        strong, emphasis = (attribute(properties, name) in {"1", "true"} for name in ("b", "i"))
        text = "".join(each.text or "" for each in children(run, "t"))
        yield Span(text, strong, emphasis, link.target if link and link.external else None)


def _plain(shape: Element) -> str:
    """A title on one line."""
    paragraphs = children(child(shape, "txBody"), "p")
    return plain_of(span for each in paragraphs for span in (*_run_spans(each), Span(" ")))


def _run_spans(paragraph: Element) -> Iterator[Span]:
    return (span for each in paragraph for span in _spans(each, {}))


def _table(element: Element | None, relations: Relations) -> Iterator[Part]:
    rows = [[_cell(cell, relations) for cell in children(row, "tc")] for row in children(element, "tr")]
    if is_table(rows):
        yield table(rows)
    else:
        yield from (Paragraph(guarded(text)) for row in rows for text in row if text)


def _cell(cell: Element, relations: Relations) -> str:
    """A cell's text on one line; that of cells joined to one stands in the first of them."""
    texts = (_text(each, relations) for each in children(child(cell, "txBody"), "p"))
    return " ".join(filter(None, texts))


def _notes(package: Package, relations: Relations) -> Iterator[Block]:
    """What the speaker says: in slides made for talks it is where the text is."""
    for relation in relations.values():
        if relation.kind == "notesSlide" and not relation.external:
            shapes = _shapes(child(package.part(relation.target), "cSld", "spTree"))
            for shape in (each for each in shapes if _placeholder(each) == "body"):
                paragraphs = list(children(child(shape, "txBody"), "p"))
                yield from with_lists(_paragraphs(paragraphs, package.relations(relation.target), points=False))


def _without_repeats(placed: Iterable[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """The blocks without a title that says what the one before it said: the same thing goes on, on another slide."""
    title: Block | None = None
    for block, page in placed:
        if not isinstance(block, Heading) or block != title:
            yield block, page
        title = block if isinstance(block, Heading) else title
