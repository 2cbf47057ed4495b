"""Log lines by loguru: JSON in production, for reading in a terminal; with the call's context, without secrets.

Lines are written by a thread of their own, so that a slow disk or pipe never stops the event loop.
"""

import atexit
import logging
import queue
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec
from loguru import logger

if TYPE_CHECKING:
    from loguru import Message, Record

SERVICE = "course-generator"
LEVELS = {"debug": "DEBUG", "info": "INFO", "warn": "WARNING", "error": "ERROR", "fatal": "CRITICAL"}
_SEVERITY = {"WARNING": "warn", "CRITICAL": "fatal"}
_SECRET_NAMES = re.compile(r"token|secret|password|authorization|api_?key|cookie", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]+(\.[\w-]*)*"  # a JSON Web Token, or what was cut off one
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # the user and password of a URL
    r"|(?i:bearer)\s+[\w.~+/=-]{8,}"
)
_PRETTY = "<green>{time:HH:mm:ss.SSS}</green> <level>{level: <7}</level> {message} <dim>{extra}</dim>\n{exception}"
_scope: ContextVar[dict[str, Any] | None] = ContextVar("log_scope", default=None)


class _Writer:
    """A thread that writes lines to standard error; `put` never blocks, and what a full queue drops is counted."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(maxsize=100_000)
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()
        self.dropped = 0

    def put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        self._lines.put(None)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            sys.stderr.write(line)
            if self._lines.empty():
                sys.stderr.flush()


def configure_logging(level: str, form: Literal["auto", "json", "pretty"], *, environment: str, version: str) -> None:
    """Set the process's log up: `level` as in LOG_LEVEL; the standard library's loggers go the same way."""
    writer = _Writer()
    atexit.register(writer.close)
    constant = {"service": SERVICE, "environment": environment, "version": version}
    logger.remove()
    logger.configure(patcher=_add_scope)
    if form == "pretty" or (form == "auto" and sys.stderr.isatty()):
        logger.add(lambda m: writer.put(redact(str(m))), level=LEVELS[level], format=_PRETTY, colorize=True)
    else:
        logger.add(
            lambda m: writer.put(json_line(m, constant)), level=LEVELS[level], format="{message}", backtrace=False
        )
    logging.basicConfig(handlers=[_FromStandardLibrary()], level=logging.WARNING, force=True)


def json_line(message: "Message", constant: dict[str, str]) -> str:
    """One record as one line of JSON."""
    record = message.record
    line: dict[str, Any] = {
        "timestamp": record["time"].isoformat(timespec="milliseconds"),
        "level": _SEVERITY.get(record["level"].name, record["level"].name.lower()),
        "message": record["message"],
        **constant,
        **record["extra"],
    }
    if record["exception"]:
        line["stack"] = _stack(record)
    return _encoder.encode(_without_secrets("", line)).decode() + "\n"


def redact(text: str) -> str:
    """Text without tokens and passwords."""
    if "eyJ" in text or "://" in text or "earer" in text:
        return _SECRET_TEXT.sub("[redacted]", text)
    return text


def _redacted_repr(value: object) -> str:
    return redact(repr(value))


_encoder = msgspec.json.Encoder(enc_hook=_redacted_repr)


def _without_secrets(name: str, value: Any) -> Any:
    """A named value without what its name or its text gives away; before it becomes JSON, which stays whole so."""
    if _SECRET_NAMES.search(name):
        return "[redacted]"
    match value:
        case str():
            return redact(value)
        case dict():
            items = cast("dict[object, Any]", value).items()
            return {str(key): _without_secrets(str(key), item) for key, item in items}
        case list() | tuple():
            return [_without_secrets("", item) for item in cast("list[Any]", value)]
        case _:
            return value


def _stack(record: "Record") -> str:
    exception = record["exception"]
    if exception is None or exception.value is None:
        return ""
    return "".join(traceback.format_exception(exception.value))


def begin_scope(**values: Any) -> None:
    """From here on, lines of this task and of the tasks it starts carry these values, and those noted later."""
    _scope.set({name: value for name, value in values.items() if value is not None})


def note(**values: Any) -> None:
    """Add values to the current scope, for all its further lines."""
    if (scope := _scope.get()) is not None:
        scope.update(values)


def _add_scope(record: "Record") -> None:
    record["extra"] = {**(_scope.get() or {}), **record["extra"]}


class _FromStandardLibrary(logging.Handler):
    """Hands records of `logging` to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in LEVELS.values() else record.levelno
        logger.opt(exception=record.exc_info, depth=6).log(level, "{}", record.getMessage())
