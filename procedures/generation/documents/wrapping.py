"""Lines of a paragraph joined to one, with words put together again that a line's end had cut."""

import re
from collections.abc import Iterable, Sequence

from procedures.generation.documents.inline import one_line

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT = re.compile(r"([^\W\d_]+)[-\u2010]\Z")


def words_in(lines: Iterable[str]) -> frozenset[str]:
    """The words of a text, in lower case: what tells a cut word from one that is spelled with a hyphen."""
    return frozenset(word.casefold() for line in lines for word in _WORD.findall(line))


def joined(lines: Sequence[str], known: frozenset[str]) -> str:
    """One line; a hyphen at a line's end stays only where the text has the word with a hyphen, and not without."""
    text: list[str] = []
    for line in map(one_line, lines):
        cut = _CUT.search(text[-1]) if text else None
        if cut and line[:1].islower():
            text[-1] = text[-1][: cut.end(1)] + ("-" if _is_spelled_with_hyphen(cut[1], line, known) else "") + line
        else:
            text.append(line)
    return one_line(" ".join(text))


def _is_spelled_with_hyphen(before: str, line: str, known: frozenset[str]) -> bool:
    rest = _WORD.match(line)
    after = rest[0] if rest else ""
    return f"{before}{after}".casefold() not in known and f"{before}-{after}".casefold() in known
