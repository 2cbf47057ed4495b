"""Word's styles and lists: which paragraphs are headings, and which are items."""

import re
from collections import defaultdict
from collections.abc import Iterator

from procedures.generation.documents.blocks import DEEPEST_LEVEL
from procedures.generation.documents.office.package import Element, attribute, child, children, number, value

_HEADING = re.compile(r"(?:heading|заголовок|überschrift|titre|título|titolo|nagłówek|nadpis) ?(\d)")
_TITLES = frozenset({"title", "название", "заголовок", "заглавие", "titel", "titre", "título", "titolo", "tytuł"})
_CONTENTS = re.compile(r"(?:toc|оглавление|содержание|contents|table of figures)\b")
_QUOTE = re.compile(r"(?:(?:intense )?quote|block text|(?:выделенная )?цитата|quotations)\b")
_LONGEST_CHAIN = 20
TITLE = 0


class Styles:
    """The paragraph styles of a document; a style has what those it is based on have."""

    def __init__(self, root: Element | None) -> None:
        self._by_id = {attribute(each, "styleId") or "": each for each in children(root, "style")}

    def level(self, properties: Element | None) -> int | None:
        """The level of the heading that a paragraph with these properties is: `TITLE`, 1 to 6, or None."""
        own = number(value(properties, "outlineLvl"))
        if own is not None:
            return own + 1 if own < DEEPEST_LEVEL else None
        return next((level for style in self._chain(properties) if (level := _level(style)) is not None), None)

    def is_contents(self, properties: Element | None) -> bool:
        """Whether the paragraph is a line of a table of contents, which repeats the headings."""
        return any(_CONTENTS.match(_name(style)) for style in self._chain(properties))

    def is_quote(self, properties: Element | None) -> bool:
        """Whether the paragraph is a quotation."""
        return any(_QUOTE.fullmatch(_name(style)) for style in self._chain(properties))

    def numbering(self, properties: Element | None) -> tuple[str | None, int]:
        """The list that a paragraph belongs to, None for none, and its depth there."""
        given = [properties, *(child(style, "pPr") for style in self._chain(properties))]
        ids = (value(each, "numPr", "numId") for each in given)
        depths = (number(value(each, "numPr", "ilvl")) for each in given)
        return next((each for each in ids if each), None), next((each for each in depths if each is not None), 0)

    def _chain(self, properties: Element | None) -> Iterator[Element]:
        style_id = value(properties, "pStyle")
        for _ in range(_LONGEST_CHAIN):
            style = self._by_id.get(style_id or "")
            if style is None:
                return
            yield style
            style_id = value(style, "basedOn")


def _name(style: Element) -> str:
    return " ".join((value(style, "name") or "").casefold().split())


def _level(style: Element) -> int | None:
    name = _name(style)
    if name in _TITLES:
        return TITLE
    if heading := _HEADING.fullmatch(name):
        return min(int(heading[1]) or 1, DEEPEST_LEVEL)
    outline = number(value(style, "pPr", "outlineLvl"))
    return outline + 1 if outline is not None and outline < DEEPEST_LEVEL else None


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Element | None) -> None:
        self._lists = {attribute(each, "numId"): each for each in children(root, "num")}
        self._abstract = {attribute(each, "abstractNumId"): each for each in children(root, "abstractNum")}
        self._counts: defaultdict[str | None, dict[int, int]] = defaultdict(dict)
        self._restarted: set[tuple[str, int]] = set()

    def format(self, list_id: str, depth: int) -> str | None:
        """`bullet`, `decimal`, …; None for a list that is not there or shows no marks."""
        found = value(self._level(list_id, depth), "numFmt")
        return None if found == "none" else found

    def next(self, list_id: str, depth: int) -> int:
        """The number of the next item; lists of one kind count on, unless one says where it starts."""
        counts = self._counts[value(self._lists.get(list_id), "abstractNumId")]
        start = number(value(self._level(list_id, depth), "start"))
        override = number(value(self._override(list_id, depth), "startOverride"))
        if override is not None and (list_id, depth) not in self._restarted:
            self._restarted.add((list_id, depth))
            counts[depth] = override
        else:
            counts[depth] = counts.get(depth, (1 if start is None else start) - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        return max(counts[depth], 0)

    def _override(self, list_id: str, depth: int) -> Element | None:
        overrides = children(self._lists.get(list_id), "lvlOverride")
        return next((each for each in overrides if attribute(each, "ilvl") == str(depth)), None)

    def _level(self, list_id: str, depth: int) -> Element | None:
        abstract = self._abstract.get(value(self._lists.get(list_id), "abstractNumId"))
        levels = (*children(self._override(list_id, depth), "lvl"), *children(abstract, "lvl"))
        return next((each for each in levels if attribute(each, "ilvl") == str(depth)), None)
