"""How often generation.initiate asks its servers: counted between it and them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, unquote, urlsplit

import msgspec
import pytest

from app.dev import Database
from tests.procedures.calling import call
from tests.procedures.round_trips import RoundTrips, counted
from tests.world import World, make_world, settings_for

POSTGRES_SOCKET = ".s.PGSQL.5432"


class Counted(msgspec.Struct, frozen=True):
    """A world whose servers are asked through counters."""

    world: World
    postgres: RoundTrips
    redis: RoundTrips


@pytest.fixture
async def through_counters(own_database: Database, own_redis_url: str, tmp_path: Path) -> AsyncIterator[Counted]:
    """One connection to each server, so that nothing is connected or prepared while it is counted."""
    folder = parse_qs(urlsplit(own_database.api).query).get("host", [""])[0]
    redis = urlsplit(own_redis_url)
    if not folder.startswith("/") or redis.scheme != "unix":
        pytest.skip("the counters stand between unix sockets")
    async with AsyncExitStack() as exits:
        short = Path(exits.enter_context(TemporaryDirectory(prefix="trips-")))
        postgres_trips = await exits.enter_async_context(
            counted(Path(folder) / POSTGRES_SOCKET, short / POSTGRES_SOCKET)
        )
        redis_trips = await exits.enter_async_context(counted(Path(unquote(redis.path)), short / "redis"))
        settings = msgspec.structs.replace(
            settings_for(own_database, f"unix://{short}/redis?{redis.query}", tmp_path, db_pool_size=1),
            database_url=own_database.api.replace(quote(folder), quote(str(short))),
        )
        world = await exits.enter_async_context(make_world(settings))
        yield Counted(world, postgres_trips, redis_trips)


async def test_a_start_asks_the_database_four_times_and_redis_once(through_counters: Counted) -> None:
    world, postgres, redis = through_counters.world, through_counters.postgres, through_counters.redis
    owner = await world.user()
    warm, course = [await world.course(owner) for _ in range(2)]
    await call(world, "generation.initiate", owner, courseId=str(warm))
    before = postgres.count, redis.count
    await call(world, "generation.initiate", owner, courseId=str(course))
    assert before[0] > 0
    assert before[1] > 0
    assert postgres.count - before[0] <= 4
    assert redis.count - before[1] == 1


async def test_reading_asks_the_database_three_times_and_redis_never(through_counters: Counted) -> None:
    world, postgres, redis = through_counters.world, through_counters.postgres, through_counters.redis
    owner = await world.user()
    course = str(await world.course(owner))
    await call(world, "generation.getStatus", owner, courseId=course)
    before = postgres.count, redis.count
    await call(world, "generation.getStatus", owner, courseId=course)
    assert (postgres.count - before[0], redis.count - before[1]) == (3, 0)
