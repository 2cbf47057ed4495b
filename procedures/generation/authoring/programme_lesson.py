"""The text of a lesson of a course without documents."""

from collections.abc import Iterator

from procedures.generation.authoring.points import description_of
from procedures.generation.authoring.types import Brief, CourseStructure, LessonContent, LessonPlan
from procedures.generation.authoring.wording import Point, Wording
from procedures.generation.documents import escaped, guarded, one_line


def from_programme(brief: Brief, structure: CourseStructure, plan: LessonPlan, wording: Wording) -> LessonContent:
    """What the plan's purpose makes of the brief; only what the brief says, and tasks for the learner."""
    title = escaped(one_line(brief.title)) or wording.untitled
    if plan.purpose == "introduction":
        paragraphs = list(_introduction(brief, structure, title, wording))
    elif plan.points:
        forms = {"study": wording.study, "practice": wording.practice, "check": wording.check}
        paragraphs = [_about(number, structure.points[number], forms[plan.purpose]) for number in plan.points]
    else:
        paragraphs = [wording.steps[plan.purpose].text.strip().format(title=title)]
    return LessonContent(text="\n\n".join(paragraphs))


def _about(number: int, point: str, form: Point) -> str:
    text = form.texts[number % len(form.texts)].strip()
    closed = point if point.endswith((".", "!", "?", "…")) else f"{point.rstrip(';,:')}."
    return text.format(n=number + 1, point=closed)


def _introduction(brief: Brief, structure: CourseStructure, title: str, wording: Wording) -> Iterator[str]:
    words = wording.lesson_one
    yield words.topic.format(title=title)
    yield from map(guarded, description_of(brief))
    if audience := _given(brief.target_audience):
        yield words.audience.format(audience=audience)
    if difficulty := _given(brief.difficulty):
        yield words.difficulty.format(difficulty=wording.levels.get(difficulty.casefold(), difficulty))
    if structure.points:
        yield words.points.format(count=len(structure.points))
    yield words.work


def _given(text: str | None) -> str:
    return escaped(one_line(text or "")).rstrip(".;, ")
