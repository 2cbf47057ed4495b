"""A job as its readers see it."""

from typing import Literal
from uuid import UUID

from app.rpc import Moment, Output

JobState = Literal["pending", "waiting", "active", "completed", "failed", "delayed", "cancelled"]


class Job(Output):
    """One step of a run. `progress` is 0 to 100; `priority` the tier's, higher runs first."""

    id: UUID
    job_id: str
    run_id: UUID
    job_type: str
    course_id: UUID
    user_id: UUID
    status: JobState
    priority: int
    progress: int
    error_message: str | None
    attempts: int
    max_attempts: int
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    failed_at: Moment | None
    cancelled_at: Moment | None
    updated_at: Moment
