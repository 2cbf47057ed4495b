"""A document as a sequence of blocks, and its rendering as Markdown.

The rendering is what the database keeps; `markdown.from_markdown` reads it back to the same blocks.
"""

from collections.abc import Iterable
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


class Document(msgspec.Struct, frozen=True):
    """One uploaded file after extraction: its name as uploaded, and its text in reading order."""

    filename: str
    blocks: tuple[Block, ...]


def to_markdown(document: Document) -> str:
    """The document as Markdown, blocks separated by blank lines; the name is not part of it."""
    return "\n\n".join(rendered(block) for block in document.blocks)


def rendered(block: Block) -> str:
    """One block as Markdown."""
    if isinstance(block, Heading):
        return f"{'#' * block.level} {escaped(block.text)}"
    return block.text


def lists_joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks, with lists that follow each other made one."""
    joined: list[Block] = []
    for is_list, run in groupby(blocks, lambda block: isinstance(block, Preformatted) and block.kind == "list"):
        members = tuple(run)
        joined += (Preformatted("list", "\n".join(block.text for block in members)),) if is_list else members
    return tuple(joined)


def has_text(blocks: Iterable[Block]) -> bool:
    """Whether anything in the blocks can be read: at least one letter or digit."""
    return any(character.isalnum() for block in blocks for character in block.text)
