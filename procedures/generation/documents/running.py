"""What a page repeats around its text: running headers, footers and page numbers, to be left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from procedures.generation.documents.pdf import Line

_EDGE = 2  # lines at the top and at the bottom that may be a header or a footer
_NUMBER = re.compile(
    r"\W*(?:page|стр\.?|с\.)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of|из)\s*\d{1,4})?\W*", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


def without_running_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines of the text itself; what stands at the same edge of at least half the pages is not."""
    edges = _edge_lines(lines)
    pages = len({line.page for line in lines})
    repeated = {key for key, count in Counter(map(_key, edges)).items() if count >= max(2, pages / 2)}
    unwanted = {id(line) for line in edges if _key(line) in repeated or (pages > 1 and _NUMBER.fullmatch(line.text))}
    return [line for line in lines if id(line) not in unwanted]


def _edge_lines(lines: Iterable[Line]) -> list[Line]:
    by_page: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    edges: dict[int, Line] = {}
    for page in by_page.values():
        page.sort(key=lambda line: -line.y)
        edges.update((id(line), line) for line in (*page[:_EDGE], *page[-_EDGE:]))
    return list(edges.values())


def _key(line: Line) -> tuple[str, float, int]:
    """The same words, numbers apart, in the same type at the same height."""
    return _DIGITS.sub("#", line.text), line.size, round(line.y / 4)
