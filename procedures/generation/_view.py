"""How a course's progress is shown to its readers."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from app.rpc import Moment, Output

GenerationStatus = Literal[
    "pending",
    "initializing",
    "processing_documents",
    "analyzing_task",
    "generating_structure",
    "generating_content",
    "finalizing",
    "completed",
    "failed",
    "cancelled",
]
ENDED = frozenset({"completed", "failed", "cancelled"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of the five steps; times are null until it starts and ends."""

    id: int
    name: str
    status: Literal["pending", "in_progress", "completed", "failed"]
    started_at: Moment | None = None
    completed_at: Moment | None = None
    error: str | None = None
    error_details: dict[str, Any] | None = None


class FileProgress(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file, and what became of it in this run: `pages` are a PDF's pages or a presentation's slides, known
    once it was read; `error` says why it could not be. A picture holds no text, and is completed from the start.
    """

    id: UUID
    filename: str
    mime_type: str
    file_size: int
    status: Literal["pending", "processing", "completed", "failed"] = "pending"
    pages: int | None = None
    error: str | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`courses.generation_progress`, as the frontend reads it: names in snake_case, `percentage` 0 to 100."""

    steps: list[Step]
    percentage: int
    current_step: int
    message: str
    total_steps: int
    has_documents: bool
    lessons_completed: int = 0
    lessons_total: int = 0
    files: tuple[FileProgress, ...] = ()
    metadata: dict[str, Any]


class GenerationState(Output):
    """Where a course's generation stands; all null for a course that was never generated."""

    course_id: UUID
    run_id: UUID | None = None
    status: GenerationStatus | None = None
    progress: Progress | None = None
    error: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will change in this run."""
        return self.status is None or self.status in ENDED
