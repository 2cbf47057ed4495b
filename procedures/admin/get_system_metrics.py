"""admin.getSystemMetrics: what happened, by time and type."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from app.context import Administrator
from app.rpc import Moment, Output
from procedures._bases import admin
from procedures._keyset import EARLIEST, LATEST, InvalidCursor, KeysetInput, Order, Place, read_page

EventType = Literal[
    "job_rollback",
    "orphaned_job_recovery",
    "concurrency_limit_hit",
    "worker_timeout",
    "rpc_retry_exhausted",
    "duplicate_job_detected",
    "superadmin_action",
]
Severity = Literal["info", "warn", "error", "fatal"]


class SystemMetricsInput(KeysetInput):
    """Only events from `since` on and before `until`, of some types, of a severity, of a course, when given."""

    sort: Literal["timestamp", "-timestamp"] = "-timestamp"
    since: Moment | None = None
    until: Moment | None = None
    event_types: tuple[EventType, ...] = ()
    severity: Severity | None = None
    course_id: UUID | None = None


FIRST_PAGE: Final = SystemMetricsInput()


class SystemEvent(Output):
    """One event; `metadata` says more, by type."""

    id: UUID
    event_type: EventType
    severity: Severity
    organization_id: UUID | None
    user_id: UUID | None
    course_id: UUID | None
    job_id: str | None
    metadata: dict[str, Any]
    timestamp: Moment


class SystemEventPage(Output):
    """A page of events; `next_cursor` is null on the last one."""

    items: list[SystemEvent]
    next_cursor: str | None


def _by_time(row: SystemEvent) -> Place:
    return row.timestamp, row.id


ORDERS: Final[dict[str, Order[SystemEvent]]] = {
    "timestamp": Order("events_oldest_first", datetime, EARLIEST, _by_time),
    "-timestamp": Order("events_newest_first", datetime, LATEST, _by_time),
}


@admin.query(errors=(InvalidCursor,))
async def get_system_metrics(ctx: Administrator, input: SystemMetricsInput = FIRST_PAGE) -> SystemEventPage:
    """Read system_metrics: an admin those of the own organization, without what superadmins did."""
    items, cursor = await read_page(
        ctx,
        ORDERS[input.sort],
        input,
        SystemEvent,
        since=input.since,
        until=input.until,
        event_types=list(input.event_types),
        severity=input.severity,
        course_id=input.course_id,
    )
    return SystemEventPage(items=items, next_cursor=cursor)
