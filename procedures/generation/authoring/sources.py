"""Where the parts of a lesson stand in their documents: pages, and the headings above them."""

from collections.abc import Iterator, Sequence

from procedures.generation.authoring.types import Source, SourcePart
from procedures.generation.documents import Document, Heading

Path = tuple[str, ...]


def traced(parts: Sequence[SourcePart], documents: Sequence[Document]) -> Iterator[Source]:
    """A source for each document, in the order of their first parts."""
    for number in dict.fromkeys(part.document for part in parts):
        own = [position for part in parts if part.document == number for position in range(part.start, part.stop)]
        document = documents[number]
        pages = [document.pages[position] for position in own] if document.pages else []
        reach = (min(pages), max(pages)) if pages else None
        yield Source(document=number, pages=reach, headings=tuple(_outermost(_paths(document, own))))


def _paths(document: Document, positions: Sequence[int]) -> Iterator[Path]:
    """The headings above each of the blocks; a heading is under itself."""
    wanted = frozenset(positions)
    open_headings: list[Heading] = []
    for position, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            open_headings = [each for each in open_headings if each.level < block.level]
            open_headings.append(block)
        if position in wanted and open_headings:
            yield tuple(each.text for each in open_headings)


def _outermost(paths: Iterator[Path]) -> Iterator[Path]:
    """Each path once, without those beneath another."""
    distinct = dict.fromkeys(paths)
    for path in distinct:
        if not any(path[:length] in distinct for length in range(1, len(path))):
            yield path
