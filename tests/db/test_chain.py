"""`coursegen audit verify`: an untouched chain is intact, and the first link that was touched is named."""

# ruff: noqa: S608  identifiers can't be parameters, and all of them come from this file

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.auth.claims import Role
from app.db.chain import Broken, Head, make_superadmin, verify_chain
from app.dev import Database
from tests.procedures.calling import call
from tests.world import World, make_world, settings_for

LINKS = 9
BY_FORCE = "set session_replication_role = replica"
"""What it takes to get by the triggers: a superuser, whom no grant and no policy stops."""


@pytest.fixture
async def world(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world in which superadmins did nine things."""
    async with make_world(settings_for(own_database, own_redis_url, tmp_path)) as made:
        root, user = await made.user(role=Role.SUPERADMIN), await made.user()
        await asyncio.gather(*(call(made, "admin.listUsers", root, search=str(number)) for number in range(5)))
        for role in ("admin", "student"):
            await call(made, "admin.updateUserRole", root, userId=str(user.user_id), role=role)
        yield made


async def verified(world: World, noted: str | None = None) -> Head | Broken:
    return await verify_chain(world.resources.settings.owner_database_url, noted)


async def test_an_untouched_chain_is_intact_and_tells_its_head(world: World) -> None:
    head = await verified(world)
    assert isinstance(head, Head)
    assert head.number == LINKS
    assert head.hash == await world.sql.fetchval("select hash from app.audit_head")


async def test_a_new_database_has_a_chain_without_links(own_database: Database) -> None:
    head = await verify_chain(own_database.superuser)
    assert isinstance(head, Head)
    assert head.number == 0
    assert await verify_chain(own_database.superuser, str(head)) == head


EVENT = "(select event_id from app.audit_chain where number = {number})"
TOUCHED: dict[str, str] = {
    **{
        f"the event's {column} is changed": f"update system_metrics set {column} = {value} where id = {EVENT}"
        for column, value in {
            "metadata": 'metadata || \'{{"procedure": "courses.list"}}\'',
            "user_id": "gen_random_uuid()",
            "organization_id": "null",
            "severity": "'fatal'",
            "event_type": "'worker_timeout'",
            "course_id": "gen_random_uuid()",
            "job_id": "'x'",
            '"timestamp"': "\"timestamp\" + interval '1 microsecond'",
        }.items()
    },
    "the event is deleted": f"delete from system_metrics where id = {EVENT}",
    "the link is deleted": "delete from app.audit_chain where number = {number}",
    "the hash is changed": "update app.audit_chain set hash = sha256('x') where number = {number}",
    "event and link are deleted": f"delete from system_metrics where id = {EVENT};"
    "delete from app.audit_chain where number = {number}",
    "the link is another event's": "update app.audit_chain set event_id = gen_random_uuid() where number = {number}",
}


@pytest.mark.parametrize("number", [1, 4, LINKS])
@pytest.mark.parametrize("touch", TOUCHED)
async def test_a_touched_link_is_named(world: World, touch: str, number: int) -> None:
    await world.sql.execute(BY_FORCE)
    await world.sql.execute(TOUCHED[touch].format(number=number))
    broken = await verified(world)
    assert isinstance(broken, Broken)
    assert broken.number == number, broken


async def test_two_links_in_another_order_are_found(world: World) -> None:
    await world.sql.execute(BY_FORCE)
    for was, now in ((3, 1000), (6, 3), (1000, 6)):
        await world.sql.execute("update app.audit_chain set number = $2 where number = $1", was, now)
    broken = await verified(world)
    assert isinstance(broken, Broken)
    assert broken.number == 3


async def test_the_newest_links_can_not_be_cut_off(world: World) -> None:
    await world.sql.execute(BY_FORCE)
    await world.sql.execute(
        "delete from system_metrics where id in (select event_id from app.audit_chain where number > 7)"
    )
    await world.sql.execute("delete from app.audit_chain where number > 7")
    broken = await verified(world)
    assert isinstance(broken, Broken)
    assert (broken.number, "should end at 9:" in broken.why) == (8, True)


async def test_an_entry_that_was_slipped_in_is_named(world: World) -> None:
    await world.sql.execute(BY_FORCE)
    slipped: Any = await world.sql.fetchval(
        "insert into system_metrics (event_type, severity) values ('superadmin_action', 'info') returning id"
    )
    broken = await verified(world)
    assert isinstance(broken, Broken)
    assert broken.event_id == slipped


async def test_a_whole_new_chain_is_found_by_a_head_that_was_noted(world: World) -> None:
    """Whoever owns the database can recompute every hash: all but the one that stands elsewhere."""
    noted = str(await verified(world))
    await call(world, "admin.listUsers", await world.user(role=Role.SUPERADMIN))
    assert isinstance(await verified(world, noted), Head)
    await world.sql.execute("create temp table kept as select * from system_metrics order by id")
    await world.sql.execute(BY_FORCE)
    await world.sql.execute("delete from system_metrics; delete from app.audit_chain")
    await world.sql.execute("update app.audit_head set number = 0, hash = sha256('')")
    await world.sql.execute("reset session_replication_role")
    await world.sql.execute("insert into system_metrics select * from kept")
    assert isinstance(await verified(world), Head)
    broken = await verified(world, noted)
    assert isinstance(broken, Broken)
    assert noted in broken.why


async def test_many_links_are_read_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.db.chain.BATCH", 2)
    head = await verified(world)
    assert isinstance(head, Head)
    assert head.number == LINKS


async def test_the_first_superadmin_is_made_by_the_owner_and_is_in_the_chain(world: World) -> None:
    user = await world.user()
    dsn = world.resources.settings.owner_database_url
    email = await world.sql.fetchval("select email from users where id = $1", user.user_id)
    assert await make_superadmin(dsn, email) == user.user_id
    assert await make_superadmin(dsn, "nobody@example.org") is None
    entry = (await call(world, "admin.listAudit", await world.user(role=Role.SUPERADMIN), limit=1)).items[0]
    assert (entry.number, entry.user_id, entry.procedure) == (LINKS + 1, None, "coursegen superadmin")
    assert (entry.row_id, entry.before, entry.after) == (
        str(user.user_id),
        {"role": "instructor"},
        {"role": "superadmin"},
    )
    assert isinstance(await verified(world), Head)


@pytest.mark.parametrize("role", ["anon", "authenticated", "app_superadmin", "service_role"])
async def test_nobody_whom_the_service_becomes_changes_or_deletes_an_entry(world: World, role: str) -> None:
    for table in ("system_metrics", "app.audit_chain", "app.audit_head"):
        for right in ("insert", "update", "delete", "truncate", "trigger", "references"):
            assert not await world.sql.fetchval("select has_table_privilege($1, $2, $3)", role, table, right)
        for right in ("insert", "update", "references"):
            assert not await world.sql.fetchval("select has_any_column_privilege($1, $2, $3)", role, table, right)
