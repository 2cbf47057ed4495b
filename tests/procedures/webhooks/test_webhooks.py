"""webhooks.*: who sees which deliveries, who sends them again, and who is given a secret."""

import json
import re
from typing import Any
from uuid import UUID

import pytest

from app.auth.claims import Role
from app.auth.errors import Forbidden
from app.context import SignedIn
from procedures._keyset import InvalidCursor
from procedures.generation.initiate import InitiateInput, WebhookRefused, initiate
from procedures.webhooks.redeliver import DeliveryNotFound
from tests.captured import captured_logs
from tests.procedures.calling import call, wire
from tests.procedures.generation.progressing import complete
from tests.world import World

HOOK = "https://lms.example.org/hook"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


async def told(world: World, owner: SignedIn | None = None, *, whole: bool = False) -> tuple[SignedIn, UUID]:
    """A course whose start, or whose whole run, waits to be told."""
    owner = owner or await world.user()
    course = await world.course(owner)
    await initiate(owner, InitiateInput(course_id=course, webhook_url=HOOK))
    if whole:
        await complete(world, course)
    return owner, course


async def listed(world: World, caller: SignedIn, **fields: Any) -> list[dict[str, Any]]:
    """The first page."""
    return list(wire(await call(world, "webhooks.listDeliveries", caller, **fields))["items"])


async def test_a_delivery_is_shown_with_all_that_became_of_it(world: World) -> None:
    owner, course = await told(world)
    [shown] = await listed(world, owner)
    run = str(await world.sql.fetchval("select run_id from courses where id = $1", course))
    row = await world.row("select id, created_at, next_attempt_at from webhook_deliveries where course_id = $1", course)
    assert shown.pop("id") == str(row["id"])
    assert shown.pop("createdAt") == row["created_at"].isoformat().replace("+00:00", "Z")
    assert shown.pop("nextAttemptAt") == row["next_attempt_at"].isoformat().replace("+00:00", "Z")
    assert shown == {
        "courseId": str(course),
        "runId": run,
        "url": HOOK,
        "status": "initializing",
        "step": 1,
        "state": "pending",
        "attempts": 0,
        "lastAttemptAt": None,
        "lastStatus": None,
        "lastError": None,
        "settledAt": None,
    }


async def test_pages_go_from_the_newest_to_the_oldest_without_a_gap(world: World) -> None:
    owner, _ = await told(world, whole=True)
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = wire(await call(world, "webhooks.listDeliveries", owner, limit=4, cursor=cursor))
        seen += page["items"]
        if (cursor := page["nextCursor"]) is None:
            break
    assert len(seen) == len({one["id"] for one in seen}) == 9
    assert (seen[0]["status"], seen[-1]["status"]) == ("completed", "initializing")
    assert [one["createdAt"] for one in seen] == sorted((one["createdAt"] for one in seen), reverse=True)


async def test_deliveries_are_found_by_course_and_by_state(world: World) -> None:
    owner, first = await told(world)
    await told(world, owner)
    await world.sql.execute(
        "update webhook_deliveries set state = 'failed', next_attempt_at = null, settled_at = now()"
        " where course_id = $1",
        first,
    )
    assert [one["courseId"] for one in await listed(world, owner, courseId=str(first))] == [str(first)]
    assert [one["courseId"] for one in await listed(world, owner, state="failed")] == [str(first)]
    assert await listed(world, owner, courseId=str(first), state="pending") == []


async def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    owner, _ = await told(world, whole=True)
    page = wire(await call(world, "webhooks.listDeliveries", owner, limit=1))
    with pytest.raises(InvalidCursor):
        await call(world, "webhooks.listDeliveries", owner, limit=1, cursor=page["nextCursor"], state="failed")


async def caller_of(world: World, who: str, owner: SignedIn) -> SignedIn:
    """Who asks, seen from the owner."""
    own = owner.claims.organization_id
    match who:
        case "owner":
            return owner
        case "colleague":
            return await world.user(own)
        case "admin":
            return await world.user(own, Role.ADMIN)
        case "superadmin":
            return await world.user(role=Role.SUPERADMIN)
        case _:
            return await world.user(role=Role.ADMIN)


@pytest.mark.parametrize(
    ("who", "may"), {"owner": 1, "colleague": 0, "admin": 1, "superadmin": 1, "stranger": 0}.items()
)
async def test_the_owner_the_admin_and_superadmins_see_a_delivery_and_send_it_again(
    world: World, who: str, may: int
) -> None:
    owner, course = await told(world)
    await world.sql.execute(
        "update webhook_deliveries set state = 'failed', attempts = 10, next_attempt_at = null, settled_at = now()"
        " where course_id = $1",
        course,
    )
    [found] = await listed(world, owner)
    caller = await caller_of(world, who, owner)
    assert len(await listed(world, caller, courseId=str(course))) == may
    if may:
        again = wire(await call(world, "webhooks.redeliver", caller, deliveryId=found["id"]))
        assert (again["id"], again["state"], again["attempts"]) == (found["id"], "pending", 0)
    else:
        with pytest.raises(DeliveryNotFound):
            await call(world, "webhooks.redeliver", caller, deliveryId=found["id"])
        assert await listed(world, owner) == [found]


async def test_an_attempt_under_way_is_not_begun_again(world: World) -> None:
    owner, _ = await told(world)
    [found] = await listed(world, owner)
    await world.sql.execute(
        "update webhook_deliveries set attempts = 3, claim_token = gen_random_uuid(),"
        " next_attempt_at = now() + interval '20 s' where id = $1",
        UUID(found["id"]),
    )
    [under_way] = await listed(world, owner)
    assert wire(await call(world, "webhooks.redeliver", owner, deliveryId=found["id"])) == under_way


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.STUDENT])
async def test_a_secret_is_for_admins_alone(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        await call(world, "webhooks.rotateSecret", await world.user(role=role))


async def test_each_rotation_gives_a_new_secret_and_keeps_the_one_before(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    answers = [wire(await call(world, "webhooks.rotateSecret", admin)) for _ in range(3)]
    secrets = [answer["secret"] for answer in answers]
    assert all(SECRET.fullmatch(secret) for secret in secrets)
    assert len(set(secrets)) == 3
    assert answers[0]["previousValidUntil"] is None
    kept = await world.row(
        "select current_secret, previous_secret, extract(epoch from previous_until - now())::int as seconds"
        " from app.webhook_secrets where organization_id = $1",
        admin.claims.organization_id,
    )
    assert (kept["current_secret"], kept["previous_secret"]) == (secrets[2], secrets[1])
    assert kept["seconds"] == pytest.approx(86_400, abs=60)


async def test_a_secret_that_has_leaked_ends_at_once(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    await call(world, "webhooks.rotateSecret", admin)
    answer = wire(await call(world, "webhooks.rotateSecret", admin, overlapSeconds=0))
    kept = await world.row(
        "select current_secret, previous_secret from app.webhook_secrets where organization_id = $1",
        admin.claims.organization_id,
    )
    assert answer["previousValidUntil"] is None
    assert kept == {"current_secret": answer["secret"], "previous_secret": None}


async def test_an_admins_rotation_leaves_other_organizations_alone(world: World) -> None:
    admin, other = await world.user(role=Role.ADMIN), await world.user(role=Role.ADMIN)
    await call(world, "webhooks.rotateSecret", other)
    kept = "select current_secret from app.webhook_secrets where organization_id = $1"
    before = await world.sql.fetchval(kept, other.claims.organization_id)
    await call(world, "webhooks.rotateSecret", admin)
    assert await world.sql.fetchval(kept, other.claims.organization_id) == before


async def test_a_superadmins_rotation_is_written_down_and_no_secret_is_told_anywhere(world: World) -> None:
    root = await world.user(role=Role.SUPERADMIN)
    with captured_logs() as lines:
        secrets = [wire(await call(world, "webhooks.rotateSecret", root))["secret"] for _ in range(2)]
    rows = await world.sql.fetch(
        "select metadata::text from system_metrics where user_id = $1 and event_type = 'superadmin_action'",
        root.user_id,
    )
    entries = [json.loads(row["metadata"]) for row in rows]
    changes = [entry for entry in entries if entry.get("table") == "webhook_secrets"]
    assert [entry["after"]["current_secret"] for entry in changes] == ["[not shown]", "[not shown]"]
    text = json.dumps(entries) + str([(line["message"], line["extra"]) for line in lines])
    assert not any(secret.removeprefix("whsec_") in text for secret in secrets)


async def test_an_address_that_can_not_be_used_starts_nothing(world: World) -> None:
    owner = await world.user()
    course = await world.course(owner)
    with pytest.raises(WebhookRefused) as refused:
        await call(world, "generation.initiate", owner, courseId=str(course), webhookUrl="https://10.0.0.1/")
    reason = "10.0.0.1 is not an address of the public internet"
    assert refused.value.message == f"The webhook address can't be used: {reason}"
    assert refused.value.details == {"reason": reason}
    assert await world.sql.fetchval("select count(*) from generation_runs where course_id = $1", course) == 0
