"""webhooks.listDeliveries: the log of what was sent, newest first."""

from datetime import datetime
from typing import Final
from uuid import UUID

from app.context import SignedIn
from app.rpc import Output
from procedures._bases import instructor
from procedures._examples import COURSE_ID
from procedures._keyset import LATEST, InvalidCursor, KeysetInput, Order, read_page
from procedures.webhooks._view import Delivery, DeliveryState


class ListDeliveriesInput(KeysetInput):
    """Only one course's, or only those of one state, when given."""

    course_id: UUID | None = None
    state: DeliveryState | None = None


FIRST_PAGE: Final = ListDeliveriesInput()
NEWEST_FIRST: Final[Order[Delivery]] = Order("list_webhooks", datetime, LATEST, lambda row: (row.created_at, row.id))


class DeliveryPage(Output):
    """A page of deliveries; `next_cursor` is null on the last one."""

    items: list[Delivery]
    next_cursor: str | None


@instructor.query(
    errors=(InvalidCursor,), examples=(ListDeliveriesInput(limit=20, course_id=COURSE_ID, state="failed"),)
)
async def list_deliveries(ctx: SignedIn, input: ListDeliveriesInput = FIRST_PAGE) -> DeliveryPage:
    """List deliveries, newest first: those of the own courses, to an admin those of the organization."""
    items, cursor = await read_page(ctx, NEWEST_FIRST, input, Delivery, course_id=input.course_id, state=input.state)
    return DeliveryPage(items=items, next_cursor=cursor)
