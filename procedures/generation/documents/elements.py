"""The elements of a web page, one after the other, to blocks and items."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from procedures.generation.documents.blocks import Block, Heading, Paragraph, Preformatted, rendered
from procedures.generation.documents.inline import escaped, guarded, plain
from procedures.generation.documents.lists import Item, with_lists
from procedures.generation.documents.spans import Span, markdown_of
from procedures.generation.documents.tables import is_table, table

_UNSEEN = re.compile(
    "script|style|template|noscript|nav|aside|footer|head|iframe|object|embed|svg|math|canvas|audio|video|form|button"
    "|select|textarea|input|dialog|-.*"
)
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strong|strike|sub"
    "|sup|time|tt|u|var|wbr|img|picture"
)
_HEADING = re.compile("h([1-6])")
_STRONG, _EMPHASIS, _CODE = frozenset({"b", "strong"}), frozenset({"i", "em"}), frozenset({"code", "kbd", "samp", "tt"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FENCE_RUN = re.compile(r"`{3,}")
Part = Block | Item


class _Style(NamedTuple):
    """How text is shown where the walk stands."""

    strong: bool = False
    emphasis: bool = False
    link: str | None = None
    code: bool = False


_PLAIN = _Style()


def parts_of(node: LexborNode | None, style: _Style = _PLAIN, depth: int = 0) -> list[Part]:
    """What is in an element: blocks, and items of lists from this depth."""
    walk = _Walk(depth)
    if node is not None:
        walk.inside(node, style)
        walk.flush()
    return walk.parts


class _Walk:
    """Through the elements of a page; text is gathered until an element ends the paragraph."""

    def __init__(self, depth: int) -> None:
        self.parts: list[Part] = []
        self._depth = depth  # of the next list
        self._run: list[Span] = []

    def flush(self) -> None:
        """End the paragraph."""
        text = markdown_of(self._run)
        if text:
            self.parts.append(Paragraph(guarded(text)))
        self._run = []

    def inside(self, node: LexborNode, style: _Style) -> None:
        """Everything in an element."""
        for each in _children(node):
            tag = each.tag or ""
            if tag == "-text":
                self._run.append(Span(each.text_content or "", *style))
            elif tag == "br":
                self._run.append(Span(" "))
            elif _INLINE.fullmatch(tag):
                self.inside(each, _styled(style, tag, each))
            else:
                self.flush()
                self._block(tag, each, style)
                self.flush()

    def _block(self, tag: str, node: LexborNode, style: _Style) -> None:
        if heading := _HEADING.fullmatch(tag):
            text = " ".join(plain(part.text) for part in parts_of(node))
            self.parts += (Heading(int(heading[1]), text),) if text else ()
        elif tag in {"ul", "ol", "menu"}:
            self.parts += _items(node, style, self._depth, 1 if tag == "ol" else None)
        elif tag == "table":
            self.parts += _table(node, style)
        elif tag == "pre":
            self.parts += _code(node)
        elif tag == "blockquote":
            self.parts += _quote(node, style)
        else:
            self.inside(node, style._replace(strong=True) if tag == "dt" else style)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    each = node.first_child
    while each is not None:
        if each.tag == "-text" or not _is_unseen(each):
            yield each
        each = each.next


def _is_unseen(node: LexborNode) -> bool:
    tag, given = node.tag or "", node.attributes
    hidden = "hidden" in given or given.get("aria-hidden") == "true" or _HIDDEN.search(given.get("style") or "")
    return bool(hidden) or _UNSEEN.fullmatch(tag) is not None


def _styled(style: _Style, tag: str, node: LexborNode) -> _Style:
    return _Style(
        style.strong or tag in _STRONG,
        style.emphasis or tag in _EMPHASIS,
        (node.attributes.get("href") or "").strip() or style.link if tag == "a" else style.link,
        style.code or tag in _CODE,
    )


def _items(node: LexborNode, style: _Style, depth: int, number: int | None) -> Iterator[Part]:
    """The items of a list, each followed by those of the lists in it."""
    given = node.attributes.get("start") or ""
    number = int(given) if number and given.isdecimal() and len(given) < 9 else number  # noqa: PLR2004
    for each in _children(node):
        parts = parts_of(each, style, depth + 1) if each.tag != "-text" else []
        text = " ".join(_inline(part) for part in parts if isinstance(part, (Heading, Paragraph)))
        if text:
            yield Item(depth, number, text)
            number = None if number is None else number + 1
        yield from (part for part in parts if isinstance(part, (Item, Preformatted)))


def _inline(part: Part) -> str:
    return escaped(part.text) if isinstance(part, Heading) else part.text


def _table(node: LexborNode, style: _Style) -> list[Part]:
    """A table; one that only lays out the page is taken apart."""
    grid = [[parts_of(cell, style) if cell else [] for cell in row] for row in _rows(node)]
    inner = [part for row in grid for cell in row for part in cell]
    texts = [[" ".join(part.text for part in cell) for cell in row] for row in grid]
    lays_out = any(isinstance(part, (Heading, Preformatted)) for part in inner)
    return [table(texts)] if is_table(texts) and not lays_out else inner


def _rows(node: LexborNode) -> Iterator[list[LexborNode | None]]:
    """Rows of cells; None is a place that a cell above or to the left covers."""
    below: dict[int, int] = {}
    for each in _children(node):
        if each.tag in {"thead", "tbody", "tfoot"}:
            yield from _rows(each)
        elif each.tag == "tr":
            yield list(_row(each, below))
        elif each.tag == "caption":
            yield [each]


def _row(row: LexborNode, below: dict[int, int]) -> Iterator[LexborNode | None]:
    column = 0
    for cell in (*(each for each in _children(row) if each.tag in {"td", "th"}), None):
        while below.get(column):
            below[column] -= 1
            column += 1
            yield None
        if cell is None:
            return
        width = _count(cell, "colspan")
        below.update({column + i: _count(cell, "rowspan") - 1 for i in range(width)})
        column += width
        yield from (cell, *[None] * (width - 1))


def _count(cell: LexborNode, name: str) -> int:
    given = cell.attributes.get(name) or ""
    return min(max(int(given), 1), 100) if given.isdecimal() and len(given) < 5 else 1  # noqa: PLR2004


def _code(node: LexborNode) -> Iterator[Preformatted]:
    """Fenced by a fence longer than any in the code."""
    text = node.text().strip("\n").rstrip()
    fence = "`" * (max((len(run) for run in _FENCE_RUN.findall(text)), default=2) + 1)
    if text.strip():
        yield Preformatted("code", f"{fence}\n{text}\n{fence}")


def _quote(node: LexborNode, style: _Style) -> Iterator[Preformatted]:
    text = "\n\n".join(rendered(block) for block in with_lists(parts_of(node, style)))
    if text:
        yield Preformatted("quote", "\n".join(f"> {line}".rstrip() for line in text.split("\n")))
