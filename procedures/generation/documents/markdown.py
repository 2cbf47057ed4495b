"""Markdown to blocks, by CommonMark's own rules for where a block begins and ends (with GitHub's tables)."""

import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.token import Token

from procedures.generation.documents.blocks import (
    Block,
    Document,
    Heading,
    PageStarts,
    Paragraph,
    Preformatted,
    PreformattedKind,
    says_something,
)
from procedures.generation.documents.inline import guarded, one_line, plain, tidy
from procedures.generation.documents.references import definitions_of, only_definitions, resolved
from procedures.generation.documents.safety import safe, safe_in_place

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_HARD_BREAK = re.compile(r"\\\n")
_FENCE_RUN = re.compile(r"`{3,}")
_WHOLE: dict[str, PreformattedKind] = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "blockquote_open": "quote",
}


def read_markdown(text: str) -> tuple[Block, ...]:
    """The blocks of an uploaded Markdown text, made safe to show; front matter and link definitions are left out."""
    return tuple(block for block, _ in _blocks(_FRONT_MATTER.sub("", tidy(text))))


def from_markdown(text: str, filename: str, starts: PageStarts = (), page_count: int | None = None) -> Document:
    """The document that `to_markdown` has rendered as `text`, and `page_starts` as `starts`.

    It is made safe again, for the text may have been stored.
    """
    found = list(_blocks(text))
    lines = [line for line, _ in starts]
    pages = tuple(starts[max(bisect_right(lines, line) - 1, 0)][1] for _, line in found) if starts else ()
    return Document(filename, tuple(block for block, _ in found), pages, page_count)


def _blocks(text: str) -> Iterator[tuple[Block, int]]:
    """Each block with the line that it begins on."""
    reader = _Reader(text)
    for position, token in enumerate(reader.tokens):
        if token.level == 0:
            block = reader.block(position)
            if block is not None and says_something(block):
                yield block, (token.map or (0, 0))[0]


def _parser() -> MarkdownIt:
    # HTML and link definitions are taken for text: once escaped they are, and blocks must not begin elsewhere then.
    # Inline markup is left alone, for blocks are moved whole.
    parser = MarkdownIt("commonmark").enable("table").disable(["html_block", "reference"])
    parser.core.ruler.disable("inline")
    return parser


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: Sequence[Token] = _parser().parse(text)
        self._lines = text.split("\n")
        self._links = definitions_of(token.content for token in self.tokens if token.type == "inline")

    def block(self, position: int) -> Block | None:
        """The block that opens at `position`; None where it holds nothing to read."""
        token = self.tokens[position]
        match token.type:
            case "heading_open":
                return Heading(int(token.tag[1]), plain(self._prose(position + 1)))
            case "paragraph_open":
                hidden = only_definitions(self.tokens[position + 1].content)
                return None if hidden else Paragraph(guarded(self._prose(position + 1)))
            case "fence" | "code_block":
                return _code(token)
            case other:
                return self._whole(_WHOLE[other], position) if other in _WHOLE else None

    def _prose(self, position: int) -> str:
        text = one_line(_HARD_BREAK.sub(" ", self.tokens[position].content))
        return one_line(safe(resolved(text, self._links)))

    def _whole(self, kind: PreformattedKind, position: int) -> Preformatted:
        """The source lines of the block at `position`, each piece of text in it made safe by itself."""
        start, stop = self.tokens[position].map or (0, 0)
        for first, last in self._texts_within(position):
            self._lines[first:last] = self._safe_lines(kind, self._lines[first:last])
        return Preformatted(kind, textwrap.dedent("\n".join(self._lines[start:stop])).strip("\n").rstrip())

    def _texts_within(self, position: int) -> set[tuple[int, int]]:
        """Line ranges of the texts (not the code) nested in the block at `position`."""
        found: set[tuple[int, int]] = set()
        for index in range(position + 1, len(self.tokens)):
            token = self.tokens[index]
            if token.level == 0:
                break
            if token.type == "inline" and token.map:
                found.add((token.map[0], token.map[1]))
        return found

    def _safe_lines(self, kind: PreformattedKind, lines: list[str]) -> list[str]:
        resolve = partial(resolved, links=self._links)
        if kind == "table":  # cell by cell: a code span never crosses a cell, though its backticks may seem to
            return ["|".join(safe_in_place(resolve(cell)) for cell in line.split("|")) for line in lines]
        return safe_in_place(resolve("\n".join(lines))).split("\n")


def _code(token: Token) -> Preformatted:
    """Fenced again, by a fence longer than any in the code, so that it cannot be closed early."""
    longest = max((len(run) for run in _FENCE_RUN.findall(token.content)), default=2)
    fence = "`" * (longest + 1)
    language = re.sub(r"[^\w+#.-]", "", token.info.strip().split(" ")[0])
    content = token.content.strip("\n")
    return Preformatted("code", f"{fence}{language}\n{content}\n{fence}" if content.strip() else "")
