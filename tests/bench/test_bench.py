"""The benchmark runs; what it measures is for `make bench` on a quiet machine."""

from tests.bench.__main__ import measure


def test_the_short_form_gives_every_row() -> None:
    rows = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "documents", "gen", "-"}
    assert {figure.row for figure in measure(short=True)} == rows
