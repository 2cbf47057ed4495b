"""Dividing pieces into parts: exactly as many as asked, at the strongest boundaries, evenly."""

from hypothesis import given
from hypothesis import strategies as st

from procedures.generation.authoring.partition import divided, limited, measured, segments, without_small

_pieces = st.lists(st.tuples(st.integers(1, 500), st.integers(0, 4)), min_size=1, max_size=40)


@given(_pieces, st.integers(1, 60))
def test_there_are_as_many_parts_as_asked_or_as_there_are_pieces(pieces: list[tuple[int, int]], parts: int) -> None:
    measures = measured(*zip(*pieces, strict=True))
    assert len(divided(measures, parts)) + 1 == min(parts, len(pieces))


@given(_pieces, st.integers(1, 60))
def test_no_cut_is_weaker_than_a_boundary_left_whole(pieces: list[tuple[int, int]], parts: int) -> None:
    strengths = [strength for _, strength in pieces]
    cuts = divided(measured(*zip(*pieces, strict=True)), parts)
    whole = [strengths[position] for position in range(1, len(pieces)) if position not in cuts]
    assert not whole or all(strengths[cut] <= min(whole) for cut in cuts)


@given(_pieces, st.integers(500, 3000))
def test_no_part_is_over_the_limit(pieces: list[tuple[int, int]], most: int) -> None:
    weights = [weight for weight, _ in pieces]
    cuts = limited(measured(*zip(*pieces, strict=True)), [], most)
    assert all(sum(weights[start:stop]) <= most for start, stop in segments(cuts, len(pieces)))


def test_equal_pieces_make_equal_parts() -> None:
    assert divided(measured([10] * 8, [1] * 8), 4) == [2, 4, 6]


def test_small_parts_join_the_next_and_the_last_one_that_before() -> None:
    measures = measured([5, 100, 100, 5], [0, 1, 1, 1])
    assert without_small(measures, [1, 2, 3], frozenset(), 50) == [2]


def test_a_fixed_cut_stays_beside_a_small_part() -> None:
    measures = measured([100, 5, 100], [0, 1, 1])
    assert without_small(measures, [1, 2], frozenset({1, 2}), 50) == [1, 2]
