"""The text of a lesson made from documents: its source parts, in order, as Markdown."""

from collections.abc import Iterator, Sequence

from procedures.generation.authoring.excerpts import excerpt
from procedures.generation.authoring.sources import traced
from procedures.generation.authoring.types import LessonContent, SourcePart
from procedures.generation.documents import Block, Document, Heading, escaped, rendered

_FIRST_LEVEL = 2  # headings in a lesson begin here: its own title is the one of level 1
_DEEPEST_LEVEL = 6


def from_sources(parts: Sequence[SourcePart], documents: Sequence[Document]) -> LessonContent:
    """The blocks that a plan names. Raises IndexError if the documents are not those the plan was made for."""
    levels = (block.level for part in parts for block in _blocks(part, documents) if isinstance(block, Heading))
    shallowest = min(levels, default=_FIRST_LEVEL)
    texts = [text for part in parts for text in _texts(part, documents, shallowest)]
    return LessonContent(text="\n\n".join(filter(None, texts)), sources=tuple(traced(parts, documents)))


def _blocks(part: SourcePart, documents: Sequence[Document]) -> tuple[Block, ...]:
    return documents[part.document].blocks[part.start : part.stop]


def _texts(part: SourcePart, documents: Sequence[Document], shallowest: int) -> Iterator[str]:
    blocks = _blocks(part, documents)
    if all(isinstance(block, Heading) for block in documents[part.document].blocks):
        yield "\n".join(f"- {escaped(block.text)}" for block in blocks)
    elif part.begin or part.end is not None:
        yield excerpt(blocks[0], part.begin, part.end)
    else:
        yield from (_shown(block, shallowest) for block in blocks)


def _shown(block: Block, shallowest: int) -> str:
    if not isinstance(block, Heading):
        return rendered(block)
    level = min(block.level - shallowest + _FIRST_LEVEL, _DEEPEST_LEVEL)
    return rendered(Heading(level, block.text))
