"""admin.listAudit: what superadmins did, as the chain of hashes holds it."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import Meta

from app.context import Administrator
from app.rpc import Moment, Output
from procedures._bases import superadmin
from procedures._keyset import InvalidCursor, KeysetInput, Order, Place, read_page

NO_ID: Final = UUID(int=0)


class ListAuditInput(KeysetInput):
    """Only what one superadmin did, one procedure, one changed row, or a time from `since` to before `until`."""

    sort: Literal["number", "-number"] = "-number"
    user_id: UUID | None = None
    procedure: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    row_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    since: Moment | None = None
    until: Moment | None = None


FIRST_PAGE: Final = ListAuditInput()


class AuditEntry(Output):
    """A call, with its `arguments`, or a change of a row, with what differs `before` and `after` it.

    `number` is its place in the chain, `hash` the link there, in hexadecimal. `user_id` is null for the owner of the
    database (`coursegen superadmin`). A call and its changes have one `request_id`.
    """

    number: int
    hash: str
    event_id: UUID
    timestamp: Moment
    user_id: UUID | None
    user_email: str | None
    procedure: str | None
    request_id: str | None
    arguments: Any
    table: str | None
    row_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditPage(Output):
    """A page of the trail; `next_cursor` is null on the last one."""

    items: list[AuditEntry]
    next_cursor: str | None


def _by_number(row: AuditEntry) -> Place:
    return row.number, NO_ID


ORDERS: Final[dict[str, Order[AuditEntry]]] = {
    "number": Order("audit_oldest_first", int, (0, NO_ID), _by_number),
    "-number": Order("audit_newest_first", int, (2**63 - 1, NO_ID), _by_number),
}


@superadmin.query(errors=(InvalidCursor,))
async def list_audit(ctx: Administrator, input: ListAuditInput = FIRST_PAGE) -> AuditPage:
    """Read the audit trail. This call itself is linked into it when it ends; `coursegen audit verify` checks it."""
    items, cursor = await read_page(
        ctx,
        ORDERS[input.sort],
        input,
        AuditEntry,
        user_id=input.user_id,
        procedure=input.procedure,
        row_id=input.row_id,
        since=input.since,
        until=input.until,
    )
    return AuditPage(items=items, next_cursor=cursor)
