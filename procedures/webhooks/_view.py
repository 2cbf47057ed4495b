"""A delivery as its readers see it."""

from typing import Literal
from uuid import UUID

from app.rpc import Moment, Output

DeliveryState = Literal["pending", "delivered", "failed", "disabled"]


class Delivery(Output):
    """An event and what became of it. `id` is the `webhook-id` that each of its attempts carries.

    `status` and `step` are the course's at the event. `pending` is tried at `nextAttemptAt`; `failed` has used all its
    attempts; `disabled` is not sent, since the endpoint has answered 410. `lastStatus` is the HTTP status of the last
    answer, null when there was none; `lastError` says what went wrong.
    """

    id: UUID
    course_id: UUID
    run_id: UUID
    url: str
    status: str
    step: int
    state: DeliveryState
    attempts: int
    next_attempt_at: Moment | None
    last_attempt_at: Moment | None
    last_status: int | None
    last_error: str | None
    created_at: Moment
    settled_at: Moment | None
