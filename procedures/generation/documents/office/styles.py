"""Word's styles and lists: which paragraphs are headings, and which are items.

Read from the elements: python-docx knows neither outlines nor lists, searches all styles for that of each paragraph,
and takes offence at values that make no sense, which are no reason not to read a text.
"""
# Elements have no public names, neither python-docx's nor lxml's:
# pyright: reportPrivateUsage=false

import re
from collections import defaultdict
from collections.abc import Iterator

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap, qn
from docx.parts.document import DocumentPart
from docx.text.paragraph import Paragraph
from lxml.etree import _Element

from procedures.generation.documents.blocks import DEEPEST_LEVEL
from procedures.generation.documents.office.markup import related
from procedures.generation.documents.office.package import number

_HEADING = re.compile(r"(?:heading|заголовок|überschrift|titre|título|titolo|nagłówek|nadpis) ?(\d)")
_TITLES = frozenset({"title", "название", "заголовок", "заглавие", "titel", "titre", "título", "titolo", "tytuł"})
_CONTENTS = re.compile(r"(?:toc|оглавление|содержание|contents|table of figures)\b")
_QUOTE = re.compile(r"(?:(?:intense )?quote|block text|(?:выделенная )?цитата|quotations)\b")
_LONGEST_CHAIN = 20
TITLE = 0


class Styles:
    """The paragraph styles of a document; a style has what those it is based on have."""

    def __init__(self, part: DocumentPart) -> None:
        root = related(part, RELATIONSHIP_TYPE.STYLES)
        self._by_id = {each.get(qn("w:styleId")): each for each in _children(root, "w:style")}

    def level(self, line: Paragraph) -> int | None:
        """The level of the heading that a paragraph is: `TITLE`, 1 to 6, or None."""
        own = number(_value(line._p, "w:pPr/w:outlineLvl"))
        if own is not None:
            return own + 1 if own < DEEPEST_LEVEL else None
        return next((level for style in self._chain(line) if (level := _level(style)) is not None), None)

    def is_contents(self, line: Paragraph) -> bool:
        """Whether the paragraph is a line of a table of contents, which repeats the headings."""
        return any(_CONTENTS.match(_name(style)) for style in self._chain(line))

    def is_quote(self, line: Paragraph) -> bool:
        """Whether the paragraph is a quotation."""
        return any(_QUOTE.fullmatch(_name(style)) for style in self._chain(line))

    def numbering(self, line: Paragraph) -> tuple[str | None, int]:
        """The list that a paragraph belongs to, None for none, and its depth there."""
        given = [line._p, *self._chain(line)]
        ids = (_value(each, "w:pPr/w:numPr/w:numId") for each in given)
        depths = (number(_value(each, "w:pPr/w:numPr/w:ilvl")) for each in given)
        return next((each for each in ids if each), None), next((each for each in depths if each is not None), 0)

    def _chain(self, line: Paragraph) -> Iterator[_Element]:
        style_id = _value(line._p, "w:pPr/w:pStyle")
        for _ in range(_LONGEST_CHAIN):  # styles may be based on each other in a circle
            style = self._by_id.get(style_id)
            if style is None:
                return
            yield style
            style_id = _value(style, "w:basedOn")


def _children(root: _Element | None, name: str) -> Iterator[_Element]:
    return iter(()) if root is None else root.iterchildren(qn(name))


def _value(element: _Element | None, path: str) -> str | None:
    """The `val` of a descendant, which is how WordprocessingML writes properties."""
    found = None if element is None else element.find(path, nsmap)
    return None if found is None else found.get(qn("w:val"))


def _name(style: _Element) -> str:
    return " ".join((_value(style, "w:name") or "").casefold().split())


def _level(style: _Element) -> int | None:
    name = _name(style)
    if name in _TITLES:
        return TITLE
    if heading := _HEADING.fullmatch(name):
        return min(int(heading[1]) or 1, DEEPEST_LEVEL)
    outline = number(_value(style, "w:pPr/w:outlineLvl"))
    return outline + 1 if outline is not None and outline < DEEPEST_LEVEL else None


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, part: DocumentPart) -> None:
        root = related(part, RELATIONSHIP_TYPE.NUMBERING)
        self._lists = {each.get(qn("w:numId")): each for each in _children(root, "w:num")}
        self._abstract = {each.get(qn("w:abstractNumId")): each for each in _children(root, "w:abstractNum")}
        self._counts: defaultdict[str | None, dict[int, int]] = defaultdict(dict)
        self._restarted: set[tuple[str, int]] = set()

    def format(self, list_id: str, depth: int) -> str | None:
        """`bullet`, `decimal`, …; None for a list that is not there or shows no marks."""
        found = self._setting(list_id, depth, "w:numFmt")
        return None if found == "none" else found

    def next(self, list_id: str, depth: int) -> int:
        """The number of the next item; lists of one kind count on, unless one says where it starts."""
        counts = self._counts[_value(self._lists.get(list_id), "w:abstractNumId")]
        start = number(self._setting(list_id, depth, "w:start"))
        override = number(_value(self._lists.get(list_id), f"w:lvlOverride[@w:ilvl='{depth}']/w:startOverride"))
        if override is not None and (list_id, depth) not in self._restarted:
            self._restarted.add((list_id, depth))
            counts[depth] = override
        else:
            counts[depth] = counts.get(depth, (1 if start is None else start) - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        return max(counts[depth], 0)

    def _setting(self, list_id: str, depth: int, name: str) -> str | None:
        """What a list says of a level itself, or else what its kind does."""
        given = self._lists.get(list_id)
        abstract = self._abstract.get(_value(given, "w:abstractNumId"))
        level = f"w:lvl[@w:ilvl='{depth}']/{name}"
        return _value(given, f"w:lvlOverride/{level}") or _value(abstract, level)
