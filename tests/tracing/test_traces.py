"""Traces as a collector receives them from real processes: one for each run, from the call to the last job."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from app.dev import Database
from tests.cli.programs import running
from tests.tracing.collector import Collector, collecting
from tests.wire.served import Served, error_of, serve
from tests.work.harness import eventually
from tests.world import environment_for

SERVER, CLIENT, CONSUMER = 2, 3, 5
STAGES = ["structure_analysis", "structure_generation", "text_generation", "finalization"]
QUICKLY = {"OTEL_BSP_SCHEDULE_DELAY": "50"}


@pytest.fixture
def otel(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment that processes inherit, with nothing of OpenTelemetry's in it but a short delay."""
    for name, value in QUICKLY.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@asynccontextmanager
async def traced(
    database: Database, redis_url: str, folder: Path, otel: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Served, Collector]]:
    """A server that sends its spans to a collector."""
    with collecting() as collector:
        otel.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        async with serve(database, redis_url, folder) as served:
            yield served, collector


async def test_a_run_is_one_trace_under_its_callers_span(
    own_database: Database, own_redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    async with traced(own_database, own_redis_url, tmp_path, otel) as (served, collector):
        owner = await served.user()
        course = str(await served.world.course(owner))
        trace, parent = uuid4().hex, uuid4().hex[:16]
        sent = {"traceparent": f"00-{trace}-{parent}-01"}
        answer = await served.post("generation.initiate", {"courseId": course}, owner, **sent)
        job = answer.json()["jobId"]
        environment = environment_for(own_database, own_redis_url, tmp_path / "storage", log_level="info")
        with running("work", settings=environment):
            [call] = collector.found("generation.initiate")
            attempts = [collector.found(f"process {stage}")[0] for stage in STAGES]
        assert (call.trace, call.parent, call.kind, call.failed) == (trace, parent, SERVER, False)
        assert [(each.trace, each.parent, each.kind) for each in attempts] == [(trace, call.id, CONSUMER)] * len(STAGES)
        assert attempts[0].attributes["messaging.message.id"] == job
        assert {each.attributes["coursegen.course.id"] for each in attempts} == {course}
        assert call.resource["service.name"] == attempts[0].resource["service.name"] == "course-generator"
        assert call.attributes["rpc.response.status_code"] == "OK"


async def test_attempts_at_webhooks_are_in_the_trace_of_their_run(
    own_database: Database, own_redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    """The first event is the call's, the others are its jobs'; nobody listens there, which is an attempt too."""
    async with traced(own_database, own_redis_url, tmp_path, otel) as (served, collector):
        owner = await served.user()
        given = {"courseId": str(await served.world.course(owner)), "webhookUrl": "https://no-such-name.example.org/"}
        await served.post("generation.initiate", given, owner)
        environment = environment_for(own_database, own_redis_url, tmp_path / "storage", log_level="info")
        with running("work", settings=environment):
            sent = collector.found("deliver webhook", 9)[:9]
            [call] = collector.found("generation.initiate")
        assert {(span.trace, span.parent, span.kind) for span in sent} == {(call.trace, call.id, CLIENT)}
        assert {span.attributes["coursegen.webhook.attempt"] for span in sent} >= {1}


async def test_every_attempt_at_a_job_is_in_the_trace_and_a_failed_one_says_so(
    own_database: Database, own_redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    async with traced(own_database, own_redis_url, tmp_path, otel) as (served, collector):
        owner = await served.user()
        course = await served.world.course(owner)
        await served.post("generation.initiate", {"courseId": str(course)}, owner)
        # what its first job can't read, and then can
        await served.world.sql.execute("alter table sections rename to sections_away")
        environment = environment_for(own_database, own_redis_url, tmp_path / "storage", log_level="info")
        with running("work", settings=environment):
            failed = [span for stage in STAGES[1:2] for span in collector.found(f"process {stage}")]
            await served.world.sql.execute("alter table sections_away rename to sections")

            async def ended() -> bool:
                state = await served.world.sql.fetchval("select state from generation_runs")
                return state in ("completed", "failed")

            await eventually(ended, within=30)
            [call] = collector.found("generation.initiate")
            collector.found("process finalization")
        assert failed[0].failed
        assert failed[0].events == ["exception"]
        attempts = [span for span in collector.spans if span.name == f"process {STAGES[1]}"]
        assert [span.attributes["coursegen.job.attempt"] for span in attempts] == list(range(1, len(attempts) + 1))
        assert len(attempts) > 1
        assert {(span.trace, span.parent) for span in attempts} == {(call.trace, call.id)}


async def test_a_call_says_how_it_went_and_log_lines_name_its_trace(
    own_database: Database, own_redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    async with traced(own_database, own_redis_url, tmp_path, otel) as (served, collector):
        request_id = uuid4().hex
        error_of(await served.post("courses.list", x_request_id=request_id), 401)
        [refused] = collector.found("courses.list")
        assert (refused.parent, refused.failed, refused.attributes["error.type"]) == ("", False, "UNAUTHORIZED")
        (line,) = served.log_lines(requestId=request_id)
        assert line["traceId"] == refused.trace
        await served.world.sql.execute("alter table courses rename to courses_away")
        error_of(await served.post("courses.list", None, await served.user()), 500)
        crashed = collector.found("courses.list", 2)[1]
        assert (crashed.failed, crashed.events) == (True, ["exception"])
        assert crashed.trace != refused.trace


@pytest.mark.parametrize("sent", ["garbage", f"00-{'0' * 32}-{'1' * 16}-01", f"00-{'1' * 32}-{'0' * 16}-01"])
async def test_an_invalid_traceparent_begins_a_new_trace(
    database: Database, redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch, sent: str
) -> None:
    async with traced(database, redis_url, tmp_path, otel) as (served, collector):
        await served.post("system.ping", traceparent=sent)
        [call] = collector.found("system.ping")
        assert call.parent == ""
        assert int(call.trace, 16)
        assert call.trace not in sent


async def test_the_calls_of_a_batch_are_spans_of_their_own(
    database: Database, redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    async with traced(database, redis_url, tmp_path, otel) as (served, collector):
        trace, parent = uuid4().hex, uuid4().hex[:16]
        batch = [{"jsonrpc": "2.0", "id": number, "method": "system.ping"} for number in range(3)]
        await served.http.post("/rpc", json=batch, headers={"traceparent": f"00-{trace}-{parent}-01"})
        calls = collector.found("system.ping", 3)
        assert {(call.trace, call.parent) for call in calls} == {(trace, parent)}
        assert len({call.id for call in calls}) == 3


async def test_what_otel_variables_say_of_the_service_goes_before(
    database: Database, redis_url: str, tmp_path: Path, otel: pytest.MonkeyPatch
) -> None:
    otel.setenv("OTEL_SERVICE_NAME", "entry")
    otel.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=courses,service.version=7")
    async with traced(database, redis_url, tmp_path, otel) as (served, collector):
        await served.post("system.ping")
        [call] = collector.found("system.ping")
        names = ("service.name", "service.namespace", "service.version", "deployment.environment.name")
        assert [call.resource[name] for name in names] == ["entry", "courses", "7", "production"]
