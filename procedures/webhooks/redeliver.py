"""webhooks.redeliver: send an event again."""

from uuid import UUID

from app.context import SignedIn
from app.middlewares import rate_limit
from app.rpc import Code, Input, RpcError
from procedures._bases import instructor
from procedures.webhooks._view import Delivery


class RedeliverInput(Input):
    """Which delivery."""

    delivery_id: UUID


class DeliveryNotFound(RpcError, code=Code.NOT_FOUND):
    """Delivery not found"""


@instructor.use(rate_limit(30, per=60)).mutation(errors=(DeliveryNotFound,))
async def redeliver(ctx: SignedIn, input: RedeliverInput) -> Delivery:
    """Send an event again soon, under the same id, and begin its attempts anew. An endpoint that had answered 410 is
    enabled by it. The owner of the course, an admin of the organization, or a superadmin may.
    """
    async with ctx.db.begin() as tx:
        if await tx.value("redeliver_webhook", bool, id=input.delivery_id):
            row = await tx.maybe("get_webhook", Delivery, id=input.delivery_id)
            if row is not None:
                return row
    raise DeliveryNotFound()
