"""What the dashboard shows, and what its buttons do and refuse."""

from typing import Any

import pytest
from saq.web.common import STATIC_PATH

from app.work.dashboard import LISTED, assets
from tests.dashboard.visitor import Visitor, request
from tests.wire.served import Served, error_of
from tests.work.harness import enqueue
from tests.world import token_of

QUEUE = "api/queues/coursegen"
STATE = """
update saq_jobs set status = $2, lease = case $2 when 'active' then gen_random_uuid() end,
    job = convert_to((convert_from(job, 'UTF8')::jsonb || '{"attempts": 3, "error": "no luck"}')::text, 'UTF8')
where key = $1
"""


async def job(served: Served, status: str = "queued", **call: Any) -> str:
    """A job without a run, in this state."""
    key = await enqueue(served.world.sql, **call)
    if status != "queued":
        await served.world.sql.execute(STATE, key, status)
    return key


async def started(served: Served) -> tuple[str, str]:
    """A course whose generation was started, and its job."""
    owner = await served.user()
    course = str(await served.world.course(owner))
    answer = await served.post("generation.initiate", {"courseId": course}, owner)
    return course, answer.json()["jobId"]


async def status_of(served: Served, key: str) -> str:
    return str(await served.world.sql.fetchval("select status from saq_jobs where key = $1", key))


async def test_the_queue_shows_what_runs_what_failed_and_what_comes_next(served: Served, visitor: Visitor) -> None:
    last, first = await job(served, priority=9), await job(served, priority=1)
    failed, active = await job(served, "failed"), await job(served, "active")
    ended = await job(served, "complete")
    queue = (await visitor.answer(QUEUE))["queue"]
    keys = [each["key"] for each in queue["jobs"]]
    assert sorted((active, failed, first, last), key=keys.index) == [active, failed, first, last]
    assert ended not in keys
    [overview] = (await visitor.answer("api/queues"))["queues"]
    assert (overview["name"], overview["active"]) == ("coursegen", 1)
    assert {name: queue[name] for name in ("queued", "active", "scheduled")} == {
        name: overview[name] for name in ("queued", "active", "scheduled")
    }
    (shown,) = [each for each in queue["jobs"] if each["key"] == failed]
    assert (shown["status"], shown["attempts"], shown["error"]) == ("failed", 3, "no luck")


async def test_the_list_is_bounded_and_so_is_what_it_shows_of_an_input(served: Served, visitor: Visitor) -> None:
    big = await job(served, priority=0, kwargs={"input": "x" * 5000})
    for _ in range(LISTED + 3):
        await job(served, priority=2)
    jobs = (await visitor.answer(QUEUE))["queue"]["jobs"]
    assert sum(each["status"] == "queued" for each in jobs) == LISTED
    assert max(len(each["kwargs"]) for each in jobs) == 80
    assert len((await visitor.answer(f"{QUEUE}/jobs/{big}"))["job"]["kwargs"]) > 5000


async def test_no_lease_is_told(served: Served, visitor: Visitor) -> None:
    key = await job(served, "active")
    lease = str(await served.world.sql.fetchval("select lease from saq_jobs where key = $1", key))
    for path in (QUEUE, f"{QUEUE}/jobs/{key}"):
        assert lease not in (await visitor.get(path)).text


async def test_an_exhausted_job_is_retried_with_all_its_attempts(served: Served, visitor: Visitor) -> None:
    key = await job(served, "failed")
    assert (await visitor.change(f"{QUEUE}/jobs/{key}/retry")).status_code == 200
    shown = (await visitor.answer(f"{QUEUE}/jobs/{key}"))["job"]
    assert (shown["status"], shown["attempts"], shown["error"]) == ("queued", 0, None)
    assert await changes(served, visitor) == [("queues.retry", key)]


@pytest.mark.parametrize("status", ["queued", "active", "aborting", "aborted", "complete"])
async def test_no_other_job_is_retried(served: Served, visitor: Visitor, status: str) -> None:
    key = await job(served, status)
    refused = error_of(await visitor.change(f"{QUEUE}/jobs/{key}/retry"), 409)
    assert refused["message"] == "This job is not retried: only one that failed with no attempt left is"
    assert await status_of(served, key) == status
    assert await changes(served, visitor) == [("queues.retry", key)]  # tried


async def test_a_job_whose_run_has_ended_is_not_retried(served: Served, visitor: Visitor) -> None:
    course, key = await started(served)
    await served.world.sql.execute(STATE, key, "failed")
    await served.world.sql.execute("select app.fail_run(run_id, 'x') from courses where id = $1::uuid", course)
    refused = error_of(await visitor.change(f"{QUEUE}/jobs/{key}/retry"), 409)
    assert "its run has ended" in refused["message"]
    assert await status_of(served, key) == "failed"


async def test_an_exhausted_job_of_a_live_run_is_retried(served: Served, visitor: Visitor) -> None:
    _, key = await started(served)
    await served.world.sql.execute(STATE, key, "failed")
    assert (await visitor.change(f"{QUEUE}/jobs/{key}/retry")).status_code == 200
    assert await status_of(served, key) == "queued"


async def test_aborting_a_job_cancels_its_run_and_gives_its_slot_back(served: Served, visitor: Visitor) -> None:
    course, key = await started(served)
    run = await served.world.sql.fetchval("select run_id from courses where id = $1::uuid", course)
    assert run in (await served.world.resources.slots.held()).runs
    assert (await visitor.change(f"{QUEUE}/jobs/{key}/abort")).status_code == 200
    assert await status_of(served, key) == "aborted"
    assert await served.world.sql.fetchval("select state from generation_runs where id = $1", run) == "cancelled"
    assert run not in (await served.world.resources.slots.held()).runs
    assert await changes(served, visitor) == [("queues.abort", key)]


async def test_a_job_that_has_ended_is_not_aborted(served: Served, visitor: Visitor) -> None:
    course, key = await started(served)
    await served.world.sql.execute("select app.fail_run(run_id, 'x') from courses where id = $1::uuid", course)
    refused = error_of(await visitor.change(f"{QUEUE}/jobs/{key}/abort"), 409)
    assert refused["message"] == "This job is not aborted: it is already failed"


@pytest.mark.parametrize("action", ["retry", "abort"])
async def test_a_missing_job_is_missing(visitor: Visitor, action: str) -> None:
    error_of(await visitor.get(f"{QUEUE}/jobs/none"), 404)
    error_of(await visitor.change(f"{QUEUE}/jobs/none/{action}"), 404)


@pytest.mark.parametrize("action", ["retry", "abort"])
@pytest.mark.parametrize(
    "forged",
    [
        {"x_csrf_token": ""},
        {"x_csrf_token": "0" * 64},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
)
async def test_what_does_not_come_from_the_page_changes_nothing(
    served: Served, visitor: Visitor, action: str, forged: dict[str, str]
) -> None:
    key = await job(served, "failed")
    refused = await visitor.change(f"{QUEUE}/jobs/{key}/{action}", **forged)
    assert error_of(refused, 403)["type"] == "CrossSite"
    assert await status_of(served, key) == "failed"


@pytest.mark.parametrize("forged", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
async def test_no_other_site_gives_its_visitor_a_session(visitor: Visitor, forged: dict[str, str]) -> None:
    bearer = f"Bearer {token_of(visitor.caller)}"
    error_of(await request(visitor.served, "POST", "session", authorization=bearer, **forged), 403)
    error_of(await visitor.change("session", "DELETE", **forged), 403)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_a_post_changes_a_job(served: Served, visitor: Visitor, method: str) -> None:
    key = await job(served, "failed")
    refused = await visitor.change(f"{QUEUE}/jobs/{key}/retry", method)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert await status_of(served, key) == "failed"


@pytest.mark.parametrize("path", ["static/nothing.js", "static/../codec.py", "static/enter.html", "api", "api/x", "x"])
async def test_what_is_not_there_is_404(visitor: Visitor, path: str) -> None:
    assert (await visitor.get(path)).status_code == 404


async def test_pages_and_files_say_how_they_may_be_used(served: Served, visitor: Visitor) -> None:
    for page in (await visitor.get(), await request(served, "GET", "")):
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"} <= set(policy.split("; "))
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    for name in (*assets(), "enter.js", "guard.js"):
        file = await request(served, "GET", f"static/{name}")
        assert (file.status_code, file.headers["x-content-type-options"]) == (200, "nosniff")


def test_the_link_that_is_mended_is_still_in_saqs_script_once() -> None:
    shipped = (STATIC_PATH / "app.js").read_bytes()
    assert shipped.count(b'href: "/queues/"') == 1
    assert assets()["app.js"] != shipped


async def changes(served: Served, visitor: Visitor) -> list[tuple[str, str]]:
    """What the audit trail says that this superadmin has tried to change: action and job, in order."""
    rows = await served.world.sql.fetch(
        "select metadata ->> 'procedure' as action, metadata -> 'arguments' ->> 'jobId' as job from system_metrics"
        " where event_type = 'superadmin_action' and user_id = $1 and metadata ? 'arguments' order by \"timestamp\"",
        visitor.caller.user_id,
    )
    return [(row["action"], row["job"]) for row in rows if row["action"] in ("queues.retry", "queues.abort")]
