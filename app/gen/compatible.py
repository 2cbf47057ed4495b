"""Whether what a schema admits has changed for those who send it, or for those who read it.

Who sends wants to go on sending what was taken; who reads wants to be sent nothing that there was not before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from app.rpc.schemas import REF, Schema

Direction = Literal["input", "output"]

# a change that raises these admits less
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_KINDS: Final = ("pattern", "format", "const", "contentEncoding", "multipleOf", "uniqueItems")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, and whether clients of the old surface may break."""

    where: str
    what: str
    breaking: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Comparison:
    """Two versions of the named types, seen by those who send (`input`) or read (`output`)."""

    old: dict[str, Schema]
    new: dict[str, Schema]
    direction: Direction

    def compare(self, old: Schema, new: Schema, where: str, seen: frozenset[str] = frozenset()) -> Iterator[Change]:
        """The differences between two schemas. Types within themselves are compared once."""
        pair = f"{old.get('$ref')} {new.get('$ref')}"
        if pair in seen:
            return
        seen = seen | {pair} if "$ref" in old and "$ref" in new else seen
        before, after = _options(_resolved(old, self.old)), _options(_resolved(new, self.new))
        if len(before) == len(after) == 1:
            yield from self._one(before[0], after[0], where, seen)
        else:
            yield from self._union(before, after, where, seen)

    def _union(self, before: list[Schema], after: list[Schema], where: str, seen: frozenset[str]) -> Iterator[Change]:
        old, new = _labelled(before, self.old), _labelled(after, self.new)
        for label in [*old, *(label for label in new if label not in old)]:
            if label not in new:
                yield self._narrowed(where, _gone(label))
            elif label not in old:
                yield self._widened(where, _come(label))
            else:
                yield from self.compare(old[label], new[label], where, seen)

    def _one(self, old: Schema, new: Schema, where: str, seen: frozenset[str]) -> Iterator[Change]:
        old, new = _resolved(old, self.old), _resolved(new, self.new)
        if _type(old) != _type(new):
            yield from self._retyped(old, new, where)
            return
        yield from self._values(old, new, where)
        yield from self._bounds(old, new, where)
        yield from self._members(old, new, where, seen)
        for key in ("items", "additionalProperties"):
            yield from self._nested(old.get(key, True), new.get(key, True), f"{where}[]", seen)
        for index, (was, now) in enumerate(zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)):
            yield from self.compare(was, now, f"{where}[{index}]", seen)

    def _nested(self, old: Schema | bool, new: Schema | bool, where: str, seen: frozenset[str]) -> Iterator[Change]:
        """Schemas of items, or True for anything and False for nothing."""
        if old is False or new is False:
            if old is not new:
                yield self._widened(where, "allowed") if old is False else self._narrowed(where, "no longer allowed")
        elif old != new or isinstance(old, dict):  # equal references may stand for types that differ
            yield from self.compare({} if old is True else old, {} if new is True else new, where, seen)

    def _retyped(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        was, now = _type(old), _type(new)
        told = f"type changed from {was} to {now}"
        if now == "anything" or (was, now) == ("integer", "number"):
            yield self._widened(where, told)
        elif was == "anything" or (was, now) == ("number", "integer"):
            yield self._narrowed(where, told)
        else:
            yield Change(where, told, breaking=True)

    def _values(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        if "enum" not in old or "enum" not in new:
            if "enum" in new:
                yield self._narrowed(where, f"only {', '.join(map(str, new['enum']))} from now on")
            if "enum" in old:
                yield self._widened(where, "any value from now on")
            return
        for value in [v for v in old["enum"] if v not in new["enum"]]:
            yield self._narrowed(where, f"value {value!r} removed")
        for value in [v for v in new["enum"] if v not in old["enum"]]:
            yield self._widened(where, f"value {value!r} added")

    def _bounds(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        for key in (*_LOWER_BOUNDS, *_UPPER_BOUNDS, *_KINDS):
            was, now = old.get(key), new.get(key)
            if was == now:
                continue
            told = f"{key} changed from {was} to {now}"
            if was is not None and now is not None and key in _KINDS:
                yield Change(where, told, breaking=True)
            elif now is None or (was is not None and (now < was) == (key in _LOWER_BOUNDS)):
                yield self._widened(where, told)
            else:
                yield self._narrowed(where, told)

    def _members(self, old: Schema, new: Schema, where: str, seen: frozenset[str]) -> Iterator[Change]:
        was, now = old.get("properties", {}), new.get("properties", {})
        for name in was:
            if name not in now:
                yield Change(f"{where}.{name}", "field removed", breaking=True)
            else:
                yield from self._required(name, old, new, where)
                yield from self.compare(was[name], now[name], f"{where}.{name}", seen)
        for name in now:
            if name not in was:
                required = self.direction == "input" and name in new.get("required", ())
                yield Change(f"{where}.{name}", "required field added" if required else "field added", required)

    def _required(self, name: str, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        was, now = name in old.get("required", ()), name in new.get("required", ())
        if now and not was:
            yield self._narrowed(f"{where}.{name}", "made required")
        if was and not now:
            yield self._widened(f"{where}.{name}", "made optional")

    def _narrowed(self, where: str, what: str) -> Change:
        return Change(where, what, breaking=self.direction == "input")

    def _widened(self, where: str, what: str) -> Change:
        return Change(where, what, breaking=self.direction == "output")


def _resolved(schema: Schema, named: dict[str, Schema]) -> Schema:
    return named[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema


def _options(schema: Schema) -> list[Schema]:
    return list(schema.get("anyOf", (schema,)))


def _labelled(options: list[Schema], named: dict[str, Schema]) -> dict[str, Schema]:
    """Options by what they are found again by in the other version: their type, or their name among several objects."""
    types = [_type(_resolved(option, named)) for option in options]
    labels = [
        option["$ref"].removeprefix(REF) if "$ref" in option and types.count(kind) > 1 else kind
        for option, kind in zip(options, types, strict=True)
    ]
    return dict(zip(labels, options, strict=True))


def _type(schema: Schema) -> str:
    if "enum" in schema and all(isinstance(value, str) for value in schema["enum"]):
        return "string"
    return str(schema.get("type", "anything"))


def _gone(label: str) -> str:
    return "no longer nullable" if label == "null" else f"no longer {label}"


def _come(label: str) -> str:
    return "made nullable" if label == "null" else f"may be {label} as well"
