"""admin.setGlobalLimit and getConcurrency: at once and everywhere, and kept where Redis can't lose it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from app.auth.claims import Role
from app.boot import open_resources
from app.context import SignedIn
from app.dev import Database
from app.leases import SlotsUnavailable, SystemFull
from app.rpc.protocol_errors import InvalidInput
from procedures.generation.initiate import InitiateInput, initiate
from tests.procedures.calling import call
from tests.world import World, make_world, settings_for


@pytest.fixture
async def root(own_world: World) -> SignedIn:
    return await own_world.user(role=Role.SUPERADMIN)


@pytest.fixture
async def other_process(
    own_world: World, own_database: Database, own_redis_url: str, tmp_path: Path
) -> AsyncIterator[World]:
    """What another process has open: connections of its own to the same servers."""
    async with make_world(settings_for(own_database, own_redis_url, tmp_path)) as made:
        yield made


async def start(world: World) -> None:
    """A run of a new user."""
    owner = await world.user()
    await initiate(owner, InitiateInput(course_id=await world.course(owner)))


async def kept(world: World) -> int | None:
    limit: int | None = await world.sql.fetchval("select concurrent_runs from app.global_limit")
    return limit


async def test_a_limit_counts_from_the_next_start_in_every_process(
    own_world: World, other_process: World, root: SignedIn
) -> None:
    await call(own_world, "admin.setGlobalLimit", root, limit=1)
    await start(other_process)
    for world in (own_world, other_process):
        with pytest.raises(SystemFull) as refused:
            await start(world)
        assert refused.value.global_limit == 1
    await call(own_world, "admin.setGlobalLimit", root, limit=2)
    await start(other_process)


async def test_the_default_counts_until_a_superadmin_has_set_it(own_world: World, root: SignedIn) -> None:
    shown = await call(own_world, "admin.getConcurrency", root)
    assert (shown.global_limit, shown.changed, shown.global_active, shown.ready, shown.users) == (3, False, 0, True, [])
    await call(own_world, "admin.setGlobalLimit", root, limit=3)
    assert (await call(own_world, "admin.getConcurrency", root)).changed


async def test_an_emptied_redis_does_not_bring_the_default_back(
    own_world: World, own_redis_url: str, root: SignedIn
) -> None:
    await call(own_world, "admin.setGlobalLimit", root, limit=7)
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
    emptied = await call(own_world, "admin.getConcurrency", root)
    assert (emptied.global_limit, emptied.ready) == (7, False)
    with pytest.raises(SlotsUnavailable):
        await start(own_world)
    slots = own_world.resources.slots
    assert (await slots.reconcile(await slots.held(), [], [], await kept(own_world))).ready
    assert (await slots.held()).global_limit == 7


async def test_while_redis_is_away_nothing_is_changed(own_world: World, root: SignedIn, tmp_path: Path) -> None:
    nowhere = msgspec.structs.replace(own_world.resources.settings, redis_url=f"unix://{tmp_path}/none")
    async with open_resources(nowhere, nowhere.database_url) as resources:
        with pytest.raises(SlotsUnavailable):
            await call(World(resources, own_world.sql), "admin.setGlobalLimit", root, limit=7)
    assert await kept(own_world) is None


async def test_of_many_limits_at_once_postgresql_and_redis_end_with_the_same(own_world: World, root: SignedIn) -> None:
    await asyncio.gather(*(call(own_world, "admin.setGlobalLimit", root, limit=limit) for limit in range(1, 31)))
    assert (await own_world.resources.slots.held()).global_limit == await kept(own_world)


async def test_a_change_is_in_the_audit_trail_with_the_limit_before_it(own_world: World, root: SignedIn) -> None:
    for limit in (5, 9):
        await call(own_world, "admin.setGlobalLimit", root, limit=limit)
    changes = (await call(own_world, "admin.listAudit", root, procedure="admin.setGlobalLimit", rowId="1")).items
    assert [(change.table, change.before, change.after) for change in changes] == [
        ("global_limit", {"concurrent_runs": 5}, {"concurrent_runs": 9}),
        ("global_limit", {"concurrent_runs": None}, {"concurrent_runs": 5}),
    ]


@pytest.mark.parametrize("limit", [0, 101, -1, None, "5", 1.5, 2**63])
async def test_a_limit_is_one_to_a_hundred(world: World, limit: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await call(world, "admin.setGlobalLimit", None, limit=limit)
    assert [issue.path for issue in refused.value.issues] == ["$.limit"]


async def test_who_holds_slots_is_shown_with_their_limits(own_world: World, root: SignedIn) -> None:
    busy = await own_world.user(await own_world.organization("basic"))
    for _ in range(2):
        await initiate(busy, InitiateInput(course_id=await own_world.course(busy)))
    await start(own_world)
    shown = await call(own_world, "admin.getConcurrency", root)
    assert shown.global_active == 3
    first, second = shown.users
    assert (first.user_id, first.tier, first.user_limit, first.active) == (busy.user_id, "BASIC", 2, 2)
    assert first.organization_id == busy.claims.organization_id
    assert (second.tier, second.active) == ("STANDARD", 1)
