"""A session of the old frontend, as it was recorded: the button, polling every three seconds to the end, a second
course that is cancelled, a third one over the limit. Replayed, each answer is the recorded one.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from app.context import SignedIn
from tests.procedures.generation.progressing import advance
from tests.wire.likened import likened
from tests.wire.served import Served
from tests.world import token_of

RECORDED = Path(__file__).with_name("exchange.json")


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request at its second of the session, and its answer. `meanwhile` is what the worker had done before it:
    step, status, message. In `path` and `sent`, `{first}` is a course's id, `{first.slug}` its slug.
    """

    second: int
    method: str
    path: str
    status: int
    answer: dict[str, Any]
    sent: dict[str, Any] | None = None
    meanwhile: list[tuple[int, str, str]] = []


async def courses_of(served: Served, owner: SignedIn) -> dict[str, UUID]:
    """The three courses of the session."""
    return {name: await served.world.course(owner, name) for name in ("first", "second", "third")}


async def names_of(served: Served, courses: dict[str, UUID]) -> dict[str, str]:
    """What stands for the ids and slugs of the recording."""
    slugs = {row["id"]: row["slug"] for row in await served.world.sql.fetch("select id, slug from courses")}
    ids = {f"{{{name}}}": str(course) for name, course in courses.items()}
    return ids | {f"{{{name}.slug}}": slugs[course] for name, course in courses.items()}


def filled(text: str, names: dict[str, str]) -> str:
    """A recorded text with what its names stand for now."""
    for name, value in names.items():
        text = text.replace(name, value)
    return text


async def test_the_recorded_session_goes_as_it_went(served: Served) -> None:
    owner = await served.user(tier="free")
    courses = await courses_of(served, owner)
    names = await names_of(served, courses)
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=list[Exchange])
    assert len(recorded) > 10
    for exchange in recorded:
        for event in exchange.meanwhile:
            await advance(served.world, courses["first"], *event)
        body = None if exchange.sent is None else filled(msgspec.json.encode(exchange.sent).decode(), names)
        if any(message == "Курс завершен" for _, _, message in exchange.meanwhile):
            await _end_of_run(served, courses["first"])
        response = await served.http.request(
            exchange.method,
            filled(exchange.path, names),
            content=body,
            headers={"authorization": f"Bearer {token_of(owner)}", "content-type": "application/json"},
        )
        got = (response.status_code, likened(response.json()))
        assert got == (exchange.status, exchange.answer), f"second {exchange.second}: {exchange.path}"


async def _end_of_run(served: Served, course: UUID) -> None:
    """What the worker does with its last message: the run ends and gives its slot back."""
    run = await served.world.row(
        "update generation_runs set state = 'completed', ended_at = now() where course_id = $1"
        " returning id, slot_token",
        course,
    )
    await served.world.sql.execute("update job_status set status = 'completed' where run_id = $1", run["id"])
    await served.world.resources.slots.release(run["id"], run["slot_token"])


def test_the_recording_polls_every_three_seconds() -> None:
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=list[Exchange])
    polls = [exchange.second for exchange in recorded if exchange.path.endswith("{first.slug}/check-status")]
    assert {later - earlier for earlier, later in pairwise(polls)} == {3}
