"""The runbook's sections on runs, slots and Redis, their commands run as they stand."""

from pathlib import Path
from uuid import uuid4

import msgspec
from redis import Redis

from app.dev import find, redis
from app.dev.databases import forget_workers
from tests.cli.programs import until
from tests.runbook.deployment import Deployment, blocks
from tests.runbook.servers import address_of


def slots(deployment: Deployment) -> tuple[int, int]:
    """What the two commands say: slots that Redis counts, runs that PostgreSQL knows."""
    [compare] = blocks("A slot leaks")
    printed, _, runs = deployment.does(compare).rstrip().rpartition("\n")
    return msgspec.json.decode(printed)["globalActive"], int(runs)


def test_a_stuck_run_is_found_and_goes_on_with_a_worker_or_is_ended_by_hand(deployment: Deployment) -> None:
    look, lives, end = blocks("A run is stuck")
    deployment.stop("work")
    kept, ended = deployment.started("Закваска"), deployment.started("Компост")
    listed = deployment.does(look)
    assert all(course in listed for course in (kept, ended))
    assert "structure_analysis | waiting" in listed
    forget_workers(deployment.settings.owner_database_url)  # half a minute goes by
    assert '"worker":false' in deployment.does(lives)
    deployment.does(end, COURSE=ended)
    assert deployment.status(ended) == "cancelled"
    deployment.start("work")
    deployment.ends(kept)
    assert '"worker":true' in deployment.does(lives)
    assert "(0 rows)" in deployment.does(look)


def test_a_leaked_slot_shows_and_is_evicted(deployment: Deployment) -> None:
    until(lambda: slots(deployment) == (0, 0), "nothing runs", 10)
    deployment.stop("work")
    run, user, token = (str(uuid4()) for _ in range(3))
    with Redis.from_url(deployment.settings.redis_url) as server:
        seconds, microseconds = server.time()
        until_ms = seconds * 1000 + microseconds // 1000 + 1500
        server.zadd("{cg}:slots", {run: until_ms})
        server.zadd(f"{{cg}}:slots:user:{user}", {run: until_ms})
        server.hset("{cg}:tokens", run, token)
        server.hset("{cg}:owner", run, user)
    assert slots(deployment) == (1, 0)
    deployment.start("work")
    until(lambda: slots(deployment) == (0, 0), "the slot is evicted", 10, every=0.3)
    assert "slots reconciled" in deployment.log("work")


def test_a_lost_redis_is_rebuilt_and_so_is_one_that_was_emptied_on_purpose(deployment: Deployment) -> None:
    look, empty = blocks("Redis was lost")
    deployment.stop("work")
    course = deployment.started("Чайный гриб")
    lost = deployment.servers.children.pop()
    lost.stop()
    assert '"redis":false' in deployment.run(look).stdout
    other = str(deployment.call("courses.create", title="Кактус")["id"])
    assert deployment.post("generation.initiate", courseId=other).status_code == 503
    sockets = Path(address_of(deployment.servers))
    deployment.servers.children.append(redis.start(find.redis_binary(), deployment.folder / "servers", sockets))
    until(lambda: deployment.ready().get("redis"), "Redis is there", 10)
    assert '"ready": false' in deployment.does(look)
    assert deployment.post("generation.initiate", courseId=other).status_code == 503
    deployment.start("work")
    until(lambda: '"ready": true' in deployment.does(look), "the slots are rebuilt", 10)
    deployment.ends(course)
    deployment.does(empty)
    until(lambda: '"ready": true' in deployment.does(look), "the slots are rebuilt", 10)
    deployment.call("generation.initiate", courseId=other)
    deployment.ends(other)


def test_the_global_limit_is_changed_for_all(deployment: Deployment) -> None:
    [change] = blocks("Change the global limit")
    printed = deployment.does(change)
    assert '"globalLimit": 5' in printed
    assert '"changed": true' in printed
    by_hand = "update app.global_limit set concurrent_runs = null returning 1"
    assert deployment.sql(by_hand) == 1
    with Redis.from_url(deployment.settings.redis_url) as server:
        until(lambda: server.get("{cg}:limit") is None, "the reaper tells Redis", 10)


def test_a_superadmin_is_made_by_who_has_the_database_alone(deployment: Deployment) -> None:
    [make] = blocks("Nobody is superadmin")
    assert deployment.post("admin.getConcurrency", deployment.token("student@demo.local")).status_code == 403
    assert deployment.does(make, EMAIL="student@demo.local") == "student@demo.local is a superadmin\n"
    assert deployment.post("admin.getConcurrency", deployment.token("student@demo.local")).status_code == 200
