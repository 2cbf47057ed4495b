"""One measured figure, and the table of them."""

from collections.abc import Iterable

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. `value` is a ratio of two things measured in turns, unless `unit` says otherwise.

    `reach` is the number to reach: a least value, or a greatest one where `at_most`; None is only for information.
    """

    row: str
    work: str
    value: float
    unit: str = "x"
    reach: float | None = None
    at_most: bool = False
    detail: str = ""

    @property
    def reached(self) -> bool:
        """Whether the figure is as asked for."""
        if self.reach is None:
            return True
        return self.value <= self.reach if self.at_most else self.value >= self.reach


def table(figures: Iterable[Figure]) -> str:
    """The figures as a text of one line each."""
    lines = [("row", "work", "measured", "reach", "", "detail"), *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    sign = "<=" if figure.at_most else ">="
    reach = "" if figure.reach is None else f"{sign} {figure.reach:g}"
    verdict = "" if figure.reached else "MISSED"
    return figure.row, figure.work, f"{figure.value:.3g} {figure.unit}", reach, verdict, figure.detail
