"""A stranger's inline Markdown, made safe to show.

Lessons are shown to other people than the one who uploaded the file, so raw HTML, images (whose files are not here)
and links with schemes other than http, https and mailto do not pass. Code spans pass as they are: nothing in them is
markup. Where they begin and end is decided exactly as CommonMark does it, or HTML could hide in what only looks like
one.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator

_UNESCAPED = r"(?<!\\)((?:\\\\)*+)"
_TARGET = r"\(\s?<?((?:[^()\s<>]|\([^()\s]{0,200}\)){0,2000}+)>?(?:\s[^()]{0,500})?\)"
_IMAGE = re.compile(_UNESCAPED + r"!\[([^\[\]]{0,500}+)\](?:" + _TARGET + r"|\[[^\[\]]{0,100}+\])")
_OTHER_IMAGE = re.compile(_UNESCAPED + r"!\[")
_LINK = re.compile(r"(?<![!\\])\[([^\[\]]{0,500}+)\]" + _TARGET)
_OTHER_LINK = re.compile(r"(?<=\])([(:])(?!\s?<?(?:https?://|mailto:))")
_AUTOLINK = re.compile(_UNESCAPED + r"<((?:https?://|mailto:)[^<>\s\[\]()\\`]{1,2000})>")
_COMMENT_OR_TAG = re.compile(_UNESCAPED + r"(?:<!--.{0,5000}?-->|</?[A-Za-z][^<>]{0,500}>)", re.DOTALL)
_LINE_BREAK_TAG = re.compile(r"(?<=[\w.,;:!?)])<br\s?/?>", re.IGNORECASE)
_BEFORE_TAG = re.compile(_UNESCAPED + r"<(?=[A-Za-z/!?])")
_BACKTICK = re.compile(_UNESCAPED + r"`")
_BACKTICKS = re.compile(r"`+")
_SAFE_TARGET = re.compile(r"https?://|mailto:", re.IGNORECASE)


def safe(text: str) -> str:
    """The content of one paragraph: tags vanish, images become their descriptions, unsafe links their labels.

    Doing it twice changes nothing more, so text that has been stored can be treated as a stranger's again.
    """
    return outside_code(text, _without_markup)


def safe_in_place(text: str) -> str:
    """As `safe`, for lines of a list, quotation or table: only escapes, so that no line starts another block."""
    return outside_code(text, _with_escapes)


def _without_markup(text: str) -> str:
    text = _COMMENT_OR_TAG.sub(r"\1", _AUTOLINK.sub(r"\1[\2](\2)", _escaped_backticks(text)))
    return _with_escapes(_LINK.sub(_safe_link, _IMAGE.sub(r"\1\2", text)))


def _with_escapes(text: str) -> str:
    text = _AUTOLINK.sub(r"\1[\2](\2)", _LINE_BREAK_TAG.sub(" ", _escaped_backticks(text)))
    text = _OTHER_IMAGE.sub(r"\1!\\[", _IMAGE.sub(r"\1\\[\2]", text))
    text = _OTHER_LINK.sub(r"\\\1", text)
    return _BEFORE_TAG.sub(r"\1\\<", text)


def _escaped_backticks(text: str) -> str:
    # A backtick that opens nothing could join another one when what stands between them is removed.
    return _BACKTICK.sub(r"\1\\`", text)


def _safe_link(found: re.Match[str]) -> str:
    label, target = found.groups()
    return f"[{label}]({target})" if _SAFE_TARGET.match(target) else label


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` made to each stretch of it between the code spans that keep to one line."""
    parts: list[str] = []
    end = 0
    for start, stop in _code_spans(text):
        if "\n" not in text[start:stop]:  # else its next line may start with a tag, which ends a paragraph
            parts += (_apart(text[end:start], change(text[end:start])), text[start:stop])
            end = stop
    return "".join((*parts, change(text[end:])))


def _apart(before: str, after: str) -> str:
    """What stands before a code span, so that it neither joins the span to the one before it nor escapes it."""
    return f"{after} " if before and (not after or after.endswith("\\")) else after


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where code spans start and stop: CommonMark 0.31, section 6.1."""
    runs = [found.span() for found in _BACKTICKS.finditer(text)]
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, (start, stop) in enumerate(runs):
        by_length[stop - start].append(number)
    position = 0
    while position < len(runs):
        start, stop = runs[position]
        start += _is_escaped(text, start)
        closers = by_length[stop - start]
        closer = bisect_right(closers, position)
        if stop == start or closer == len(closers):
            position += 1
            continue
        yield start, runs[closers[closer]][1]
        position = closers[closer] + 1


def _is_escaped(text: str, position: int) -> bool:
    before = position
    while before and text[before - 1] == "\\":
        before -= 1
    return (position - before) % 2 == 1
