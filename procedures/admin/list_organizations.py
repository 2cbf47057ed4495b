"""admin.listOrganizations: tenants, page by page."""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta

from app.context import Administrator
from app.rpc import Output
from procedures._bases import admin
from procedures._keyset import EARLIEST, FIRST_TEXT, LATEST, InvalidCursor, KeysetInput, Order, Place, read_page
from procedures.admin._view import Organization, TierName


class ListOrganizationsInput(KeysetInput):
    """Only those of a tier, or with a text in their name, when given. A minus sorts downwards."""

    sort: Literal["name", "createdAt", "-createdAt"] = "name"
    tier: TierName | None = None
    search: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


FIRST_PAGE: Final = ListOrganizationsInput()


class OrganizationPage(Output):
    """A page of organizations; `next_cursor` is null on the last one."""

    items: list[Organization]
    next_cursor: str | None


def _by_time(row: Organization) -> Place:
    return row.created_at, row.id


ORDERS: Final[dict[str, Order[Organization]]] = {
    "name": Order("organizations_by_name", str, FIRST_TEXT, lambda row: (row.name, row.id)),
    "createdAt": Order("organizations_oldest_first", datetime, EARLIEST, _by_time),
    "-createdAt": Order("organizations_newest_first", datetime, LATEST, _by_time),
}


@admin.query(errors=(InvalidCursor,))
async def list_organizations(ctx: Administrator, input: ListOrganizationsInput = FIRST_PAGE) -> OrganizationPage:
    """List organizations: all of them to a superadmin, to an admin the own one."""
    order = ORDERS[input.sort]
    items, cursor = await read_page(
        ctx, order, input, Organization, tier=input.tier and input.tier.lower(), search=input.search
    )
    return OrganizationPage(items=items, next_cursor=cursor)
