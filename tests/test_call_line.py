"""The line of a finished call has a path of its own to the log: what comes out is as if the logger had written it."""

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json, sys
from loguru import logger
from app.log import begin_scope, call_line, configure_logging, note
level, form, fields, scope = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
configure_logging(level, form, environment="test", version="1")
begin_scope(requestId="r")
note(**scope)
call_line(**fields)
logger.bind(**fields).info("call")
"""
FIELDS = {"path": "courses.get", "kind": "query", "code": "OK", "ms": 1.25}
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def written(level: str = "info", form: str = "json", scope: dict[str, Any] | None = None) -> list[str]:
    """The line of a call, then the same by the logger."""
    command = [sys.executable, "-c", PROGRAM, level, form, json.dumps(FIELDS), json.dumps(scope or {})]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.split("\n")[:-1]


def both(scope: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both lines as objects, without their times."""
    direct, by_logger = [json.loads(line) for line in written(scope=scope)]
    assert list(direct) == list(by_logger)
    first, second = direct.pop("timestamp"), by_logger.pop("timestamp")
    assert first <= second
    assert first.endswith("Z")
    return direct, by_logger


def test_a_calls_line_has_the_same_fields_as_the_loggers() -> None:
    scope = {"userId": "u", "tier": "FREE", "courseId": "c", "jobId": "j"}
    direct, by_logger = both(scope)
    constant = {"level": "info", "message": "call", "service": "course-generator", "environment": "test"}
    assert direct == by_logger == {**constant, "version": "1", "requestId": "r", **scope, **FIELDS}


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ({"jobId": JWT}, {"jobId": "[redacted]"}),
        ({"jobId": "BEARER abcdefgh"}, {"jobId": "[redacted]"}),
        ({"courseId": "redis://:pa55@host"}, {"courseId": "redis://[redacted]@host"}),
        ({"courseId": 'https://u:p","level":"fatal@h'}, {"courseId": "https://[redacted]@h"}),
        ({"jwtSecret": "x"}, {"jwtSecret": "[redacted]"}),
        ({"API_Key": "x"}, {"API_Key": "[redacted]"}),
        ({"deep": {"Cookie": ["x"], "n": 1}}, {"deep": {"Cookie": "[redacted]", "n": 1}}),
    ],
)
def test_a_calls_line_tells_no_secret(scope: dict[str, Any], left: dict[str, Any]) -> None:
    direct, by_logger = both(scope)
    assert direct == by_logger
    assert left.items() <= direct.items()


@pytest.mark.parametrize("text", ["tokens are fine", "a\nb", 'quote " and \\', "\u2028", "漢字", "ſecret"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    direct, by_logger = both({"courseId": text})
    assert direct["courseId"] == by_logger["courseId"] == text


def test_a_line_that_json_cannot_hold_is_left_to_the_logger() -> None:
    lines = written(scope={"jobId": "\ud800"})
    assert not [line for line in lines if line.startswith("{")]
    assert any("UnicodeEncodeError" in line for line in lines)


@pytest.mark.parametrize("level", ["warn", "error", "fatal"])
def test_a_level_above_info_silences_both(level: str) -> None:
    assert written(level) == []


@pytest.mark.parametrize("level", ["debug", "info"])
def test_a_level_from_info_on_down_writes_both(level: str) -> None:
    assert len(written(level)) == 2


def test_pretty_lines_are_the_loggers_own() -> None:
    direct, by_logger = written(form="pretty", scope={"jobId": JWT})
    assert "INFO" in direct
    assert JWT not in direct
    assert direct.partition("INFO")[2] == by_logger.partition("INFO")[2]


def test_all_lines_of_a_burst_are_written_in_order_before_the_process_ends() -> None:
    program = """
from app.log import call_line, configure_logging
configure_logging("info", "json", environment="test", version="1")
for number in range(20_000):
    call_line("a.b", "query", "OK", number)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [json.loads(line)["ms"] for line in done.stderr.splitlines()] == list(range(20_000))
