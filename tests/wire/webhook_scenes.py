"""Calls about webhooks, each with what must be there for it."""

from uuid import UUID

from app.auth.claims import Role
from app.context import SignedIn
from procedures.generation.initiate import InitiateInput, initiate
from tests.wire.conformance import Call
from tests.wire.inputs import VALID
from tests.wire.served import Served
from tests.wire.staging import Scene, mutation, owner_of, query


async def told(served: Served) -> tuple[SignedIn, UUID]:
    """A new instructor, and the delivery that waits for the course they have started."""
    owner, course = await owner_of(served)
    await initiate(owner, InitiateInput(course_id=course, webhook_url="https://lms.example.org/hook"))
    return owner, await served.world.sql.fetchval("select id from webhook_deliveries where course_id = $1", course)


async def deliveries_are_listed(served: Served) -> Call:
    owner, _ = await told(served)
    return query("webhooks.listDeliveries", {"limit": 1}, owner)


async def a_cursor_of_no_list_of_deliveries(served: Served) -> Call:
    return query("webhooks.listDeliveries", {"cursor": "AAAA"}, await served.user(), "InvalidCursor")


async def a_student_lists_no_deliveries(served: Served) -> Call:
    return query("webhooks.listDeliveries", None, await served.user(Role.STUDENT), "Forbidden")


async def an_event_is_sent_again(served: Served) -> Call:
    owner, delivery = await told(served)
    return mutation("webhooks.redeliver", {"deliveryId": delivery}, owner)


async def a_delivery_of_nothing(served: Served) -> Call:
    return mutation("webhooks.redeliver", VALID["webhooks.redeliver"], await served.user(), "DeliveryNotFound")


async def a_secret_is_rotated(served: Served) -> Call:
    return mutation("webhooks.rotateSecret", {"overlapSeconds": 60}, await served.user(Role.ADMIN))


async def an_instructor_rotates_no_secret(served: Served) -> Call:
    return mutation("webhooks.rotateSecret", None, await served.user(), "Forbidden")


async def an_overlap_of_months(served: Served) -> Call:
    return mutation("webhooks.rotateSecret", {"overlapSeconds": 10**7}, await served.user(Role.ADMIN), "InvalidInput")


WEBHOOK_SCENES: tuple[Scene, ...] = (
    deliveries_are_listed,
    a_cursor_of_no_list_of_deliveries,
    a_student_lists_no_deliveries,
    an_event_is_sent_again,
    a_delivery_of_nothing,
    a_secret_is_rotated,
    an_instructor_rotates_no_secret,
    an_overlap_of_months,
)
