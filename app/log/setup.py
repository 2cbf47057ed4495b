"""The process's log: where lines go, which are written, and how they look."""

import atexit
import logging
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from loguru import logger

from app.log.calls import CallLines, CallParts, by_loguru
from app.log.scope import scope
from app.log.secrets import encoded, redact
from app.log.writer import Writer

if TYPE_CHECKING:
    from loguru import Message, Record

SERVICE = "course-generator"
LEVELS = {"debug": "DEBUG", "info": "INFO", "warn": "WARNING", "error": "ERROR", "fatal": "CRITICAL"}
_SEVERITY = {"WARNING": "warn", "CRITICAL": "fatal"}
_PRETTY = "<green>{time:HH:mm:ss.SSS}</green> <level>{level: <7}</level> {message} <dim>{extra}</dim>"
_WriteCall = Callable[[CallParts], None]


def configure_logging(level: str, form: Literal["auto", "json", "pretty"], *, environment: str, version: str) -> None:
    """Set the process's log up: `level` as in LOG_LEVEL; the standard library's loggers go the same way."""
    global _write_call  # noqa: PLW0603 - as loguru's own configuration, it is the process's
    constant = {"service": SERVICE, "environment": environment, "version": version}
    writer = Writer(CallLines(constant).compose)
    atexit.register(writer.close)
    logger.remove()
    logger.configure(patcher=_add_scope)
    if form == "pretty" or (form == "auto" and sys.stderr.isatty()):
        logger.add(lambda m: writer.put(redact(str(m))), level=LEVELS[level], format=_PRETTY, colorize=True)
        _write_call = by_loguru
    else:
        logger.add(
            lambda m: writer.put(json_line(m, constant)), level=LEVELS[level], format="{message}", backtrace=False
        )
        _write_call = writer.put if level in ("debug", "info") else _nowhere
    logging.basicConfig(handlers=[_FromStandardLibrary()], level=logging.WARNING, force=True)


def call_line(path: str, kind: str, code: str, ms: float) -> None:
    """The line that every call ends with; `ms` is how long it took, in milliseconds."""
    carried = scope()
    _write_call(CallParts(time.time(), {**carried} if carried else {}, path, kind, code, ms))


def _nowhere(_call: CallParts) -> None:
    """LOG_LEVEL is above INFO."""


_write_call: _WriteCall = by_loguru


def json_line(message: "Message", constant: dict[str, str]) -> str:
    """One record as one line of JSON."""
    record = message.record
    name = record["level"].name
    line: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record["time"].timestamp(), UTC),
        "level": _SEVERITY.get(name, name.lower()),
        "message": record["message"],
        **constant,
        **record["extra"],
    }
    if record["exception"]:
        line["stack"] = _stack(record)
    return encoded(line) + "\n"


def _stack(record: "Record") -> str:
    exception = record["exception"]
    if exception is None or exception.value is None:
        return ""
    return "".join(traceback.format_exception(exception.value))


def _add_scope(record: "Record") -> None:
    record["extra"] = {**(scope() or {}), **record["extra"]}


class _FromStandardLibrary(logging.Handler):
    """Hands records of `logging` to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in LEVELS.values() else record.levelno
        logger.opt(exception=record.exc_info, depth=6).log(level, "{}", record.getMessage())
