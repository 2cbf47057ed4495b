"""Log lines: their JSON, their context, their levels, and no secret in them."""

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from loguru import logger

from app.log import LEVELS, begin_scope, json_line, note, redact, scope

CONSTANT = {"service": "course-generator", "environment": "test", "version": "1.2.3"}
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def line(level: str = "INFO", text: str = "it happened", **extra: Any) -> dict[str, Any]:
    """What one call of the logger, in an `except` if there is one, is written as."""
    written: list[str] = []
    handle = logger.add(lambda message: written.append(json_line(message, CONSTANT)), level=0, format="{message}")
    try:
        logger.bind(**extra).opt(exception=sys.exc_info()[0] is not None).log(level, "{}", text)
    finally:
        logger.remove(handle)
    (only,) = written
    assert only.endswith("\n")
    assert only.count("\n") == 1
    return dict(json.loads(only))


def test_a_line_has_time_level_message_and_what_is_constant() -> None:
    written = line(courseId="c", number=1, nothing=None)
    when = datetime.fromisoformat(written.pop("timestamp"))
    assert when.tzinfo is not None
    assert written == {
        "level": "info",
        "message": "it happened",
        **CONSTANT,
        **{"courseId": "c", "number": 1, "nothing": None},
    }


def test_levels_are_named_as_in_the_setting() -> None:
    assert {line(level)["level"] for level in LEVELS.values()} == set(LEVELS)


@pytest.mark.parametrize(
    "text", ["a\nb", 'quote " and \\', "\x1b[31m", "\u2028", "{message} %s", "<red>x</red>", "漢字", ""]
)
def test_any_text_stays_in_its_field(text: str) -> None:
    written = line(text=text, field=text)
    assert (written["message"], written["field"]) == (text, text)


def test_an_error_is_written_with_its_stack_and_its_cause() -> None:
    try:
        try:
            raise KeyError("inner")
        except KeyError as cause:
            raise ValueError(f"outer {JWT}") from cause
    except ValueError:
        stack = line("ERROR")["stack"]
    assert "ValueError: outer [redacted]" in stack
    assert "KeyError: 'inner'" in stack


@pytest.mark.parametrize(
    "name", ["token", "access_token", "jwtSecret", "PASSWORD", "Authorization", "api_key", "apikey", "set-cookie"]
)
def test_a_field_with_a_secrets_name_is_redacted_at_any_depth(name: str) -> None:
    assert line(**{name: "hidden"})[name] == "[redacted]"
    assert line(headers={name: "hidden", "other": 1})["headers"] == {name: "[redacted]", "other": 1}
    assert line(calls=[{name: ["hidden"]}])["calls"] == [{name: "[redacted]"}]


SECRETS = {
    JWT: "[redacted]",
    JWT[:30]: "[redacted]",
    f"Bearer {JWT}": "[redacted]",
    "authorization: bearer abcdefgh": "authorization: [redacted]",
    "postgresql://user:pa55@db/x": "postgresql://[redacted]@db/x",
    "redis://:pa55@redis:6379": "redis://[redacted]@redis:6379",
    'https://u:p"w@host': "https://[redacted]@host",
    "/downloads/W10.c2lnbmF0dXJl_-x": "/downloads/[redacted]",
    "https://b.s3/k?X-Amz-Signature=0a1b2c&x=1": "https://b.s3/k?X-Amz-Signature=[redacted]&x=1",
}
HARMLESS = [
    "no bearer token",
    "the bearer of it",
    "https://host/path:with@signs",
    "12:30 a@b",
    "postgresql://user@db/x",
    "a://b c:d@e",
]


@pytest.mark.parametrize(("text", "left"), SECRETS.items())
def test_a_secret_in_a_text_is_redacted_and_the_rest_stays(text: str, left: str) -> None:
    assert redact(f"before {text} after") == f"before {left} after"
    assert line(text=text, field=text, nested=[text]) | {"timestamp": ""} == {
        **{"timestamp": "", "level": "info", "message": left, **CONSTANT, "field": left, "nested": [left]}
    }


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert line(text=text, url="http://a/b", mail="c:d@e")["message"] == text


def test_a_value_without_json_is_written_as_it_prints_without_its_secrets() -> None:
    assert line(thrown=ValueError(f"Bearer {JWT}"))["thrown"] == "ValueError('[redacted]')"


async def test_a_scope_belongs_to_its_task_and_those_it_starts() -> None:
    async def call(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        begin_scope(requestId=name)
        await asyncio.sleep(0)
        note(userId=f"user of {name}")
        own = logger_extra()
        child = await asyncio.create_task(as_task())
        return own, child

    async def as_task() -> dict[str, Any]:
        return logger_extra()

    outcomes = await asyncio.gather(call("a"), call("b"))
    expected = [{"requestId": name, "userId": f"user of {name}"} for name in "ab"]
    assert [own for own, _ in outcomes] == [child for _, child in outcomes] == expected


def logger_extra() -> dict[str, Any]:
    """What the current scope adds to a line."""
    return dict(scope() or {})


PROGRAM = """
import logging, sys
from loguru import logger
from app.log import begin_scope, configure_logging
configure_logging(sys.argv[1], sys.argv[2], environment="test", version="1")
begin_scope(requestId="r")
for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    logger.log(level, level)
logging.getLogger("a.library").warning("from the %s", "library")
"""


def run_program(level: str, form: str = "json") -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM, level, form], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize(("level", "kept"), [("debug", 5), ("info", 4), ("warn", 3), ("error", 2), ("fatal", 1)])
def test_the_level_is_the_least_severe_that_is_written(level: str, kept: int) -> None:
    lines = [json.loads(text) for text in run_program(level).splitlines()]
    own = [each for each in lines if "library" not in each["message"]]
    assert [each["level"] for each in own] == ["debug", "info", "warn", "error", "fatal"][-kept:]
    assert {each["requestId"] for each in own} == {"r"}


def test_lines_of_libraries_go_the_same_way() -> None:
    (own,) = [each for each in map(json.loads, run_program("warn").splitlines()) if "library" in each["message"]]
    assert (own["level"], own["message"], own["service"]) == ("warn", "from the library", "course-generator")


def test_auto_is_json_where_nobody_watches() -> None:
    assert run_program("info", "auto").startswith('{"timestamp":')


def test_pretty_lines_are_for_reading() -> None:
    text = run_program("info", "pretty")
    assert "WARNING" in text
    assert not text.startswith("{")
