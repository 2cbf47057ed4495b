"""A course's sections and lessons from documents."""

from collections.abc import Iterator, Sequence

import msgspec

from procedures.generation.authoring.cuts import CHARACTERS_A_MINUTE, LARGEST_LESSON, Parts, parts_of
from procedures.generation.authoring.partition import measured, segments
from procedures.generation.authoring.pieces import LARGEST_PIECE, SMALLEST_PIECE, Material, Node, Piece, gathered
from procedures.generation.authoring.titles import Titles, distinct, shortened
from procedures.generation.authoring.types import Brief, CourseStructure, LessonPlan, SectionPlan, SourcePart
from procedures.generation.authoring.wording import Wording
from procedures.generation.documents import Document

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
    said_by_sections = _said_by_sections(parts, titles, len(material.pieces))
    return [
        (span[0], _lesson(brief, material.pieces[slice(*span)], name, said | {titles.subject(*span)}))
        for span, name, said in zip(spans, names, said_by_sections, strict=True)
    ]


def _said_by_sections(parts: Parts, titles: Titles, length: int) -> Iterator[set[Node | None]]:
    """For each lesson the headings that its section stands for."""
    for start, stop in segments(parts.sections, length):
        said = titles.above(start, stop)
        yield from (said for lesson in (0, *parts.lessons) if start <= lesson < stop)


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
    """Parts that follow each other in a document made one."""
    last = next(parts)
    for part in parts:
        together = _together(last, part)
        if together is None:
            yield last
        last = together or part
    yield last


def _together(last: SourcePart, part: SourcePart) -> SourcePart | None:
    if part.document != last.document:
        return None
    if part.start == last.start and part.begin == last.end:
        return msgspec.structs.replace(last, end=part.end)
    both_whole = not last.begin and last.end is None and not part.begin and part.end is None
    return msgspec.structs.replace(last, stop=part.stop) if both_whole and part.start == last.stop else None


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
