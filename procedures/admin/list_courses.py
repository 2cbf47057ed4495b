"""admin.listCourses: courses and how their generations go, page by page."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from app.context import Administrator
from app.rpc import Moment, Output
from procedures._bases import admin
from procedures._keyset import EARLIEST, LATEST, InvalidCursor, KeysetInput, Order, read_page
from procedures.admin._view import GenerationStatus


class ListAllCoursesInput(KeysetInput):
    """Only those of an organization, an owner, a publication or a generation status, when given. A minus sorts down."""

    sort: Literal["createdAt", "-createdAt", "-updatedAt"] = "-createdAt"
    organization_id: UUID | None = None
    user_id: UUID | None = None
    status: Literal["draft", "published", "archived"] | None = None
    generation_status: GenerationStatus | None = None


FIRST_PAGE: Final = ListAllCoursesInput()


class CourseEntry(Output):
    """A course as administration sees it; `percentage` is null for one that was never generated."""

    id: UUID
    title: str
    slug: str
    organization_id: UUID
    user_id: UUID
    status: Literal["draft", "published", "archived"]
    generation_status: GenerationStatus | None
    percentage: int | None
    error_message: str | None
    last_progress_update: Moment | None
    created_at: Moment
    updated_at: Moment


class CourseEntryPage(Output):
    """A page of courses; `next_cursor` is null on the last one."""

    items: list[CourseEntry]
    next_cursor: str | None


ORDERS: Final[dict[str, Order[CourseEntry]]] = {
    "createdAt": Order("courses_oldest_first", datetime, EARLIEST, lambda row: (row.created_at, row.id)),
    "-createdAt": Order("courses_newest_first", datetime, LATEST, lambda row: (row.created_at, row.id)),
    "-updatedAt": Order("courses_last_updated_first", datetime, LATEST, lambda row: (row.updated_at, row.id)),
}


@admin.query(errors=(InvalidCursor,))
async def list_courses(ctx: Administrator, input: ListAllCoursesInput = FIRST_PAGE) -> CourseEntryPage:
    """List courses: all of them to a superadmin, to an admin those of the own organization."""
    items, cursor = await read_page(
        ctx,
        ORDERS[input.sort],
        input,
        CourseEntry,
        organization_id=input.organization_id,
        user_id=input.user_id,
        status=input.status,
        generation_status=input.generation_status,
    )
    return CourseEntryPage(items=items, next_cursor=cursor)
