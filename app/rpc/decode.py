"""Bytes to a procedure's input, and what is wrong with them."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from app.rpc.errors import Issue
from app.rpc.protocol_errors import InvalidInput, ParseError, UnprocessableText
from app.rpc.router import Route
from app.rpc.signature import MISSING
from app.rpc.unencoded import Unencoded

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_LOCATED = re.compile(r"^(?P<message>.*) - at `(?P<path>\$.*)`$", re.DOTALL)
_ESCAPED_NUL = b"\\u0000"


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
    if _ESCAPED_NUL in bytes(raw):
        _refuse_nul(msgspec.json.decode(raw))
    return value


def _converted(route: Route, sent: Any) -> Any:
    try:
        value = msgspec.convert(sent, route.procedure.signature.input, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(problems=(_issue(str(error)),)) from None
    _refuse_nul(sent)
    return value


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


def _refuse_nul(sent: Json) -> None:
    path = _nul_path(sent, "$")
    if path:
        raise UnprocessableText(problems=(Issue(path, "Must not contain the NUL character"),))


def _nul_path(value: Json, path: str) -> str | None:
    """Where the first NUL character stands, keys included, or None."""
    if isinstance(value, str):
        return path if "\x00" in value else None
    children: Iterable[tuple[str, Json]] = ()
    if isinstance(value, dict):
        if any("\x00" in key for key in value):
            return path
        children = ((f"{path}.{key}", item) for key, item in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[{index}]", item) for index, item in enumerate(value))
    return next((found for where, item in children if (found := _nul_path(item, where))), None)
