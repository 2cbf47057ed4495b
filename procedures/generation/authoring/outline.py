"""A course's sections and lessons from documents."""

from collections.abc import Iterator, Sequence

from procedures.generation.documents import Document

from .cuts import CHARACTERS_A_MINUTE, LARGEST_LESSON, Parts, parts_of
from .partition import measured, segments
from .pieces import LARGEST_PIECE, SMALLEST_PIECE, Material, Node, Piece, gathered
from .titles import Titles, distinct, shortened
from .types import Brief, CourseStructure, LessonPlan, SectionPlan, SourcePart
from .wording import Wording

_LONGEST_DESCRIPTION = 400
Span = tuple[int, int]


def outlined(brief: Brief, documents: Sequence[Document], wording: Wording) -> CourseStructure | None:
    """The structure that the documents' own headings and paragraphs make; None where they have no text."""
    material = _divided_enough(brief, documents)
    if not material.pieces:
        return None
    measures = measured([each.weight for each in material.pieces], [each.strength for each in material.pieces])
    titles = Titles(material, documents, wording)
    sections = _sections(brief, material, parts_of(brief, measures), titles, wording)
    return CourseStructure(sections=sections, notes=tuple(_notes(brief, material, sections, wording)))


def _divided_enough(brief: Brief, documents: Sequence[Document]) -> Material:
    """Pieces in paragraphs, or in sentences where the course is to have more lessons than there are paragraphs."""
    wanted = max(brief.estimated_lessons or 1, brief.estimated_sections or 1)
    material = gathered(documents)
    if len(material.pieces) >= wanted:
        return material
    total = sum(piece.weight for piece in material.pieces)
    return gathered(documents, min(max(total // (2 * wanted), SMALLEST_PIECE), LARGEST_PIECE))


def _sections(
    brief: Brief, material: Material, parts: Parts, titles: Titles, wording: Wording
) -> tuple[SectionPlan, ...]:
    spans = segments(parts.sections, len(material.pieces))
    lessons = _lessons(brief, material, parts, titles, wording)
    return tuple(
        _section(name, [plan for start, plan in lessons if span[0] <= start < span[1]], wording)
        for span, name in zip(spans, _section_names(brief, material, spans, titles, wording), strict=True)
    )


def _section_names(
    brief: Brief, material: Material, spans: Sequence[Span], titles: Titles, wording: Wording
) -> list[str]:
    if any(piece.chain for piece in material.pieces):
        return distinct([(titles.title(*span), titles.subject(*span)) for span in spans], wording.part)
    if len(spans) == 1:
        return [shortened(brief.title.strip(), 200) or wording.untitled]
    return [f"{wording.part.capitalize()} {number}" for number in range(1, len(spans) + 1)]


def _section(title: str, lessons: Sequence[LessonPlan], wording: Wording) -> SectionPlan:
    topics = shortened("; ".join(lesson.title for lesson in lessons), _LONGEST_DESCRIPTION)
    return SectionPlan(title=title, description=wording.topics.format(topics=topics), lessons=tuple(lessons))


def _lessons(
    brief: Brief, material: Material, parts: Parts, titles: Titles, wording: Wording
) -> list[tuple[int, LessonPlan]]:
    """Each lesson with the piece that it begins with."""
    spans = segments(parts.lessons, len(material.pieces))
    names = distinct([(titles.title(*span), titles.subject(*span)) for span in spans], wording.part)
    said: set[Node] = set()
    plans: list[tuple[int, LessonPlan]] = []
    section_starts = iter((*segments(parts.sections, len(material.pieces)),))
    section = next(section_starts)
    for span, name in zip(spans, names, strict=True):
        if span[0] >= section[1]:
            section = next(section_starts)
        said = titles.above(*section) | {titles.subject(*span)}
        plans.append((span[0], _lesson(brief, material.pieces[slice(*span)], name, said)))
    return plans


def _lesson(brief: Brief, pieces: Sequence[Piece], title: str, said: set[Node | None]) -> LessonPlan:
    """A plan; headings that the titles of section and lesson have said are not repeated in the text."""
    minutes = -(-sum(piece.weight for piece in pieces) // CHARACTERS_A_MINUTE)
    wanted = brief.lesson_duration_minutes or 0
    sources = tuple(_joined(part for piece in pieces for part in _parts_of(piece, said)))
    return LessonPlan(title=title, duration_minutes=wanted if wanted > 0 else max(minutes, 1), sources=sources)


def _parts_of(piece: Piece, said: set[Node | None]) -> Iterator[SourcePart]:
    for heading in piece.openers:
        if (piece.document, heading) not in said:
            yield SourcePart(document=piece.document, start=heading, stop=heading + 1)
    yield SourcePart(document=piece.document, start=piece.start, stop=piece.stop, begin=piece.begin, end=piece.end)


def _joined(parts: Iterator[SourcePart]) -> Iterator[SourcePart]:
    """Parts that follow each other in the document made one."""
    last = next(parts)
    for part in parts:
        if part.document == last.document and part.start == last.stop and last.end is None and not part.begin:
            if last.begin or part.end is not None:  # a part of a block stands alone
                yield last
                last = part
                continue
            last = SourcePart(document=last.document, start=last.start, stop=part.stop)
        elif part.document == last.document and part.start == last.start and part.begin == last.end:
            last = SourcePart(document=last.document, start=last.start, stop=last.stop, begin=last.begin, end=part.end)
        else:
            yield last
            last = part
    yield last


def _notes(brief: Brief, material: Material, sections: Sequence[SectionPlan], wording: Wording) -> Iterator[str]:
    notes = wording.notes
    lessons = sum(len(section.lessons) for section in sections)
    if brief.estimated_lessons and lessons < brief.estimated_lessons:
        yield notes.fewer_lessons.format(asked=brief.estimated_lessons, made=lessons)
    if brief.estimated_lessons and lessons > brief.estimated_lessons:
        yield notes.more_lessons.format(asked=brief.estimated_lessons, made=lessons, longest=LARGEST_LESSON)
    if brief.estimated_sections and len(sections) != brief.estimated_sections:
        yield notes.other_sections.format(asked=brief.estimated_sections, made=len(sections))
    if material.repeated:
        yield notes.repeated.format(count=material.repeated)
    if material.bare_headings:
        yield notes.bare_headings.format(count=material.bare_headings)
