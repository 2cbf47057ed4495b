"""A Redis that cannot serve is a declared error, soon; one that lost writes grants nothing until it is rebuilt."""

import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.leases import (
    Lease,
    LiveRun,
    RateLimited,
    RateLimiter,
    Slots,
    SlotsUnavailable,
    SystemFull,
    UserLimitReached,
    Window,
    connect,
)
from tests.leases.server import Server


async def acquire(slots: Slots) -> Lease | UserLimitReached | SystemFull | RateLimited:
    return await slots.acquire(uuid4(), uuid4(), uuid4(), "free", 1)


async def test_a_killed_server_is_unavailable_at_once_and_serves_again_after_its_rebuild(
    server: Server, own_slots: Slots
) -> None:
    lease = await acquire(own_slots)
    assert isinstance(lease, Lease)
    server.kill()
    started = time.monotonic()
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    with pytest.raises(SlotsUnavailable):
        await own_slots.renew(lease.run_id, lease.token)
    with pytest.raises(SlotsUnavailable):
        await own_slots.release(lease.run_id, lease.token)
    with pytest.raises(SlotsUnavailable):
        await own_slots.held()
    assert time.monotonic() - started < 1
    server.start()
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    await own_slots.reconcile(await own_slots.held(), [LiveRun(*lease)], [])
    assert (await own_slots.held()).total == 1


async def test_a_stalled_server_is_waited_for_no_longer_than_a_second(own_slots: Slots, own_redis: Redis) -> None:
    await own_redis.client_pause(5000)
    started = time.monotonic()
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    assert time.monotonic() - started < 1.9


async def test_a_server_restarted_from_an_old_snapshot_grants_nothing_until_it_is_rebuilt(
    server: Server, own_slots: Slots, own_redis: Redis
) -> None:
    await own_redis.save()
    lost = await acquire(own_slots)
    assert isinstance(lost, Lease)
    server.kill()
    server.start()
    assert not (await own_slots.held()).ready
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    await own_slots.reconcile(await own_slots.held(), [LiveRun(*lost)], [])
    assert isinstance(await acquire(own_slots), Lease)
    assert (await own_slots.held()).total == 2


async def test_a_read_only_replica_is_unavailable(own_slots: Slots, own_redis: Redis) -> None:
    await own_redis.replicaof("127.0.0.1", "1")
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    with pytest.raises(SlotsUnavailable):
        await RateLimiter(own_redis).hit(Window("any", 1, 60))


async def test_a_server_out_of_memory_refuses_slots_whole_and_takes_them_back(
    own_slots: Slots, own_redis: Redis
) -> None:
    lease = await acquire(own_slots)
    assert isinstance(lease, Lease)
    await own_redis.config_set("maxmemory", 1)
    with pytest.raises(SlotsUnavailable):
        await acquire(own_slots)
    assert (await own_slots.held()).total == 1
    assert await own_slots.release(lease.run_id, lease.token)
    assert not await own_slots.release(uuid4(), uuid4())
    assert (await own_slots.held()).total == 0


async def test_a_server_that_forgot_the_scripts_is_told_them_again(own_slots: Slots, own_redis: Redis) -> None:
    await own_redis.script_flush()
    assert isinstance(await acquire(own_slots), Lease)


async def test_a_server_that_does_not_tell_its_id_serves_all_the_same(server: Server, own_redis: Redis) -> None:
    await own_redis.acl_setuser("modest", enabled=True, nopass=True, keys="*", commands=["+@all", "-info"])
    modest = connect(f"{server.url}?username=modest&password=any")
    slots = Slots(modest, 30.0, 3)
    assert (await slots.reconcile(await slots.held(), [], [])).ready
    assert isinstance(await acquire(slots), Lease)
    await modest.aclose()


async def test_a_granted_acquire_is_one_command(own_slots: Slots, own_redis: Redis) -> None:
    await acquire(own_slots)
    before = await own_redis.info("commandstats")
    await acquire(own_slots)
    after = await own_redis.info("commandstats")
    calls = {name: after[name]["calls"] - before.get(name, {"calls": 0})["calls"] for name in after}
    assert calls["cmdstat_evalsha"] == 1
    assert "cmdstat_eval" not in calls or calls["cmdstat_eval"] == 0


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    client = connect("redis://127.0.0.1:1/0")
    with pytest.raises(SlotsUnavailable):
        await acquire(Slots(client, 30.0, 3))
    await client.aclose()


async def test_a_key_of_another_type_is_a_bug_and_not_an_outage(own_slots: Slots, own_redis: Redis) -> None:
    await own_redis.delete("{cg}:slots")
    await own_redis.set("{cg}:slots", "text")
    with pytest.raises(Exception, match="WRONGTYPE"):
        await acquire(own_slots)
