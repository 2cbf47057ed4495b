"""Items of lists, with their depth, to Markdown's lists."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from procedures.generation.documents.blocks import Block, Preformatted
from procedures.generation.documents.inline import guarded


class Item(NamedTuple):
    """An item at a depth from 0, numbered or not; `text` is inline Markdown."""

    depth: int
    number: int | None
    text: str


def with_lists(parts: Iterable[Block | Item]) -> Iterator[Block]:
    """The parts in order, items that follow each other as lists; one kind of list does not run into the other."""
    run: list[Item] = []
    for part in parts:
        if isinstance(part, Item):
            if run and part.depth <= run[0].depth and (part.number is None) != (run[0].number is None):
                yield _list(run)
                run = []
            run.append(part)
        else:
            if run:
                yield _list(run)
            run = []
            yield part
    if run:
        yield _list(run)


def _list(items: Iterable[Item]) -> Preformatted:
    """Each item below its parent's text, which is where CommonMark wants it (section 5.2)."""
    open_items: list[tuple[int, int]] = []  # the depth of each item around, and where its text begins
    lines: list[str] = []
    for item in items:
        while open_items and open_items[-1][0] >= item.depth:
            open_items.pop()
        indent = open_items[-1][1] if open_items else 0
        marker = "-" if item.number is None else f"{item.number}."
        lines.append(f"{' ' * indent}{marker} {guarded(item.text)}")
        open_items.append((item.depth, indent + len(marker) + 1))
    return Preformatted("list", "\n".join(lines))
