"""What superadmins do is written down in the transaction that does it: calls by themselves, changes by the triggers."""

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth.claims import Role
from app.boot import TABLE
from app.context import SignedIn
from app.db.audit import shown
from app.db.errors import DatabaseRefused
from app.rpc import File, Input, RpcError
from tests.procedures.calling import call
from tests.wire.inputs import POSTED, VALID
from tests.world import World


async def trail(world: World, user: SignedIn) -> list[dict[str, Any]]:
    """What was written down of a user, oldest first."""
    rows = await world.sql.fetch(
        """
        select metadata::text
        from system_metrics
        join app.audit_chain on event_id = id
        where user_id = $1 and event_type = 'superadmin_action' and organization_id = $2
        order by number
        """,
        user.user_id,
        user.claims.organization_id,
    )
    return [json.loads(row["metadata"]) for row in rows]


@pytest.fixture
async def root(world: World) -> SignedIn:
    return await world.user(role=Role.SUPERADMIN)


async def test_a_read_is_written_down_with_its_procedure_arguments_and_request(world: World, root: SignedIn) -> None:
    course = await world.course(await world.user())
    await call(world, "courses.get", root, courseId=str(course))
    (read,) = await trail(world, root)
    assert (read["procedure"], read["arguments"]) == ("courses.get", {"courseId": str(course)})
    assert len(read["requestId"]) == 32


@pytest.mark.parametrize("path", [path for path in POSTED if path != "system.ping"])
async def test_every_procedure_that_a_superadmin_calls_is_written_down(world: World, root: SignedIn, path: str) -> None:
    """Also where it finds nothing. One of its transactions may be undone, what it read before that is not."""
    with suppress(RpcError):
        await call(world, path, root, **(VALID[path] or {}))
    calls = [entry for entry in await trail(world, root) if "arguments" in entry]
    assert {entry["procedure"] for entry in calls} == {path}
    sent = {route.path for route in TABLE if route.procedure.signature.takes_input}
    assert all(bool(entry["arguments"]) is (path in sent) for entry in calls)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.INSTRUCTOR, Role.STUDENT])
async def test_what_others_do_is_not(world: World, role: Role) -> None:
    user = await world.user(role=role)
    await call(world, "courses.list", user)
    assert await trail(world, user) == []


async def test_a_change_is_written_down_with_what_was_before_and_after(world: World, root: SignedIn) -> None:
    user = await world.user()
    await call(world, "admin.updateUserRole", root, userId=str(user.user_id), role="student")
    asked, changed = await trail(world, root)
    assert asked["arguments"] == {"userId": str(user.user_id), "role": "student"}
    assert (changed["table"], changed["id"]) == ("users", str(user.user_id))
    assert (changed["before"], changed["after"]) == ({"role": "instructor"}, {"role": "student"})
    assert (changed["procedure"], changed["requestId"]) == (asked["procedure"], asked["requestId"])


async def test_so_is_one_by_a_function_that_runs_as_its_owner(world: World, root: SignedIn) -> None:
    owner = await world.user()
    course = await world.course(owner)
    started = await call(world, "generation.initiate", owner, courseId=str(course))
    await call(world, "generation.cancel", root, courseId=str(course))
    _, *changes = await trail(world, root)
    seen = {change["table"]: (change["before"], change["after"]) for change in changes}
    assert seen["courses"][1]["generation_status"] == "cancelled"
    assert seen["courses"][1]["generation_progress"] == "[not shown]"
    assert seen["generation_runs"][1]["state"] == "cancelled"
    assert seen["job_status"] == (
        {"status": "waiting", "cancelled_at": None, "cancelled_by": None},
        {"status": "cancelled", **{key: seen["job_status"][1][key] for key in ("cancelled_at", "cancelled_by")}},
    )
    assert started.success


async def test_a_deleted_course_is_written_down_with_all_that_was_in_it(world: World, root: SignedIn) -> None:
    course = await world.course(await world.user(), "Почва")
    section: UUID = await world.sql.fetchval(
        "insert into sections (course_id, title, order_index) values ($1, 'S', 1) returning id", course
    )
    await call(world, "courses.delete", root, courseId=str(course))
    changes = {change["table"]: change for change in (await trail(world, root))[1:]}
    assert changes["courses"]["before"]["title"] == "Почва"
    assert (changes["sections"]["id"], changes["sections"]["after"]) == (str(section), {})


async def test_the_secrets_of_a_run_are_in_no_entry(world: World, root: SignedIn) -> None:
    course = await world.course(root)
    key, hook = f"key-{uuid4()}", f"https://lms.example.org/{uuid4()}"
    caller = world.caller(root.claims, idempotency_key=key)
    await call(world, "generation.initiate", caller, courseId=str(course), webhookUrl=hook)
    token = await world.sql.fetchval("select slot_token::text from generation_runs where course_id = $1", course)
    text = json.dumps(await trail(world, root))
    assert "[redacted]" in text
    assert not any(secret in text for secret in (key, hook, token))


class Sent(Input):
    """An input with all that an entry must not hold whole."""

    token: str = "t0p-secret"
    note: str = "x" * 1000
    header: str = "Bearer abcdefghijklmnop"
    webhook_url: str = "https://lms.example.org/secret-path"
    raw: bytes = b"12345"
    file: File = File("a.md", "text/markdown", b"123")
    rows: tuple[dict[str, Any], ...] = ({"password": "p"},)


def test_arguments_are_shown_without_secrets_and_without_their_bulk() -> None:
    assert shown(Sent()) == {
        "token": "[redacted]",
        "note": f"{'x' * 200}... [1000 characters]",
        "header": "[redacted]",
        "webhookUrl": "[redacted]",
        "raw": "[5 bytes]",
        "file": {"name": "a.md", "type": "text/markdown", "content": "[3 bytes]"},
        "rows": [{"password": "[redacted]"}],
    }
    assert shown({"stream": object()}) == {"stream": "[object]"}
    assert shown(None) is None


@pytest.mark.parametrize("text", ["'; drop table users; --", "\\'); --", "$$", "ж'\"\n"])
async def test_no_argument_ends_the_statement_that_writes_it_down(world: World, root: SignedIn, text: str) -> None:
    await call(world, "admin.listUsers", root, search=text)
    assert (await trail(world, root))[0]["arguments"]["search"] == text


async def test_a_call_that_can_not_be_written_down_fails_and_changes_nothing(own_world: World) -> None:
    root, user = await own_world.user(role=Role.SUPERADMIN), await own_world.user()
    closed = "alter table system_metrics add constraint closed check (event_type <> 'superadmin_action') not valid"
    await own_world.sql.execute(closed)
    for path, fields in (("admin.listUsers", {}), ("admin.assignSuperAdmin", {"userId": str(user.user_id)})):
        with pytest.raises(RpcError, match="Internal server error"):
            await call(own_world, path, root, **fields)
    assert await own_world.sql.fetchval("select role::text from users where id = $1", user.user_id) == "instructor"


async def test_nor_does_one_whose_link_fails_at_its_end(own_world: World) -> None:
    root, user = await own_world.user(role=Role.SUPERADMIN), await own_world.user()
    await own_world.sql.execute("alter table app.audit_chain add constraint closed check (number < 0) not valid")
    with pytest.raises(DatabaseRefused):
        async with root.db.begin() as tx:
            assert await tx.value("change_role", str, user_id=user.user_id, role="admin") == "changed"
    assert await own_world.sql.fetchval("select role::text from users where id = $1", user.user_id) == "instructor"


async def test_an_undone_transaction_leaves_no_entry_and_no_gap(own_world: World) -> None:
    root = await own_world.user(role=Role.SUPERADMIN)
    with pytest.raises(LookupError):
        async with root.db.begin():
            raise LookupError
    await call(own_world, "admin.listUsers", root)
    assert await own_world.sql.fetch("select number from app.audit_chain") == [(1,)]


async def test_calls_at_the_same_time_are_linked_one_after_the_other(own_world: World) -> None:
    root = await own_world.user(role=Role.SUPERADMIN)
    await asyncio.gather(*(call(own_world, "admin.listUsers", root) for _ in range(30)))
    numbers = await own_world.sql.fetch("select number from app.audit_chain order by number")
    assert [row["number"] for row in numbers] == list(range(1, 31))


async def test_a_superadmins_call_under_way_does_not_hold_up_another(own_world: World) -> None:
    """The chain is held for the moment of a COMMIT, not from the beginning of a transaction."""
    root = await own_world.user(role=Role.SUPERADMIN)
    async with root.db.begin():
        async with asyncio.timeout(2):
            await call(own_world, "admin.listUsers", root)


async def test_the_trail_is_read_by_number_and_by_what_it_says(own_world: World) -> None:
    root, other = [await own_world.user(role=Role.SUPERADMIN) for _ in range(2)]
    user = await own_world.user()
    await call(own_world, "admin.updateUserRole", root, userId=str(user.user_id), role="admin")
    await call(own_world, "courses.list", other)
    first = await call(own_world, "admin.listAudit", root, sort="number", limit=2)
    assert [(entry.number, entry.table) for entry in first.items] == [(1, None), (2, "users")]
    assert first.items[1].user_email == await own_world.sql.fetchval(
        "select email from users where id = $1", root.user_id
    )
    second = await call(own_world, "admin.listAudit", root, sort="number", limit=2, cursor=first.next_cursor)
    assert [(entry.number, entry.procedure) for entry in second.items] == [(3, "courses.list"), (4, "admin.listAudit")]
    assert len(second.items[0].hash) == 64

    async def numbers(**fields: Any) -> list[int]:
        return [entry.number for entry in (await call(own_world, "admin.listAudit", root, **fields)).items]

    assert await numbers(userId=str(other.user_id)) == [3]
    assert await numbers(rowId=str(user.user_id)) == [2]
    assert await numbers(procedure="admin.updateUserRole") == [2, 1]
    assert await numbers(since="2100-01-01T00:00:00Z") == await numbers(until="2020-01-01T00:00:00Z") == []
