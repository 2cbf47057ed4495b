"""Documents as a sequence of pieces: what is never divided again, with its place under the headings.

Text that occurs a second time is left out, and so are headings with no text beneath them: a lesson could show neither
without repeating itself or being empty. A document of nothing but headings is taken as a list of topics.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import PurePath

import msgspec

from procedures.generation.authoring.excerpts import divisions
from procedures.generation.documents import Block, Document, Heading, Paragraph, has_text

LARGEST_PIECE = 3000
SMALLEST_PIECE = 300
PARAGRAPH = 7  # strength of a boundary between paragraphs, weaker than that of any heading
SENTENCE = 8
_SHORT_OPENING = 600  # characters before the first subheading that do not make a part of their own
_LEAD_IN = 300
_WITH_LEAD_IN = 1500

Node = tuple[int, int]  # a heading by its document and block; block -1 is the document itself


class Piece(msgspec.Struct, frozen=True):
    """Blocks `start` to `stop` of a document (or characters of one), under the headings of `chain`, outermost first."""

    document: int
    start: int
    stop: int
    begin: int
    end: int | None
    weight: int
    strength: int
    chain: tuple[Node, ...]
    openers: tuple[int, ...]


class Material(msgspec.Struct, frozen=True):
    """All pieces of all documents, the titles of their headings, and how much was left out."""

    pieces: tuple[Piece, ...]
    titles: dict[Node, str]
    repeated: int
    bare_headings: int


def gathered(documents: Sequence[Document], largest: int = LARGEST_PIECE) -> Material:
    """The pieces of the documents in order, none longer than `largest` characters where text can be divided."""
    seen: set[str] = set()
    pieces: list[Piece] = []
    titles: dict[Node, str] = {}
    repeated = bare = 0
    for number, document in enumerate(documents):
        outline_only = all(isinstance(block, Heading) for block in document.blocks)
        runs = list(_runs(document.blocks, outline_only=outline_only))
        kept = [run for run in runs if _is_new((block.text for block in document.blocks[slice(*run)]), seen)]
        repeated += len(runs) - len(kept)
        headings = {} if outline_only else _living_headings(document.blocks, kept)
        bare += 0 if outline_only else _count_bare(document.blocks, runs)
        walk = _Walk(number, document, headings, named=len(documents) > 1)
        divided = [piece for run in kept for piece in walk.pieces(*run, largest)]
        fresh = [piece for piece in divided if _is_whole(piece) or _is_new([_part(document, piece)], seen)]
        repeated += len(divided) - len(fresh)
        pieces += fresh
        titles |= walk.titles
    return Material(tuple(pieces), titles, repeated, bare)


def _runs(blocks: Sequence[Block], *, outline_only: bool) -> Iterator[tuple[int, int]]:
    """Blocks that stay together: each alone, but a paragraph that announces a list or an example with what follows."""
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if not has_text([block]) or (isinstance(block, Heading) and not outline_only):
            position += 1  # a row of asterisks between paragraphs is no text
            continue
        after = blocks[position + 1] if position + 1 < len(blocks) else None
        announces = isinstance(block, Paragraph) and len(block.text) <= _LEAD_IN and block.text.endswith(":")
        together = announces and after is not None and has_text([after]) and not isinstance(after, Heading)
        stop = position + (2 if together and after and len(after.text) <= _WITH_LEAD_IN else 1)
        yield position, stop
        position = stop


def _is_whole(piece: Piece) -> bool:
    return piece.begin == 0 and piece.end is None


def _part(document: Document, piece: Piece) -> str:
    return document.blocks[piece.start].text[piece.begin : piece.end]


def _is_new(texts: Iterable[str], seen: set[str]) -> bool:
    text = " ".join(texts)
    key = "".join(character for character in text.casefold() if character.isalnum()) or text
    if key in seen:
        return False
    seen.add(key)
    return True


def _living_headings(blocks: Sequence[Block], kept: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Positions and levels of the headings that have kept text beneath them."""
    starts = {start for start, _ in kept}
    reach = 0
    living: dict[int, int] = {}
    for position in range(len(blocks) - 1, -1, -1):
        block = blocks[position]
        if position in starts:
            reach = 7
        elif isinstance(block, Heading) and block.level < reach:
            reach = living[position] = block.level
    return dict(sorted(living.items()))


def _count_bare(blocks: Sequence[Block], runs: Sequence[tuple[int, int]]) -> int:
    return sum(isinstance(block, Heading) for block in blocks) - len(_living_headings(blocks, runs))


class _Walk:
    """Through one document from its first block to its last, with the headings open at each place."""

    def __init__(self, number: int, document: Document, headings: dict[int, int], *, named: bool) -> None:
        self.titles: dict[Node, str] = {}
        self._number = number
        self._document = document
        self._levels = _compressed(headings)
        self._pending = deque(self._levels)
        self._chain: list[tuple[int, Node]] = []
        self._direct = 0  # characters since the last heading, directly beneath it
        self._at_start = True
        if named and 0 not in self._levels.values():
            self._open(0, -1, PurePath(document.filename).stem.replace("_", " ") or str(number + 1))

    def pieces(self, start: int, stop: int, largest: int) -> Iterator[Piece]:
        """The pieces that a run of blocks makes."""
        strength = self._strength_before(start)
        openers = tuple(self._opened_before(start))
        blocks = self._document.blocks[start:stop]
        chain = tuple(node for _, node in self._chain)
        for begin, end in divisions(blocks[0], largest) if len(blocks) == 1 else [(0, None)]:
            weight = (sum(len(block.text) for block in blocks) if end is None else end) - begin
            yield Piece(self._number, start, stop, begin, end, weight, SENTENCE if begin else strength, chain, openers)
            openers = ()
            self._direct += weight
        self._at_start = False

    def _strength_before(self, position: int) -> int:
        opening = [self._levels[heading] for heading in takewhile(lambda heading: heading < position, self._pending)]
        if self._at_start or not opening:
            return 0 if self._at_start else PARAGRAPH
        deeper = bool(self._chain) and opening[0] > self._chain[-1][0]
        return PARAGRAPH if deeper and self._direct < _SHORT_OPENING else min(opening)

    def _opened_before(self, position: int) -> Iterator[int]:
        while self._pending and self._pending[0] < position:
            heading = self._pending.popleft()
            self._open(self._levels[heading], heading, self._document.blocks[heading].text)
            yield heading

    def _open(self, level: int, position: int, title: str) -> None:
        self._chain = [(each, node) for each, node in self._chain if each < level]
        self._chain.append((level, (self._number, position)))
        self.titles[self._number, position] = title
        self._direct = 0


def _compressed(headings: dict[int, int]) -> dict[int, int]:
    """Levels without gaps, from 1; a single outermost heading that comes first is the document's title, level 0."""
    if not headings:
        return {}
    used = sorted(set(headings.values()))
    levels = list(headings.values())
    titled = levels[0] == used[0] and levels.count(used[0]) == 1
    return {position: used.index(level) + (0 if titled else 1) for position, level in headings.items()}
