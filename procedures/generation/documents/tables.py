"""Rows of cells to Markdown's tables."""

from collections.abc import Iterable, Sequence

from procedures.generation.documents.blocks import Preformatted

Rows = Sequence[Sequence[str]]


def is_table(rows: Rows) -> bool:
    """Whether the rows make a table: two columns and two rows with something in them."""
    filled = [row for row in rows if any(row)]
    return len(filled) > 1 and max(map(len, filled)) > 1


def table(rows: Rows) -> Preformatted:
    """A table whose first row is its head (GitHub Flavored Markdown, section 4.10); cells are inline Markdown."""
    filled = [row for row in rows if any(row)]
    width = max(map(len, filled))
    lines = [_line([*row, *[""] * (width - len(row))]) for row in filled]
    return Preformatted("table", "\n".join([lines[0], _line(["---"] * width), *lines[1:]]))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
