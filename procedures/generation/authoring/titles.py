"""Titles of lessons and sections from the headings of their pieces; where there are none, from their first words."""

import re
from collections import Counter
from collections.abc import Sequence

from procedures.generation.authoring.pieces import Material, Node, Piece
from procedures.generation.authoring.wording import Wording
from procedures.generation.documents import Document, Preformatted, plain

LONGEST_TITLE = 120
_FIRST_WORDS = 60
_MOST_NAMES = 3  # more would be a table of contents
_SENTENCE = re.compile(r"([^.!?…]{12,60})[.!?…]+(?:\s|$)")
_LINE_MARKS = re.compile(r"(?m)^```.*$|^\s*(?:[-+*]|\d+[.)])\s|[|`>]|:?-{2,}:?|(?<=\|)-(?=\|)")


class Titles:
    """Titles for parts of the material, a part being pieces from `start` to `stop` (not included)."""

    def __init__(self, material: Material, documents: Sequence[Document], wording: Wording) -> None:
        self._material = material
        self._documents = documents
        self._wording = wording
        self._ranges: dict[Node, tuple[int, int]] = {}
        for position, piece in enumerate(material.pieces):
            for node in piece.chain:
                start, _ = self._ranges.get(node, (position, position))
                self._ranges[node] = (start, position + 1)

    def subject(self, start: int, stop: int) -> Node | None:
        """The heading that names the part: all of it is under that heading, or only its opening is not."""
        chains = [piece.chain for piece in self._material.pieces[start:stop]]
        shared = _shared(chains)
        children = list(dict.fromkeys(chain[len(shared)] for chain in chains if len(chain) > len(shared)))
        if shared and (not children or self._is_whole(shared[-1], start, stop)):
            return shared[-1]
        return children[0] if len(children) == 1 else None

    def above(self, start: int, stop: int) -> set[Node | None]:
        """The headings that all of the part stands under."""
        return {*_shared([piece.chain for piece in self._material.pieces[start:stop]]), self.subject(start, stop)}

    def title(self, start: int, stop: int) -> str:
        """What to call the part; parts of one heading get the same title, which `distinct` tells apart."""
        node = self.subject(start, stop)
        if node is None:
            return self._joint(start, stop)
        title = shortened(self._material.titles[node], LONGEST_TITLE)
        if not self._is_opening(node, start, stop):
            return title
        outermost = all(piece.chain[:1] == (node,) for piece in self._material.pieces)
        return self._wording.introduction if outermost else f"{title}: {self._wording.opening}"

    def _is_whole(self, node: Node, start: int, stop: int) -> bool:
        first, last = self._ranges[node]
        return start <= first and last <= stop

    def _is_opening(self, node: Node, start: int, stop: int) -> bool:
        """Whether the part is what stands beneath a heading before its first subheading."""
        first, last = self._ranges[node]
        pieces = self._material.pieces
        own = pieces[start].chain[-1:] == pieces[stop - 1].chain[-1:] == (node,)
        return own and start == first and stop < last and pieces[stop].chain[-1:] != (node,)

    def _joint(self, start: int, stop: int) -> str:
        chains = [piece.chain for piece in self._material.pieces[start:stop]]
        depth = len(_shared(chains))
        names = [self._material.titles[node] for node in dict.fromkeys(c[depth] for c in chains if len(c) > depth)]
        if not names:
            return self._first_words(self._material.pieces[start])
        together = "; ".join(names)
        if len(names) <= _MOST_NAMES and len(together) <= LONGEST_TITLE:
            return together
        half = LONGEST_TITLE // 2 - 2
        return f"{shortened(names[0], half)} — {shortened(names[-1], half)}"

    def _first_words(self, piece: Piece) -> str:
        block = self._documents[piece.document].blocks[piece.start]
        text = block.text[piece.begin : piece.begin + 10 * _FIRST_WORDS]
        if isinstance(block, Preformatted):
            text = _LINE_MARKS.sub(" ", text)
        words = plain(text).lstrip("-*+>#`|., ")
        sentence = _SENTENCE.match(words)
        return (sentence[1] if sentence else shortened(words, _FIRST_WORDS)) or self._wording.untitled


def shortened(text: str, longest: int) -> str:
    """The text, cut after a whole word and with an ellipsis if it is longer than allowed."""
    if len(text) <= longest:
        return text
    words = text[:longest].rsplit(" ", 1)[0] if " " in text[:longest] else text[: longest - 1]
    return words.rstrip(" ,;:.—–-") + "…"


def distinct(titles: Sequence[tuple[str, Node | None]], part: str) -> list[str]:
    """The titles; those of parts of one heading (or of none, by chance alike) with the number of the part."""
    counts = Counter(titles)
    used: Counter[tuple[str, Node | None]] = Counter()
    numbered: list[str] = []
    for key in titles:
        used[key] += 1
        numbered.append(f"{key[0]} ({part} {used[key]})" if counts[key] > 1 else key[0])
    return numbered


def _shared(chains: Sequence[tuple[Node, ...]]) -> tuple[Node, ...]:
    shared = chains[0]
    for chain in chains[1:]:
        length = next((i for i, (a, b) in enumerate(zip(shared, chain, strict=False)) if a != b), None)
        shared = shared[: min(len(shared), len(chain)) if length is None else length]
    return shared
