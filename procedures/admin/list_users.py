"""admin.listUsers: users, page by page."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta

from app.auth.claims import Role
from app.context import Administrator
from app.rpc import Output
from procedures._bases import admin
from procedures._keyset import EARLIEST, FIRST_TEXT, LATEST, InvalidCursor, KeysetInput, Order, Place, read_page
from procedures.admin._view import User


class ListUsersInput(KeysetInput):
    """Only those of an organization, a role, active or not, or with a text in their email. A minus sorts downwards."""

    sort: Literal["email", "createdAt", "-createdAt"] = "email"
    organization_id: UUID | None = None
    role: Role | None = None
    is_active: bool | None = None
    search: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


FIRST_PAGE: Final = ListUsersInput()


class UserPage(Output):
    """A page of users; `next_cursor` is null on the last one."""

    items: list[User]
    next_cursor: str | None


def _by_time(row: User) -> Place:
    return row.created_at, row.id


ORDERS: Final[dict[str, Order[User]]] = {
    "email": Order("users_by_email", str, FIRST_TEXT, lambda row: (row.email, row.id)),
    "createdAt": Order("users_oldest_first", datetime, EARLIEST, _by_time),
    "-createdAt": Order("users_newest_first", datetime, LATEST, _by_time),
}


@admin.query(errors=(InvalidCursor,))
async def list_users(ctx: Administrator, input: ListUsersInput = FIRST_PAGE) -> UserPage:
    """List users: all of them to a superadmin, to an admin those of the own organization."""
    items, cursor = await read_page(
        ctx,
        ORDERS[input.sort],
        input,
        User,
        organization_id=input.organization_id,
        role=input.role,
        is_active=input.is_active,
        search=input.search,
    )
    return UserPage(items=items, next_cursor=cursor)
