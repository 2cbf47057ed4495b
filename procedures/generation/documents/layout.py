"""Lines of a PDF to blocks: headings by larger or bolder type, paragraphs by gaps, indents and closed lines."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from procedures.generation.documents.blocks import (
    DEEPEST_LEVEL,
    Block,
    Heading,
    Paragraph,
    Preformatted,
    Reading,
    placed_lists_joined,
)
from procedures.generation.documents.inline import literal
from procedures.generation.documents.pdf import Line, Pages
from procedures.generation.documents.plaintext import could_be_heading, list_item
from procedures.generation.documents.running import without_running_lines
from procedures.generation.documents.wrapping import joined, words_in

_LARGER = 1.1  # times the size of the text
_WIDE_GAP = 1.25  # times the usual distance of lines
_LONGEST_HEADING = 200
_SENTENCE_ENDS = tuple('.!?…:;»"”)')


class _Type(msgspec.Struct, frozen=True):
    """The measures of a document's text: type size, distance of base lines, characters to a full line."""

    size: float
    leading: float
    length: float
    headings: Mapping[float, int]
    bold_level: int


def laid_out(pages: Pages) -> Reading:
    """The blocks of a PDF, in the order in which its pages draw them."""
    lines = without_running_lines(pages.lines)
    if not lines:
        return Reading((), page_count=pages.count)
    levels = _levels(lines, pages.outline)
    known = words_in(line.text for line in lines)
    typeface = _type_of(lines)
    groups = _groups(lines, levels, typeface)
    placed = placed_lists_joined((_block(group, level, known), group[0].page) for level, group in groups)
    return Reading(tuple(block for block, _ in placed), tuple(page for _, page in placed), pages.count)


def _type_of(lines: Sequence[Line]) -> _Type:
    characters = Counter[float]()
    for line in lines:
        characters[line.size] += len(line.text)
    size = characters.most_common(1)[0][0]
    larger = sorted({line.size for line in lines if line.size >= size * _LARGER}, reverse=True)
    headings = {each: min(level, DEEPEST_LEVEL) for level, each in enumerate(larger, start=1)}
    text = [line for line in lines if line.size == size]
    gaps = [a.y - b.y for a, b in pairwise(text) if a.page == b.page and 0 < a.y - b.y < 3 * size]
    lengths = sorted(len(line.text) for line in text)
    longest = min(len(headings) + 1, DEEPEST_LEVEL)
    return _Type(size, median(gaps or [size]), lengths[len(lengths) * 3 // 4], headings, longest)


def _levels(lines: Sequence[Line], outline: Mapping[str, int]) -> list[int | None]:
    """For each line the level of the heading that it is, or None; the outline is asked where type says nothing."""
    typeface = _type_of(lines)
    mostly_bold = sum(line.bold for line in lines) > len(lines) / 2
    levels = [_level(line, typeface, bold_counts=not mostly_bold) for line in lines]
    if any(levels):
        return levels
    return [outline.get(line.text.casefold()) for line in lines]


def _level(line: Line, typeface: _Type, *, bold_counts: bool) -> int | None:
    if not any(character.isalpha() for character in line.text):
        return None
    larger = typeface.headings.get(line.size)
    if larger is not None:
        return larger
    return typeface.bold_level if bold_counts and line.bold and could_be_heading(line.text) else None


def _groups(
    lines: Sequence[Line], levels: Sequence[int | None], typeface: _Type
) -> Iterator[tuple[int | None, list[Line]]]:
    """Lines that belong together, each group with its level if it is a heading."""
    group: list[Line] = [lines[0]]
    for position in range(1, len(lines)):
        line, level = lines[position], levels[position]
        same_kind = level == levels[position - 1]
        if same_kind and _continues(group, line, typeface):
            group.append(line)
        else:
            yield levels[position - 1], group
            group = [line]
    yield levels[-1], group


def _continues(group: Sequence[Line], line: Line, typeface: _Type) -> bool:
    before = group[-1]
    closed = before.text.endswith(_SENTENCE_ENDS)
    gap = before.y - line.y
    if line.page != before.page or gap < -typeface.size:  # another page or column
        return not closed and not list_item(line.text)
    if gap > max(_WIDE_GAP * typeface.leading, _WIDE_GAP * line.size):
        return False
    if list_item(line.text) and (closed or list_item(group[0].text)):
        return False
    ends_short = closed and len(before.text) < 0.75 * typeface.length
    return not ends_short and not _is_indented(group, line, typeface)


def _is_indented(group: Sequence[Line], line: Line, typeface: _Type) -> bool:
    indent = line.x - group[-1].x
    return 0.8 * typeface.size < indent < 6 * typeface.size and not list_item(group[0].text)


def _block(group: Sequence[Line], level: int | None, known: frozenset[str]) -> Block:
    text = joined([line.text for line in group], known)
    if level is not None and len(text) <= _LONGEST_HEADING:
        return Heading(level, text)
    item = list_item(text)
    return Preformatted("list", item) if item else Paragraph(literal(text))
