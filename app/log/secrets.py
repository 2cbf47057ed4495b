"""What no log line may give away, by its name or by its form."""

import re
from typing import Any, cast

import msgspec

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


def encoded(line: dict[str, Any]) -> str:
    """A line as JSON, with its secrets redacted. Hardly any has one, and looking at each value costs far more than one
    look. What has no JSON form is written as it prints; raises UNENCODABLE for the rest.
    """
    text = _encoder.encode(line).decode()
    if not has_signs(text):
        return text
    return _encoder.encode(_without_secrets("", line)).decode()


def has_signs(text: str) -> bool:
    """Whether there may be a secret in JSON: false is sure."""
    folded = text.casefold()
    return any(sign in folded for sign in _SIGNS)


def encode_lines(lines: list[dict[str, Any]]) -> str:
    """Each as JSON with its end, a newline, secrets and all; raises UNENCODABLE."""
    return _encoder.encode_lines(lines).decode()


def redact(text: str) -> str:
    """Text without tokens and passwords."""
    return _SECRET_TEXT.sub("[redacted]", text)


def _redacted_repr(value: object) -> str:
    return redact(repr(value))


_encoder = msgspec.json.Encoder(enc_hook=_redacted_repr)
UNENCODABLE = (TypeError, ValueError, OverflowError, RecursionError)


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
