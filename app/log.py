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
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
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
    r"|whsec_[\w+/=]+"  # what signs webhooks
    r"|(?<=/downloads/)[\w.-]+"  # whoever has an address may read the file: ours,
    r"|(?<=X-Amz-Signature=)\w+"  # and a bucket's
)
# each secret's name, and each secret in a text, has one of these in it, in lower case
_SIGNS = (
    "whsec_",
    "token",
    "secret",
    "password",
    "authorization",
    "api_key",
    "apikey",
    "cookie",
    "eyj",
    "://",
    "bearer",
    "/downloads/",
)
_PRETTY = "<green>{time:HH:mm:ss.SSS}</green> <level>{level: <7}</level> {message} <dim>{extra}</dim>"
_QUEUED_LINES = 100_000
_COLLECT_SECONDS = 0.05
_WriteCall = Callable[[str, str, str, float], None]
_scope: ContextVar[dict[str, Any] | None] = ContextVar("log_scope", default=None)


class _Writer:
    """A thread that writes lines to standard error; `put` never blocks, and what a full queue drops is counted.

    It collects for a moment before it writes: a thread that woke for each line would cost more than the line.
    """

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()
        self.dropped = 0

    def put(self, line: str) -> None:
        if self._lines.qsize() < _QUEUED_LINES:
            self._lines.put(line)
        else:
            self.dropped += 1

    def close(self) -> None:
        self._closing.set()
        self._lines.put(None)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        ended = False
        while not ended:
            batch = [self._lines.get()]
            self._closing.wait(_COLLECT_SECONDS)
            batch += [self._lines.get() for _ in range(self._lines.qsize())]
            ended = None in batch
            with suppress(OSError):  # a full disk or a closed pipe loses these lines, not all that come after them
                sys.stderr.write("".join(filter(None, batch)))
                sys.stderr.flush()


def configure_logging(level: str, form: Literal["auto", "json", "pretty"], *, environment: str, version: str) -> None:
    """Set the process's log up: `level` as in LOG_LEVEL; the standard library's loggers go the same way."""
    global _write_call  # noqa: PLW0603 - as loguru's own configuration, it is the process's
    writer = _Writer()
    atexit.register(writer.close)
    constant = {"service": SERVICE, "environment": environment, "version": version}
    logger.remove()
    logger.configure(patcher=_add_scope)
    if form == "pretty" or (form == "auto" and sys.stderr.isatty()):
        logger.add(lambda m: writer.put(redact(str(m))), level=LEVELS[level], format=_PRETTY, colorize=True)
        _write_call = _by_loguru
    else:
        logger.add(
            lambda m: writer.put(json_line(m, constant)), level=LEVELS[level], format="{message}", backtrace=False
        )
        _write_call = _direct(writer, constant) if level in ("debug", "info") else _nowhere
    logging.basicConfig(handlers=[_FromStandardLibrary()], level=logging.WARNING, force=True)


def call_line(path: str, kind: str, code: str, ms: float) -> None:
    """The line that every call ends with: that of `logger.bind(path=..., ...).info("call")`, at a tenth of the cost.

    Measured: loguru's record took as long as a third of a whole request.
    """
    _write_call(path, kind, code, ms)


def _by_loguru(path: str, kind: str, code: str, ms: float) -> None:
    logger.bind(path=path, kind=kind, code=code, ms=ms).info("call")


def _nowhere(_path: str, _kind: str, _code: str, _ms: float) -> None:
    """LOG_LEVEL is above INFO."""


def _direct(writer: _Writer, constant: dict[str, str]) -> _WriteCall:
    """Joins a line from pieces: what is the same in all lines, or in all of a procedure, is made once."""
    start = _members({"level": "info", "message": "call", **constant})
    ends: dict[tuple[str, str, str], str] = {}

    def write(path: str, kind: str, code: str, ms: float) -> None:
        end = ends.get((path, kind, code))
        if end is None:
            end = ends[path, kind, code] = _members({"path": path, "kind": kind, "code": code})
        try:
            scope = _members(_scope.get() or {})
        except _UNENCODABLE:
            _by_loguru(path, kind, code, ms)  # a call never fails for its log: loguru tells what is wrong with the line
        else:
            now = _encoder.encode(datetime.now(UTC)).decode()
            writer.put(f'{{"timestamp":{now}{start}{scope}{end},"ms":{ms}}}\n')

    return write


def _members(fields: dict[str, Any]) -> str:
    """Fields as members of an object that stand after another one; without secrets."""
    return f",{text[1:-1]}" if len(text := _encoded(fields)) > len("{}") else ""


_write_call: _WriteCall = _by_loguru


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
    return _encoded(line) + "\n"


def _encoded(line: dict[str, Any]) -> str:
    """A line with its secrets redacted. Hardly any has one, and looking at each value costs far more than one look."""
    text = _encoder.encode(line).decode()
    folded = text.casefold()
    for sign in _SIGNS:
        if sign in folded:
            return _encoder.encode(_without_secrets("", line)).decode()
    return text


def redact(text: str) -> str:
    """Text without tokens and passwords."""
    return _SECRET_TEXT.sub("[redacted]", text)


def _redacted_repr(value: object) -> str:
    return redact(repr(value))


_encoder = msgspec.json.Encoder(enc_hook=_redacted_repr)
_UNENCODABLE = (TypeError, ValueError, OverflowError, RecursionError)


def without_secrets(value: Any) -> Any:
    """A value made of texts, numbers, lists and dicts, without what a name in it or a text gives away."""
    return _without_secrets("", value)


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
