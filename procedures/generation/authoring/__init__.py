"""Writing a course: the `Generator` protocol with its typed input and output, and the embedded generator."""

from .embedded import EmbeddedGenerator
from .generator import Generator
from .types import (
    Analysis,
    Brief,
    CourseStructure,
    LessonContent,
    LessonPlan,
    SectionPlan,
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
    "SourcePart",
]
