"""Making a whole course in a test, and strategies for briefs and documents."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from hypothesis import strategies as st

from procedures.generation.authoring import Brief, CourseStructure
from procedures.generation.authoring.embedded import structure_course, write_lesson
from procedures.generation.documents import MARKDOWN, Block, Document, Heading, Paragraph, Preformatted, extract

DATA = Path(__file__).parents[3] / "data"
SAMPLE = extract(DATA / "hleb-na-zakvaske.md", MARKDOWN)


class Course(msgspec.Struct, frozen=True):
    """A structure and the text of each of its lessons, in order."""

    structure: CourseStructure
    texts: tuple[str, ...]

    @property
    def lessons(self) -> int:
        return len(self.texts)

    @property
    def paragraphs(self) -> list[str]:
        return [paragraph for text in self.texts for paragraph in text.split("\n\n")]


def made(brief: Brief, documents: Sequence[Document] = ()) -> Course:
    """The course as the worker makes it: the structure first, then lesson by lesson from the stored plan."""
    stored = msgspec.json.encode(structure_course(brief, documents))
    plan = msgspec.json.decode(stored, type=CourseStructure)
    positions = [(i, j) for i, section in enumerate(plan.sections) for j in range(len(section.lessons))]
    return Course(plan, tuple(write_lesson(brief, plan, i, j, documents).text for i, j in positions))


def titles(course: Course) -> list[list[str]]:
    """The titles of the lessons, section by section."""
    return [[plan.title for plan in section.lessons] for section in course.structure.sections]


_words = st.lists(st.sampled_from(["flour", "water", "salt", "хлеб", "time", "warmth"]), min_size=1, max_size=120)
_shapes = st.one_of(
    st.integers(1, 4),
    _words.map(" ".join),
    st.sampled_from(["list", "code", "lead-in", "long"]),
)


def _block(shape: int | str, number: int) -> Block:
    """Every block says its number, so that no two are alike."""
    if isinstance(shape, int):
        return Heading(shape, f"Heading {number}")
    match shape:
        case "list":
            return Preformatted("list", f"- item a of {number}\n- item b of {number}")
        case "code":
            return Preformatted("code", f"```\ncode {number}\n```")
        case "lead-in":
            return Paragraph(f"Text {number} announces:")
        case "long":
            return Paragraph(" ".join(f"Sentence {index} of {number}." for index in range(400)))
        case words:
            return Paragraph(f"Text {number} on {words}.")


def _document(shapes: list[int | str], number: int) -> Document:
    blocks = tuple(_block(shape, 1000 * number + index) for index, shape in enumerate(shapes))
    return Document(f"file {number}.md", blocks)


documents = st.lists(st.lists(_shapes, max_size=25), min_size=1, max_size=3).map(
    lambda files: [_document(shapes, number) for number, shapes in enumerate(files)]
)
_text = st.one_of(st.none(), st.text(max_size=80), _words.map(" ".join))
briefs = st.builds(
    Brief,
    title=st.text(max_size=60),
    language=st.sampled_from(["ru", "en", "de", "RU-ru", ""]),
    course_description=_text,
    target_audience=_text,
    difficulty=st.sampled_from([None, "beginner", "hard", "{x}"]),
    lesson_duration_minutes=st.one_of(st.none(), st.integers(-5, 90)),
    learning_outcomes=st.one_of(
        st.none(), st.lists(_words.map(" ".join), max_size=12).map("\n".join), st.text(max_size=99)
    ),
    estimated_lessons=st.one_of(st.none(), st.integers(1, 60)),
    estimated_sections=st.one_of(st.none(), st.integers(1, 15)),
    output_formats=st.sampled_from([(), ("text",), ("video", "text")]),
)
