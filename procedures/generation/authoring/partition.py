"""Dividing a sequence of pieces: at its strongest boundaries first, and as evenly as those allow.

A cut is the position of the piece that begins a new part. A boundary's strength is a small number: 0 is the strongest.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

import msgspec


class Measures(msgspec.Struct, frozen=True):
    """For each piece its weight in characters, and the strength of the boundary before it; sums are of the weights."""

    weights: tuple[int, ...]
    strengths: tuple[int, ...]
    sums: tuple[int, ...]


def measured(weights: Sequence[int], strengths: Sequence[int]) -> Measures:
    """The measures of pieces, with the running sums that dividing needs."""
    return Measures(tuple(weights), tuple(strengths), (0, *accumulate(weights)))


def divided(measures: Measures, parts: int, cuts: Collection[int] = ()) -> list[int]:
    """Cuts into as many parts as wanted, or as near as the number of pieces allows; the cuts given are kept."""
    chosen = sorted(cuts)
    for strength in sorted(set(measures.strengths[1:])):
        room = parts - 1 - len(chosen)
        taken = set(chosen)
        candidates = [
            position
            for position in range(1, len(measures.weights))
            if measures.strengths[position] == strength and position not in taken
        ]
        if room >= len(candidates):
            chosen = sorted((*chosen, *candidates))
        elif room > 0:
            chosen = sorted((*chosen, *_even(measures, candidates, chosen, room)))
    return chosen


def limited(measures: Measures, cuts: Sequence[int], most: int) -> list[int]:
    """The cuts, and those that keep every part within `most` characters if its pieces allow it."""
    found = list(cuts)
    waiting = segments(cuts, len(measures.weights))
    while waiting:
        start, stop = waiting.pop()
        if stop - start == 1 or measures.sums[stop] - measures.sums[start] <= most:
            continue
        strongest = min(measures.strengths[start + 1 : stop])
        candidates = [position for position in range(start + 1, stop) if measures.strengths[position] == strongest]
        cut = _nearest_to_middle(measures, candidates, start, stop)
        found.append(cut)
        waiting += [(start, cut), (cut, stop)]
    return sorted(found)


def segments(cuts: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Where each part starts and stops."""
    return list(zip((0, *cuts), (*cuts, length), strict=True))


def without_small(measures: Measures, cuts: Sequence[int], fixed: Collection[int], least: int) -> list[int]:
    """The cuts without those that leave a part lighter than `least`; the fixed cuts stay.

    A light part joins the next one, the last one that before it.
    """
    kept: list[int] = []
    start = 0
    for cut in (*cuts, len(measures.weights)):
        small = measures.sums[cut] - measures.sums[start] < least
        if cut in fixed or cut == len(measures.weights):
            if small and kept and kept[-1] == start and start not in fixed:
                kept.pop()
            kept.append(cut)
            start = cut
        elif not small:
            kept.append(cut)
            start = cut
    return kept[:-1]


def _even(measures: Measures, candidates: Sequence[int], cuts: Sequence[int], count: int) -> list[int]:
    """Of the candidates so many as make the heaviest parts lighter, one after the other."""
    heap = [
        (measures.sums[start] - measures.sums[stop], start, stop)
        for start, stop in segments(cuts, len(measures.weights))
    ]
    heapq.heapify(heap)
    found: list[int] = []
    while heap and len(found) < count:
        _, start, stop = heapq.heappop(heap)
        inside = candidates[bisect_right(candidates, start) : bisect_left(candidates, stop)]
        if inside:
            cut = _nearest_to_middle(measures, inside, start, stop)
            found.append(cut)
            for first, last in ((start, cut), (cut, stop)):
                heapq.heappush(heap, (measures.sums[first] - measures.sums[last], first, last))
    return found


def _nearest_to_middle(measures: Measures, candidates: Sequence[int], start: int, stop: int) -> int:
    middle = (measures.sums[start] + measures.sums[stop]) / 2
    after = bisect_left(candidates, middle, key=lambda position: measures.sums[position])
    near = candidates[max(after - 1, 0) : after + 1]
    return min(near, key=lambda position: abs(measures.sums[position] - middle))
