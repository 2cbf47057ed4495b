"""Writing a course: the `Generator` protocol with its typed input and output, and the embedded generator."""

from procedures.generation.authoring.embedded import EmbeddedGenerator, analyse_brief, structure_course, write_lesson
from procedures.generation.authoring.generator import Generator
from procedures.generation.authoring.types import (
    Analysis,
    Brief,
    CourseStructure,
    LessonContent,
    LessonPlan,
    SectionPlan,
    Source,
    SourcePart,
)

__all__ = [
    "Analysis",
    "Brief",
    "CourseStructure",
    "EmbeddedGenerator",
    "Generator",
    "LessonContent",
    "LessonPlan",
    "SectionPlan",
    "Source",
    "SourcePart",
    "analyse_brief",
    "structure_course",
    "write_lesson",
]
