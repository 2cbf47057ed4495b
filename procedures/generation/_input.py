"""What every job of a run is given."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from app.rpc import Input
from procedures.generation.authoring import Brief


class StageInput(Input):
    """A job's payload. Ids in it are for reading; a worker acts on those that the database gives for the job."""

    run_id: UUID
    course_id: UUID
    organization_id: UUID
    user_id: UUID
    priority: int
    has_documents: bool
    brief: Brief
    webhook_url: str | None = None
    request_id: str | None = None


def new_job_id() -> str:
    """`course-gen-` and a UUIDv7 (RFC 9562), so that ids sort by time."""
    return f"course-gen-{uuid7s.uuid7().hex}"
