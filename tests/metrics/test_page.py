"""/metrics of a running API process: what it counts, what it reads from the servers, and for whom."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from app.dev import Database
from procedures import router
from tests.metrics.scraped import BEARER, TOKEN, Scraped, scrape
from tests.wire.served import Served, error_of, serve
from tests.work.harness import enqueue, eventually


async def told(served: Served, met: Callable[[Scraped], bool]) -> Scraped:
    """The first scrape of which this holds: figures of the servers may be a second old."""
    found: list[Scraped] = []

    async def holds() -> bool:
        found.append(await scrape(served.http))
        return met(found[-1])

    await eventually(holds)
    return found[-1]


async def fresh(served: Served) -> Scraped:
    """A scrape with figures that the servers were asked for after now."""
    now = monotonic()
    return await told(served, lambda seen: monotonic() - (seen.value("coursegen_figures_age_seconds") or 0) > now)


@pytest.mark.parametrize("header", [None, "", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}"])
async def test_without_the_token_nothing_is_told(served: Served, header: str | None) -> None:
    response = await served.http.get("/metrics", headers={} if header is None else {"authorization": header})
    assert error_of(response, 401)["code"] == "UNAUTHORIZED"
    assert response.headers["www-authenticate"] == "Bearer"


async def test_without_the_setting_there_is_no_page(database: Database, redis_url: str, tmp_path: Path) -> None:
    async with serve(database, redis_url, tmp_path) as without:
        error_of(await without.http.get("/metrics", headers=BEARER), 404)
        error_of(await without.http.get("/metrics", headers={"authorization": "Bearer"}), 404)


async def test_a_call_is_counted_by_procedure_and_code_and_its_time_by_procedure(served: Served) -> None:
    before = await scrape(served.http)
    owner = await served.user()
    for _ in range(3):
        await served.post("courses.list", None, owner)
    await served.post("courses.list")
    after = await scrape(served.http)

    def grown(name: str, **labels: str) -> float:
        return (after.value(name, **labels) or 0) - (before.value(name, **labels) or 0)

    assert grown("coursegen_calls_total", procedure="courses.list", code="OK") == 3
    assert grown("coursegen_calls_total", procedure="courses.list", code="UNAUTHORIZED") == 1
    assert grown("coursegen_call_duration_seconds_count", procedure="courses.list") == 4
    assert grown("coursegen_call_duration_seconds_bucket", procedure="courses.list", le="+Inf") == 4
    assert 0 < grown("coursegen_call_duration_seconds_sum", procedure="courses.list") < 20


async def test_what_callers_make_up_becomes_no_label(served: Served) -> None:
    for path in (f"no.{uuid4()}", "x" * 150, "courses.list%00"):
        await served.http.post(f"/rpc/{path}", json={})
    labels = (await scrape(served.http)).labels
    assert labels["procedure"] <= set(router.entries)


async def test_no_label_names_a_tenant_a_user_or_a_course(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    await served.post("generation.initiate", {"courseId": str(course)}, owner)
    found = await scrape(served.http)
    for identity in (owner.user_id, owner.claims.organization_id, course):
        assert str(identity) not in found.text
    known = {"procedure", "code", "le", "state", "priority", "dependency", "tier", "event_type", "work", "outcome"}
    assert set(found.labels) == known


async def test_a_start_is_seen_as_a_run_a_slot_and_a_waiting_job_of_its_tiers_priority(served: Served) -> None:
    owner = await served.user(tier="premium")
    before = await fresh(served)
    await served.post("generation.initiate", {"courseId": str(await served.world.course(owner))}, owner)
    queued = (before.value("coursegen_runs", state="queued") or 0) + 1
    found = await told(served, lambda seen: seen.value("coursegen_runs", state="queued") == queued)
    assert found.value("coursegen_queue_jobs", state="waiting", priority="10") == 1
    assert found.value("coursegen_slots_held") == (before.value("coursegen_slots_held") or 0) + 1
    assert found.value("coursegen_slots_limit") == 7
    assert found.value("coursegen_user_slots_limit", tier="premium") == 5
    assert found.value("coursegen_slots_ready") == 1


async def test_a_webhook_that_waits_is_seen(served: Served) -> None:
    owner = await served.user()
    given = {"courseId": str(await served.world.course(owner)), "webhookUrl": "https://lms.example.org/"}
    before = await fresh(served)
    await served.post("generation.initiate", given, owner)
    waiting = (before.value("coursegen_webhooks_waiting") or 0) + 1
    found = await told(served, lambda seen: seen.value("coursegen_webhooks_waiting") == waiting)
    assert found.value("coursegen_webhooks_total", outcome="delivered") == 0


async def test_the_age_is_that_of_the_job_that_has_been_due_for_longest(served: Served) -> None:
    for seconds in (20, 4000, -300):
        key = await enqueue(served.world.sql, priority=99)
        await served.world.sql.execute("update saq_jobs set scheduled = scheduled - $2 where key = $1", key, seconds)
    found = await told(
        served, lambda seen: (seen.value("coursegen_queue_oldest_job_age_seconds", priority="1") or 0) > 1
    )
    assert 4000 <= (found.value("coursegen_queue_oldest_job_age_seconds", priority="1") or 0) < 4060
    assert found.value("coursegen_queue_jobs", state="scheduled", priority="1") == 1
    assert found.value("coursegen_queue_oldest_job_age_seconds", priority="3") == 0


async def test_a_run_without_news_for_an_hour_is_stuck(served: Served) -> None:
    owner = await served.user()
    course = await served.world.course(owner)
    await served.post("generation.initiate", {"courseId": str(course)}, owner)
    assert (await fresh(served)).value("coursegen_runs_stuck") == 0
    await served.world.sql.execute(
        "update courses set last_progress_update = now() - interval '61 minutes' where id = $1", course
    )
    await told(served, lambda seen: seen.value("coursegen_runs_stuck") == 1)


async def test_events_and_ended_runs_are_counted_from_zero_and_for_good(served: Served) -> None:
    owner = await served.user(tier="free")
    courses = [str(await served.world.course(owner)) for _ in range(2)]
    before = await fresh(served)
    hits = before.value("coursegen_events_total", event_type="concurrency_limit_hit")
    cancelled = before.value("coursegen_runs_ended_total", state="cancelled")
    assert None not in (hits, cancelled, before.value("coursegen_events_total", event_type="job_rollback"))
    for course in courses:
        await served.post("generation.initiate", {"courseId": course}, owner)
    await served.post("generation.cancel", {"courseId": courses[0]}, owner)
    found = await told(
        served, lambda seen: seen.value("coursegen_runs_ended_total", state="cancelled") == (cancelled or 0) + 1
    )
    assert found.value("coursegen_events_total", event_type="concurrency_limit_hit") == (hits or 0) + 1


async def test_the_events_that_are_told_are_those_that_the_database_knows(served: Served) -> None:
    check = await served.world.sql.fetchval(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'system_metrics_event_type_check'"
    )
    told_types = (await scrape(served.http)).labels["event_type"]
    assert {word for word in check.split("'") if "_" in word and " " not in word} == told_types


async def test_the_pool_is_told_whole(served: Served) -> None:
    found = await told(served, lambda seen: (seen.value("coursegen_db_pool_connections", state="idle") or 0) > 0)
    states = {labels["state"] for labels in found.named("coursegen_db_pool_connections")}
    counts = [found.value("coursegen_db_pool_connections", state=state) or 0 for state in states]
    assert (states, sum(counts)) == ({"used", "idle", "free"}, 10)


async def test_many_scrapes_at_once_ask_the_servers_once(served: Served) -> None:
    await told(served, lambda seen: (seen.value("coursegen_figures_age_seconds") or 0) > 0.9)
    scrapes = await asyncio.gather(*(scrape(served.http) for _ in range(8)))
    ages = [seen.value("coursegen_figures_age_seconds") or 0 for seen in scrapes]
    assert max(ages) < 1.1
