"""admin.getDashboard: how the generations go."""

from uuid import UUID

from app.context import Administrator
from app.rpc import Moment, Output
from procedures._bases import admin
from procedures.admin._view import GenerationStatus


class GenerationStatusSummary(Output):
    """The courses of one generation status; the duration is that of those which have ended, in seconds."""

    status: GenerationStatus
    course_count: int
    avg_duration_seconds: float | None
    most_recent_update: Moment | None
    stuck_count: int


class BusyOrganization(Output):
    """How many courses of an organization are being generated."""

    organization_id: UUID
    name: str
    course_count: int


class StuckCourse(Output):
    """A generation without news for an hour (`coursegen.stuck_after` in the database)."""

    id: UUID
    title: str
    organization_id: UUID
    user_id: UUID
    generation_status: GenerationStatus
    run_id: UUID | None
    last_progress_update: Moment


class Dashboard(Output):
    """Statuses in the order of the pipeline; the twenty busiest organizations; the twenty courses stuck for longest."""

    statuses: list[GenerationStatusSummary]
    busiest: list[BusyOrganization]
    stuck: list[StuckCourse]


@admin.query()
async def get_dashboard(ctx: Administrator) -> Dashboard:
    """Summarize all generations for a superadmin, for an admin those of the own organization."""
    async with ctx.db.begin() as tx:
        return Dashboard(
            statuses=await tx.all("dashboard_statuses", GenerationStatusSummary),
            busiest=await tx.all("dashboard_busiest", BusyOrganization),
            stuck=await tx.all("dashboard_stuck", StuckCourse),
        )
