"""What a superadmin's transactions write down of their call: the procedure and its arguments, without secrets."""

from base64 import b64encode
from typing import Any, cast

import msgspec

from app.log import without_secrets

LONGEST_TEXT = 200
_SECRET_FIELDS = frozenset({"webhookUrl"})  # such an address is often a secret by itself


class Call(msgspec.Struct, frozen=True):
    """A call as the audit trail knows it; `arguments` is the decoded input."""

    procedure: str = ""
    arguments: object = None
    request_id: str = ""


UNKNOWN = Call()


def recording(call: Call) -> str:
    """The statement that writes the call down. In base64 no character of it can end the literal."""
    told = {"procedure": call.procedure, "arguments": shown(call.arguments), "requestId": call.request_id}
    literal = b64encode(msgspec.json.encode(told)).decode()
    return f"SELECT app.begin_superadmin_call(convert_from(decode('{literal}', 'base64'), 'UTF8')::jsonb)"


def shown(arguments: object) -> Any:
    """Arguments as JSON has them: secrets redacted, long texts cut, bytes and streams only named."""
    plain = msgspec.to_builtins(arguments, builtin_types=(bytes,), str_keys=True, enc_hook=_named)
    return without_secrets(_cut("", plain))


def _named(value: object) -> str:
    return f"[{type(value).__name__}]"


def _cut(name: str, value: Any) -> Any:
    if name in _SECRET_FIELDS and value is not None:
        return "[redacted]"
    match value:
        case str() if len(value) > LONGEST_TEXT:
            return f"{value[:LONGEST_TEXT]}... [{len(value)} characters]"
        case bytes():
            return f"[{len(value)} bytes]"
        case dict():
            return {key: _cut(key, item) for key, item in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_cut("", item) for item in cast("list[Any]", value)]
        case _:
            return value
