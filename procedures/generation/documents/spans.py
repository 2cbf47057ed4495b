"""Pieces of formatted text to inline Markdown."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from procedures.generation.documents.inline import escaped, one_line, tidy
from procedures.generation.documents.safety import safe

# Marks of our own while the text between them is escaped: private characters, which `_clean` takes out of the text.
_STRONG, _EMPHASIS, _LINK, _LINK_END, _CODE = map(chr, range(0xE000, 0xE005))
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARKS = re.compile(f"[{_STRONG}{_EMPHASIS}{_LINK}{_LINK_END}{_CODE}]")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s()<>\[\]\\`]{1,1990}", re.IGNORECASE)
_WORD = re.compile(r"\w")


class Span(NamedTuple):
    """Text in one format; white space counts as in HTML: any run of it is one space."""

    text: str
    strong: bool = False
    emphasis: bool = False
    link: str | None = None
    code: bool = False


def plain_of(spans: Iterable[Span]) -> str:
    """The text alone, on one line."""
    return one_line("".join(_clean(span.text) for span in spans))


def markdown_of(spans: Iterable[Span]) -> str:
    """Inline Markdown on one line. Links lead to http, https and mailto only, others become their text."""
    given = [cleaned for span in spans if (cleaned := span._replace(text=_clean(span.text))).text]
    merged = [
        format._replace(text="".join(span.text for span in run))
        for format, run in groupby(given, lambda span: span._replace(text=""))
    ]
    targets: list[str] = []
    marked = one_line("".join(_marked(merged, position, targets) for position in range(len(merged))))
    text = _written(escaped(marked), targets)
    return text if safe(text) == text else escaped(plain_of(given))


def _clean(text: str) -> str:
    return _PRIVATE.sub("", tidy(text))


def _marked(spans: Sequence[Span], position: int, targets: list[str]) -> str:
    """A span between marks; what stands for a link's address or for code goes to `targets`."""
    span = spans[position]
    core = span.text.strip()
    before, after = span.text[: len(span.text) - len(span.text.lstrip())], span.text[len(span.text.rstrip()) :]
    if not core:
        return span.text
    alone = not (_touches(spans, position - 1, -1, before) or _touches(spans, position + 1, 0, after))
    if span.code and alone and "`" not in core:
        targets.append(one_line(core))
        return f"{before}{_CODE}{after}"
    core = f"{_EMPHASIS}{core}{_EMPHASIS}" if span.emphasis and alone else core
    core = f"{_STRONG}{core}{_STRONG}" if span.strong and alone else core
    if span.link and _SAFE_LINK.fullmatch(span.link) and not {"[", "]"}.intersection(core):
        targets.append(span.link)
        core = f"{_LINK}{core}{_LINK_END}"
    return f"{before}{core}{after}"


def _touches(spans: Sequence[Span], position: int, end: int, space: str) -> bool:
    """Whether the neighbouring span stands right beside this one with a letter, or with marks of its own: emphasis
    within a word would not show, and marks side by side would run into each other.
    """
    if space or not 0 <= position < len(spans) or spans[position].text[end].isspace():
        return False
    neighbour = spans[position]
    return neighbour.strong or neighbour.emphasis or neighbour.code or bool(_WORD.match(neighbour.text[end]))


def _written(text: str, targets: Iterable[str]) -> str:
    """The marks as Markdown."""
    waiting = iter(targets)
    signs = {_STRONG: "**", _EMPHASIS: "*", _LINK: "["}

    def sign(found: re.Match[str]) -> str:
        mark = found[0]
        if mark in signs:
            return signs[mark]
        return f"]({next(waiting)})" if mark == _LINK_END else f"`{next(waiting)}`"

    return _MARKS.sub(sign, text)
