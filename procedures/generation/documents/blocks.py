"""A document as a sequence of blocks, and its rendering as Markdown.

The rendering is what the database keeps; `markdown.from_markdown` reads it back to the same blocks.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from procedures.generation.documents.inline import escaped

PreformattedKind = Literal["list", "table", "quote", "code"]
DEEPEST_LEVEL = 6


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading of level 1 (outermost) to 6; `text` is plain text on one line."""

    level: int
    text: str


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """A paragraph; `text` is inline Markdown on one line, without raw HTML and without images."""

    text: str


class Preformatted(msgspec.Struct, frozen=True, tag="preformatted"):
    """Lines of Markdown that only make sense as they stand: a list, a table, a quotation, or a fenced code block."""

    kind: PreformattedKind
    text: str


Block = Heading | Paragraph | Preformatted


PageStarts = tuple[tuple[int, int], ...]
"""Where pages begin in a document's Markdown: (line from 0, page from 1), in order."""


class Reading(msgspec.Struct, frozen=True):
    """What a reader finds in a file. `pages` says for each block on which page (PDF) or slide it begins, from 1; it is
    empty for formats that have neither.
    """

    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    page_count: int | None = None


class Document(msgspec.Struct, frozen=True):
    """One uploaded file after extraction: its name as uploaded, and what was read, in reading order."""

    filename: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    page_count: int | None = None


def to_markdown(document: Document) -> str:
    """The document as Markdown, blocks separated by blank lines; the name is not part of it."""
    return "\n\n".join(rendered(block) for block in document.blocks)


def page_starts(document: Document) -> PageStarts:
    """Where the pages begin in the document's Markdown, so that text that was stored can be traced to them."""
    starts: list[tuple[int, int]] = []
    line = 0
    for block, page in zip(document.blocks, document.pages, strict=bool(document.pages)):
        if not starts or starts[-1][1] != page:
            starts.append((line, page))
        line += rendered(block).count("\n") + 2  # the blank line between blocks
    return tuple(starts)


def rendered(block: Block) -> str:
    """One block as Markdown."""
    if isinstance(block, Heading):
        return f"{'#' * block.level} {escaped(block.text)}"
    return block.text


def lists_joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks, with lists that follow each other made one."""
    return tuple(block for block, _ in placed_lists_joined((block, 0) for block in blocks))


def placed_lists_joined(blocks: Iterable[tuple[Block, int]]) -> Sequence[tuple[Block, int]]:
    """The same for blocks with their pages; a list begins where its first item does."""
    joined: list[tuple[Block, int]] = []
    for is_list, run in groupby(blocks, lambda each: isinstance(each[0], Preformatted) and each[0].kind == "list"):
        members = tuple(run)
        whole = Preformatted("list", "\n".join(block.text for block, _ in members))
        joined += ((whole, members[0][1]),) if is_list else members
    return joined


def says_something(block: Block) -> bool:
    """Whether a block is kept: any paragraph is, other blocks only with something to read in them."""
    return (isinstance(block, Paragraph) and bool(block.text)) or has_text([block])


def has_text(blocks: Iterable[Block]) -> bool:
    """Whether anything in the blocks can be read: at least one letter or digit."""
    return any(character.isalnum() for block in blocks for character in block.text)
