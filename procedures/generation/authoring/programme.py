"""A course's sections and lessons where there are no documents: from the points of the brief, and its title.

Nothing is claimed about the topic. The lessons guide the learner's own work, each in another way; when the sizes asked
for exceed the ways there are, there are fewer lessons.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from procedures.generation.authoring.partition import divided, measured, segments
from procedures.generation.authoring.points import as_title, description_of, points_of
from procedures.generation.authoring.titles import distinct, shortened
from procedures.generation.authoring.types import Analysis, Brief, CourseStructure, LessonPlan, SectionPlan
from procedures.generation.authoring.wording import Wording

_MINUTES = 20  # an exercise of independent work, where the brief does not say
_USUAL_WITHOUT_POINTS = 8
_FEW_POINTS = 3  # so few points get a lesson of practice each without being asked for

# In the order in which they stand in the course, by group.
_ALONE = {
    "start": ("introduction", "knowledge", "goals", "questions"),
    "material": ("sources", "glossary", "example", "connections"),
    "practice": ("practice", "explain", "doubts"),
    "finish": ("project", "check", "summary"),
}
_AROUND_POINTS = {
    "start": ("introduction", "knowledge", "questions", "sources", "glossary"),
    "finish": ("example", "connections", "explain", "doubts", "project", "summary"),
}
# In the order in which they are given up when the course is to be shorter: the last first.
_NEEDED_ALONE = (
    *("introduction", "goals", "sources", "practice", "summary", "questions", "glossary"),
    *("project", "example", "explain", "knowledge", "connections", "check", "doubts"),
)
_NEEDED_FIRST = ("introduction", "summary", "project")
_NEEDED_LAST = ("questions", "sources", "knowledge", "glossary", "explain", "connections", "example", "doubts")


class _Slot(msgspec.Struct, frozen=True):
    """A lesson to be: its group, what it does there, and the points it is about."""

    group: str
    purpose: str
    points: tuple[int, ...] = ()


def planned(brief: Brief, wording: Wording) -> CourseStructure:
    """The structure that the brief alone makes."""
    points = points_of(brief)
    slots = _slots(points, brief.estimated_lessons)
    spans = segments(_section_cuts(slots, brief.estimated_sections), len(slots))
    names = distinct(
        [(_section_title(brief, slots[slice(*span)], points, spans, wording), None) for span in spans], wording.part
    )
    lessons = _lessons(brief, slots, points, wording)
    sections = tuple(
        SectionPlan(
            title=name, description=_description(lessons[start:stop], wording), lessons=tuple(lessons[start:stop])
        )
        for name, (start, stop) in zip(names, spans, strict=True)
    )
    return CourseStructure(sections=sections, points=points, notes=tuple(_notes(brief, points, sections, wording)))


def analysed(brief: Brief, wording: Wording) -> Analysis:
    """The sizes of the course that `planned` would make, and the notes on it."""
    structure = planned(brief, wording)
    return Analysis(
        points=structure.points,
        lessons=sum(len(section.lessons) for section in structure.sections),
        sections=len(structure.sections),
        notes=structure.notes,
    )


def _slots(points: Sequence[str], wanted: int | None) -> list[_Slot]:
    count = len(points)
    if not count:
        chosen = set(_NEEDED_ALONE[: wanted or _USUAL_WITHOUT_POINTS])
        return [_Slot(group, step) for group, steps in _ALONE.items() for step in steps if step in chosen]
    if wanted and wanted < count:
        return _crowded(count, wanted)
    usual = count + len(_NEEDED_FIRST) + (count if count <= _FEW_POINTS else 0)
    extras = _extras(count)[: (wanted or usual) - count]
    return _around_points(count, set(extras))


def _crowded(count: int, wanted: int) -> list[_Slot]:
    """Fewer lessons than points: several points in a lesson, after an introduction if there is room for one."""
    first = [_Slot("start", "introduction")] if wanted > 2 else []  # noqa: PLR2004 - two lessons are for the points
    lessons = wanted - len(first)
    bounds = [number * count // lessons for number in range(lessons + 1)]
    return first + [_Slot("points", "study", tuple(range(bounds[i], bounds[i + 1]))) for i in range(lessons)]


def _extras(count: int) -> list[_Slot]:
    """What a course may have beside a lesson on each point, the most needed first."""
    groups = {step: group for group, steps in _AROUND_POINTS.items() for step in steps}
    about = [_Slot("points", purpose, (point,)) for purpose in ("practice", "check") for point in range(count)]
    first = [_Slot(groups[step], step) for step in _NEEDED_FIRST]
    return first + about + [_Slot(groups[step], step) for step in _NEEDED_LAST]


def _around_points(count: int, extras: set[_Slot]) -> list[_Slot]:
    about = [_Slot("points", purpose, (point,)) for point in range(count) for purpose in ("study", "practice", "check")]
    start = [_Slot("start", step) for step in _AROUND_POINTS["start"]]
    finish = [_Slot("finish", step) for step in _AROUND_POINTS["finish"]]
    return [slot for slot in (*start, *about, *finish) if slot in extras or slot.purpose == "study"]


def _section_cuts(slots: Sequence[_Slot], wanted: int | None) -> list[int]:
    strengths = [0, *(_strength(a, b) for a, b in pairwise(slots))]
    measures = measured([1] * len(slots), strengths)
    if wanted:
        return divided(measures, wanted)
    several = any(slot.points and slot.purpose != "study" for slot in slots)
    natural = 1 + sum(strength <= (1 + several) for strength in strengths[1:])
    return divided(measures, max(1, min(natural, len(slots) // 2)))


def _strength(before: _Slot, after: _Slot) -> int:
    if before.group != after.group:
        return 1
    return 2 if before.points != after.points else 3


def _section_title(
    brief: Brief, slots: Sequence[_Slot], points: Sequence[str], spans: Sequence[tuple[int, int]], wording: Wording
) -> str:
    if len(spans) == 1:
        return shortened(" ".join(brief.title.split()), 200) or wording.untitled
    labels = list(
        dict.fromkeys(_label(group, slots, points, wording) for group in dict.fromkeys(s.group for s in slots))
    )
    return labels[0] if len(labels) == 1 else f"{labels[0]} — {labels[-1]}"


def _label(group: str, slots: Sequence[_Slot], points: Sequence[str], wording: Wording) -> str:
    if group != "points":
        return str(getattr(wording.groups, group))
    numbers = sorted({point for slot in slots for point in slot.points})
    if len(numbers) == 1:
        return as_title(points[numbers[0]])
    return wording.groups.points.format(first=numbers[0] + 1, last=numbers[-1] + 1)


def _lessons(brief: Brief, slots: Sequence[_Slot], points: Sequence[str], wording: Wording) -> list[LessonPlan]:
    minutes = brief.lesson_duration_minutes or 0
    return [
        LessonPlan(
            title=_lesson_title(slot, points, wording),
            duration_minutes=minutes if minutes > 0 else _MINUTES,
            purpose=slot.purpose,
            points=slot.points,
        )
        for slot in slots
    ]


def _lesson_title(slot: _Slot, points: Sequence[str], wording: Wording) -> str:
    if slot.points:
        forms = {"study": wording.study, "practice": wording.practice, "check": wording.check}
        about = shortened("; ".join(as_title(points[point]) for point in slot.points), 120)
        return forms[slot.purpose].title.format(point=about)
    return wording.introduction if slot.purpose == "introduction" else wording.steps[slot.purpose].title


def _description(lessons: Sequence[LessonPlan], wording: Wording) -> str:
    return wording.topics.format(topics=shortened("; ".join(lesson.title for lesson in lessons), 400))


def _notes(brief: Brief, points: Sequence[str], sections: Sequence[SectionPlan], wording: Wording) -> Iterator[str]:
    made = sum(len(section.lessons) for section in sections)
    if points or description_of(brief):
        yield wording.notes.no_documents
    else:
        yield wording.notes.title_alone
    if brief.estimated_lessons and made < brief.estimated_lessons:
        yield wording.notes.nothing_to_say.format(asked=brief.estimated_lessons, made=made)
    if brief.estimated_sections and len(sections) != brief.estimated_sections:
        yield wording.notes.other_sections.format(asked=brief.estimated_sections, made=len(sections))
