"""An event for each change of step, in the change's own transaction."""

from uuid import UUID

import pytest

from procedures.generation.cancel import CancelGenerationInput, cancel
from tests.procedures.generation.progressing import EVENTS, advance, complete
from tests.work.webhooks.hooked import Hooked

CHANGES = [
    ("initializing", 1, "completed", 20),
    ("analyzing_task", 2, "in_progress", 30),
    ("analyzing_task", 2, "completed", 40),
    ("generating_structure", 3, "in_progress", 50),
    ("generating_structure", 3, "completed", 60),
    ("generating_content", 4, "in_progress", 70),
    ("generating_content", 4, "completed", 80),
    ("finalizing", 5, "in_progress", 90),
    ("completed", 5, "completed", 100),
]


async def changes(hooked: Hooked, course: UUID) -> list[tuple[str, int, str, int]]:
    return [
        (told["status"], told["progress"]["step"], told["data"]["stepStatus"], told["progress"]["percentage"])
        for told in await hooked.payloads(course)
    ]


async def test_every_change_of_step_is_an_event_in_its_order(hooked: Hooked) -> None:
    course = await hooked.started()
    await complete(hooked.life, course)
    assert await changes(hooked, course) == CHANGES


async def test_an_event_tells_the_course_as_it_stands(hooked: Hooked) -> None:
    course = await hooked.started()
    [told] = await hooked.payloads(course)
    occurred = told["data"].pop("occurredAt")
    assert occurred.endswith("Z")
    assert told == {
        "courseId": str(course),
        "status": "initializing",
        "progress": {"step": 1, "message": "Инициализация завершена", "percentage": 20},
        "data": {
            "runId": str(await hooked.life.run_of(course)),
            "stepStatus": "completed",
            "lessonsCompleted": 0,
            "lessonsTotal": 0,
        },
        "error": None,
    }


async def test_counts_of_lessons_are_no_change_of_step(hooked: Hooked) -> None:
    course = await hooked.started()
    for event in EVENTS[:5]:
        await advance(hooked.life, course, *event)
    before = await changes(hooked, course)
    for done in (1, 2):
        await advance(hooked.life, course, *EVENTS[4], lessons_completed=done, lessons_total=2)
    assert await changes(hooked, course) == before


async def test_a_change_that_is_rolled_back_leaves_no_event(hooked: Hooked) -> None:
    course = await hooked.started()
    transaction = hooked.sql.transaction()
    await transaction.start()
    await advance(hooked.life, course, *EVENTS[0])
    assert len(await hooked.payloads(course)) == 2
    await transaction.rollback()
    assert len(await hooked.payloads(course)) == 1


async def test_a_run_without_an_address_has_no_events(hooked: Hooked) -> None:
    course = await hooked.life.started()
    await complete(hooked.life, course)
    assert await hooked.payloads(course) == []


async def test_a_failed_step_tells_its_error(hooked: Hooked) -> None:
    course = await hooked.started()
    await advance(hooked.life, course, *EVENTS[0])
    await advance(hooked.life, course, 2, "failed", "Ошибка при анализе задачи", "no luck")
    last = (await hooked.payloads(course))[-1]
    assert (last["status"], last["data"]["stepStatus"], last["error"]) == ("failed", "failed", "no luck")


async def test_a_cancelled_run_is_an_event(hooked: Hooked) -> None:
    owner = await hooked.life.user()
    course = await hooked.started(owner)
    await cancel(owner, CancelGenerationInput(course_id=course))
    last = (await hooked.payloads(course))[-1]
    assert (last["status"], last["progress"]["message"]) == ("cancelled", "Отменено пользователем")


async def test_a_second_runs_events_are_its_own(hooked: Hooked) -> None:
    owner = await hooked.life.user()
    course = await hooked.started(owner)
    await cancel(owner, CancelGenerationInput(course_id=course))
    first = await hooked.life.run_of(course)
    second = await hooked.life.start(owner, course)
    assert {told["data"]["runId"] for told in await hooked.payloads(course)} == {str(first)}
    assert second != first  # it was started without an address


@pytest.mark.parametrize("thing", ["courses", "organizations"])
async def test_no_event_outlives_its_course(hooked: Hooked, thing: str) -> None:
    course = await hooked.started()
    organization = await hooked.sql.fetchval("select organization_id from courses where id = $1", course)
    await hooked.sql.execute("delete from saq_jobs")
    await hooked.sql.execute("update courses set run_id = null")
    await hooked.sql.execute("delete from courses where id = $1", course)
    if thing == "organizations":
        await hooked.sql.execute("delete from users where organization_id = $1", organization)
        await hooked.sql.execute("delete from organizations where id = $1", organization)
    assert await hooked.sql.fetchval("select count(*) from webhook_deliveries") == 0
