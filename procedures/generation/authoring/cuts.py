"""Where the sections and lessons of a course begin: at the headings of its material, to the sizes asked for."""

from collections.abc import Sequence

import msgspec

from procedures.generation.authoring.partition import Measures, divided, limited, measured, segments, without_small
from procedures.generation.authoring.pieces import PARAGRAPH
from procedures.generation.authoring.types import Brief

LARGEST_LESSON = 12_000
CHARACTERS_A_MINUTE = 900  # calm reading of a text to be learned
_USUAL_LESSON = 6000
_SMALLEST_LESSON = 200  # characters; smaller ones are put together where no number of lessons is asked for
_SECTION_OF_LESSONS = 6  # lessons to a section where headings do not say
_LESSONS_OF_ONE_SECTION = 8  # so many need no sections
_MOST_SECTIONS = 20


class Parts(msgspec.Struct, frozen=True):
    """The pieces that begin a section and those that begin a lesson, the first piece apart; sections begin lessons."""

    sections: list[int]
    lessons: list[int]


def parts_of(brief: Brief, measures: Measures) -> Parts:
    """The sizes that the brief asks for, else those that come of themselves; no lesson is longer than the limit."""
    sections = _section_cuts(brief, measures)
    if brief.estimated_lessons:
        lessons = divided(measures, max(brief.estimated_lessons, len(sections) + 1), sections)
        return Parts(sections, limited(measures, lessons, LARGEST_LESSON))
    lessons = _natural_lessons(measures, sections, _lesson_size(brief))
    if brief.estimated_sections or (sections and len(lessons) > len(sections)):
        return Parts(sections, lessons)
    # No headings for sections, or each section would hold one lesson: its headings are lessons then.
    return Parts(_among(measures, lessons), lessons)


def _section_cuts(brief: Brief, measures: Measures) -> list[int]:
    lessons = brief.estimated_lessons
    if brief.estimated_sections:
        return divided(measures, min(brief.estimated_sections, lessons or brief.estimated_sections))
    cuts = _natural_sections(measures)
    if lessons and (not cuts or 3 * lessons < 4 * (len(cuts) + 1)):
        return _among(measures, limited(measures, divided(measures, lessons), LARGEST_LESSON))
    if len(cuts) >= _MOST_SECTIONS:
        return divided(measures, _MOST_SECTIONS)
    return cuts


def _among(measures: Measures, lessons: Sequence[int]) -> list[int]:
    """Sections of a few lessons each, begun at the strongest of the lessons' boundaries."""
    if len(lessons) < _LESSONS_OF_ONE_SECTION:
        return []
    sections = min(-(-(len(lessons) + 1) // _SECTION_OF_LESSONS), _MOST_SECTIONS)
    starts = (0, *lessons)
    alike = measured([1] * len(starts), [measures.strengths[start] for start in starts])
    return [starts[cut] for cut in divided(alike, sections)]


def _natural_sections(measures: Measures) -> list[int]:
    """The outermost headings of which there are several."""
    strongest = min((strength for strength in measures.strengths[1:] if strength < PARAGRAPH), default=None)
    if strongest is None:
        return []
    return [i for i, strength in enumerate(measures.strengths) if i and strength == strongest]


def _natural_lessons(measures: Measures, sections: Sequence[int], size: int) -> list[int]:
    """The headings right below each section's, small ones put together and large ones divided."""
    cuts: list[int] = []
    for start, stop in segments(sections, len(measures.weights)):
        inner = measures.strengths[start + 1 : stop]
        strongest = min((strength for strength in inner if strength < PARAGRAPH), default=None)
        cuts += [start] if start else []
        cuts += [start + 1 + i for i, strength in enumerate(inner) if strength == strongest]
    least = min(max(measures.sums[-1] // 60, _SMALLEST_LESSON), _USUAL_LESSON // 2)
    return limited(measures, without_small(measures, cuts, frozenset(sections), least), size)


def _lesson_size(brief: Brief) -> int:
    minutes = brief.lesson_duration_minutes or 0
    wanted = minutes * CHARACTERS_A_MINUTE if minutes > 0 else _USUAL_LESSON
    return min(max(wanted, _USUAL_LESSON // 3), LARGEST_LESSON)
