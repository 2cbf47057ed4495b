"""Bytes to a procedure's input, and what is wrong with them."""

import re
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from app.rpc.errors import Issue
from app.rpc.protocol_errors import InvalidInput, ParseError, UnprocessableText
from app.rpc.router import Route
from app.rpc.signature import MISSING
from app.rpc.unencoded import FileStream, Unencoded

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Fields = dict[str, object]

_LOCATED = re.compile(r"^(?P<message>.*) - at `(?P<path>\$.*)`$", re.DOTALL)
_AFTER_FILE = " (the fields of a form must come before its file)"
_ESCAPED_NUL = b"\\u0000"
_BACKSLASH = _ESCAPED_NUL[0]  # hardly any text has one, and one byte is found sooner than six


def decode_input(route: Route, raw: bytes | msgspec.Raw | Unencoded | None) -> Any:
    """The input of a call, checked.

    Raises ParseError (not JSON, bad UTF-8, nested too deeply), InvalidInput (not of the declared type), or
    UnprocessableText (a NUL character, which PostgreSQL can't store).
    """
    if route.decoder is None:
        return None
    if raw is None:
        return _absent(route)
    if isinstance(raw, Unencoded):
        return _converted(route, raw.value)
    try:
        value = route.decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidInput(problems=(_issue(str(error)),)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ParseError() from None
    text = bytes(raw)
    if _BACKSLASH in text and _ESCAPED_NUL in text:
        _refuse_nul(msgspec.json.decode(text))
    return value


def _converted(route: Route, sent: Any) -> Any:
    signature = route.procedure.signature
    try:
        value = msgspec.convert(sent, signature.form or signature.input, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(problems=(_issue(str(error) + (_AFTER_FILE if _lacks(error, sent) else "")),)) from None
    _refuse_nul(sent)
    return value


def _lacks(error: msgspec.ValidationError, sent: Any) -> bool:
    """Whether a streamed form lacks a field, which may stand after the file, where nobody looks for it."""
    streamed = isinstance(sent, dict) and any(isinstance(part, FileStream) for part in cast(Fields, sent).values())
    return streamed and "missing required field" in str(error)


def _absent(route: Route) -> Any:
    default = route.procedure.signature.default
    if default is MISSING:
        raise InvalidInput(problems=(Issue("$", "An input is required"),))
    return default


def _issue(text: str) -> Issue:
    located = _LOCATED.match(text)
    if located:
        return Issue(located["path"], located["message"])
    return Issue("$", text)


def _refuse_nul(sent: Json | FileStream) -> None:
    path = _nul_path(sent, "$")
    if path:
        raise UnprocessableText(problems=(Issue(path, "Must not contain the NUL character"),))


def _nul_path(value: Json | FileStream, path: str) -> str | None:
    """Where the first NUL character stands, keys included, or None."""
    if isinstance(value, str):
        return path if "\x00" in value else None
    if isinstance(value, FileStream):
        return path if "\x00" in value.name + value.type else None
    children: Iterable[tuple[str, Json | FileStream]] = ()
    if isinstance(value, dict):
        if any("\x00" in key for key in value):
            return path
        children = ((f"{path}.{key}", item) for key, item in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[{index}]", item) for index, item in enumerate(value))
    return next((found for where, item in children if (found := _nul_path(item, where))), None)
