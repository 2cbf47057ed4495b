"""The points of a course's programme: the learning outcomes that its brief states, one by one."""

import re
from collections.abc import Iterator, Sequence

from procedures.generation.authoring.titles import shortened
from procedures.generation.authoring.types import Brief
from procedures.generation.documents import one_line, plain, safe

MOST_POINTS = 100
_LONGEST_POINT = 1000
_MARKER = re.compile(r"\s*(?:[-*•‣▪–—●·+]|\(?\d{1,3}[.)]|\[[ xX]?\])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ])")


def points_of(brief: Brief) -> tuple[str, ...]:
    """The outcomes, as inline Markdown, each once; where none are stated, the list that the description may hold."""
    stated = _lines(brief.learning_outcomes)
    items = _split(stated) if stated else _items(brief.course_description)
    return tuple(_distinct(items))[:MOST_POINTS]


def description_of(brief: Brief) -> tuple[str, ...]:
    """The paragraphs of the description, without the list that `points_of` has taken from it."""
    lines = _lines(brief.course_description)
    taken = frozenset(() if _lines(brief.learning_outcomes) else _items(brief.course_description))
    kept = [line for line in lines if _text(line) not in taken]
    return tuple(_distinct(line for line in kept if not (taken and line.endswith(":"))))


def as_title(point: str) -> str:
    """A point as the title of a lesson: plain, and not closed like a sentence."""
    return shortened(plain(point), 100).rstrip(".;, ")


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if any(map(str.isalnum, line))]


def _text(line: str) -> str:
    return one_line(_MARKER.sub("", line, count=1))


def _split(lines: Sequence[str]) -> list[str]:
    """One outcome a line; of a single line, those that semicolons or sentences divide."""
    if len(lines) > 1:
        heading = lines[0].endswith(":")  # "You will be able to:"
        return [_text(line) for line in lines[heading:]]
    parts = re.split(r";\s", _text(lines[0]))
    return parts if len(parts) > 1 else _SENTENCE_END.split(parts[0])


def _items(text: str | None) -> list[str]:
    marked = [_text(line) for line in _lines(text) if _MARKER.match(line)]
    return marked if len(marked) > 1 else []


def _distinct(texts: Iterator[str] | Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        shown = _capitalized(one_line(safe(shortened(one_line(text), _LONGEST_POINT))))
        key = "".join(filter(str.isalnum, shown.casefold()))
        if key and key not in seen:
            seen.add(key)
            yield shown


def _capitalized(text: str) -> str:
    # A capital in the second place, as in "pH" or "iOS", says that the first is small on purpose.
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]
