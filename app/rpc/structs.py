"""Bases of inputs and outputs: structs that are frozen and made by keyword, with camelCase names on the wire."""

from datetime import datetime
from typing import Annotated, Any, dataclass_transform

import msgspec
from msgspec import Meta


class _ByKeyword(msgspec.StructMeta):
    """Hands `kw_only` down to subclasses, which msgspec does for every other setting, so that fields keep any order."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        config.setdefault("kw_only", True)
        return super().__new__(cls, name, bases, namespace, **config)


# type checkers take what a subclass inherits from here: msgspec's own declaration knows no defaults
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Input(msgspec.Struct, metaclass=_ByKeyword, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Base of inputs: camelCase on the wire, unknown fields refused."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Output(msgspec.Struct, metaclass=_ByKeyword, frozen=True, rename="camel"):
    """Base of outputs: camelCase on the wire."""


Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time: RFC 3339 with its offset on the wire."""
