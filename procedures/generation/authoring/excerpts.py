"""Parts of a block: where a long one may be divided, and how a part is shown by itself."""

import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise

from procedures.generation.documents import (
    Block,
    Heading,
    Paragraph,
    Preformatted,
    guarded,
    one_line,
    safe,
    safe_in_place,
)

_SENTENCE_END = re.compile(r"[.!?…][»\"”)]*\s+(?=[^\s])")
_LINE_END = re.compile(r"\n(?=\S)")  # an indented line belongs to the item before it
_ANY_LINE_END = re.compile(r"\n")
_SPACE = re.compile(r"\s+")


def excerpt(block: Block, begin: int, end: int | None) -> str:
    """Characters `begin` to `end` of a block's text as Markdown that stands alone."""
    text = block.text[begin:end].strip("\n")
    if isinstance(block, Heading) or (begin == 0 and end is None):
        return text
    if isinstance(block, Paragraph):
        return guarded(one_line(safe(text)))
    match block.kind:
        case "code":
            return _fenced(block.text, text)
        case "table":
            return "\n".join((*block.text.split("\n", 2)[:2], text)) if begin else text
        case "list" | "quote":
            return safe_in_place(textwrap.dedent(text))


def divisions(block: Block, most: int) -> list[tuple[int, int | None]]:
    """Begin and end of each part of a block, none longer than `most` save a table's rows, which stay whole.

    Paragraphs are divided after sentences, lists after items; only where there are none, at spaces; at last anywhere.
    """
    length = len(block.text)
    if length <= most or isinstance(block, Heading):
        return [(0, None)]
    target = length / -(-length // most)
    cuts = [0, *_cuts(block, target, most), length]
    return [(begin, end if end < length else None) for begin, end in pairwise(cuts)]


def _cuts(block: Block, target: float, most: int) -> Iterator[int]:
    begin = 0
    length = len(block.text)
    while length - begin > most:
        begin = _next_cut(block, begin, int(target), most)
        if begin >= length:
            return
        yield begin


def _next_cut(block: Block, begin: int, target: int, most: int) -> int:
    """The possible cut nearest to the target size, of the best kind that there is within the limit."""
    window = block.text[begin : begin + most]
    for pattern in _patterns(block):
        ends = [found.end() for found in pattern.finditer(window) if found.end() > target // 3]
        if ends:
            return begin + min(ends, key=lambda end: abs(end - target))
    if not (isinstance(block, Preformatted) and block.kind == "table"):
        return begin + most
    after = block.text.find("\n", begin + most)
    return len(block.text) if after < 0 else after + 1


def _patterns(block: Block) -> tuple[re.Pattern[str], ...]:
    if not isinstance(block, Preformatted):
        return (_SENTENCE_END, _SPACE)
    if block.kind in {"code", "table"}:
        return (_LINE_END, _ANY_LINE_END)
    return (_LINE_END, _ANY_LINE_END, _SENTENCE_END, _SPACE)


def _fenced(whole: str, part: str) -> str:
    opening = whole.split("\n", 1)[0]
    fence = whole.rsplit("\n", 1)[-1]
    head = "" if part.startswith(opening) else f"{opening}\n"
    return f"{head}{part}" if part.endswith(f"\n{fence}") else f"{head}{part}\n{fence}"
