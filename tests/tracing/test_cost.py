"""Without OTEL_* tracing costs nothing; with it, a collector that is slow or away costs a call nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import httpx
import pytest

from app import tracing
from app.dev import Database
from app.tracing import TracingMissing, wanted
from tests.cli.programs import CHECKOUT
from tests.tracing.collector import collecting
from tests.transports.server import free_port, serving
from tests.world import environment_for

WITHOUT = """
import sys
sys.modules["opentelemetry"] = None  # as where it is not installed
from app.asgi import create_app
import app.cli
create_app()
known = [name for name, module in sys.modules.items() if module]
print(sorted(name for name in known if name.startswith(("opentelemetry", "app.tracing"))))
"""


def starts(database: Database, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Make the application in a process where OpenTelemetry is not installed."""
    environment = {**os.environ, **environment_for(database, "redis://nowhere.invalid", folder), **variables}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


def test_without_a_collector_opentelemetry_need_not_be_installed(database: Database, tmp_path: Path) -> None:
    started = starts(database, tmp_path)
    assert started.stdout == "['app.tracing']\n", started.stderr


def test_with_a_collector_what_is_missing_is_said(database: Database, tmp_path: Path) -> None:
    started = starts(database, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert started.returncode == 1
    assert started.stderr.splitlines()[-1].endswith("TracingMissing: " + str(TracingMissing()))


def test_without_a_collector_there_is_no_trace_and_jobs_carry_none() -> None:
    assert tracing.begin_call("system.ping", {"traceparent": f"00-{'1' * 32}-{'1' * 16}-01"}) is None
    with tracing.attempt("finalization", "job", 1, {}):
        assert (tracing.trace_id(), tracing.carrier()) == (None, {})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "TRUE"}, False),
    ],
)
def test_opentelemetrys_own_variables_switch_it_on_and_off(environ: dict[str, str], expected: bool) -> None:
    assert wanted(environ) is expected


@pytest.mark.parametrize("collector_is", ["away", "silent"])
async def test_a_collector_that_does_not_answer_slows_neither_calls_nor_the_end(
    database: Database, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector_is: str
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "16")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8")
    with collecting() as collector:
        collector.silent.set()
        endpoint = f"http://127.0.0.1:{free_port()}" if collector_is == "away" else collector.endpoint
        environment = {
            **os.environ,
            **environment_for(database, redis_url, tmp_path),
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        }
        with serving("app.asgi:create_app", environment=environment) as (port, process):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
                began = monotonic()
                for _ in range(100):  # many more than the queue holds
                    assert (await http.post("/rpc/system.ping", json={})).status_code == 200
                assert monotonic() - began < 5
            process.send_signal(signal.SIGTERM)
            began = monotonic()
            assert process.wait(10) == 0
            assert monotonic() - began < 6
