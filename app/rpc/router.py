"""The table of procedures: a tree of names, flattened once into paths with prebuilt decoders and encoders."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.rpc.procedure import AnyProcedure, Errors
from app.rpc.protocol_errors import CallTimeout, InvalidInput, UnprocessableText


class Router:
    """Procedures under their own names, and routers under the names they are given.

    `Router(ping)` holds `ping`; `Router(system=Router(ping))` holds `system.ping`. Two procedures of one name are a
    TypeError.
    """

    def __init__(self, *procedures: AnyProcedure, **children: "Router") -> None:
        self.entries: dict[str, AnyProcedure] = {}
        for procedure in procedures:
            self._add(procedure.name, procedure)
        for name, child in children.items():
            for path, procedure in child.entries.items():
                self._add(f"{name}.{path}", procedure)

    def _add(self, path: str, procedure: AnyProcedure) -> None:
        if path in self.entries:
            raise TypeError(f"two procedures at {path}")
        self.entries[path] = procedure

    def jobs(self) -> dict[str, AnyProcedure]:
        """The procedures reachable from the queue, by the name of their function (their job type)."""
        return {p.__name__: p for p in self.entries.values() if p.kind == "job"}


@dataclass(frozen=True, slots=True)
class Route:
    """A procedure at its path, ready to be called from bytes; `timeout` in seconds, without end for a generator."""

    path: str
    procedure: AnyProcedure
    decoder: msgspec.json.Decoder[Any] | None
    errors: Errors
    timeout: float

    def declares(self, error: BaseException) -> bool:
        """Whether this failure is part of the procedure's interface."""
        return type(error) in self.errors


class Table:
    """All procedures that a wire can reach, by path."""

    def __init__(self, router: Router) -> None:
        self.routes = {path: _route(path, p) for path, p in router.entries.items() if p.kind != "job"}

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes.values())

    def get(self, path: str) -> Route | None:
        """The route at this path, or None."""
        return self.routes.get(path)


def _route(path: str, procedure: AnyProcedure) -> Route:
    signature = procedure.signature
    errors, timeout = procedure.errors, math.inf
    if signature.takes_input:
        errors += (InvalidInput, UnprocessableText)
    if not signature.generates:
        errors, timeout = (*errors, CallTimeout), procedure.options.timeout
    decoder = msgspec.json.Decoder(signature.input) if signature.takes_input else None
    return Route(path, procedure, decoder, errors, timeout)
