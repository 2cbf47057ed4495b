"""The module of the client: a class per area, and the client that has them all."""

from app.gen.areas import Area, plain, tree
from app.gen.names import class_name
from app.gen.python.errors import error_names
from app.gen.python.layout import bracketed, docstring, indented, module
from app.gen.python.methods import Methods, constant
from app.gen.python.names import attribute, attributes
from app.gen.python.scope import CLASSES, Scope
from app.gen.python.types import Types
from app.gen.uploads import takes_file
from app.rpc.surface import Surface

_MEMBERS = frozenset({"aclose", "close", "property", "self", "with_token"})
_CLIENT = """\
Every procedure of a server, by area: `client.courses.get(...)`.

A call that is safe to repeat, because it only reads or carries an idempotency key, is made again after a lost
connection and after answers that say "not now", with growing pauses and no sooner than the server asks."""


def client_module(surface: Surface, types: Types) -> str:
    """The text of `async_client.py`; plain and streamed: what only another wire carries is left out."""
    scope = Scope(types=".types")
    root = tree(plain(surface))
    emitter = _Emitter(Methods(surface, types, error_names(surface), scope), types, scope)
    classes = [emitter.area(area) for area in root.inside()]
    client = emitter.client(root)
    imports = ["from __future__ import annotations", "", *scope.imports()]
    return module("The client: every procedure as a method.", imports, *classes, client)


def outputs_module(surface: Surface, types: Types) -> str:
    """The text of `outputs.py`: a decoder per procedure."""
    scope = Scope(types=".types")
    lines: list[str] = []
    for procedure in plain(surface):
        kind = types.annotation(procedure.output, scope)
        decoder = scope("Decoder")
        lines += bracketed(f"{constant(procedure)}: {decoder}[{kind}] = {decoder}", [kind], "", "")
    return module("What reads the answers.", scope.imports(), lines)


class _Emitter:
    def __init__(self, methods: Methods, types: Types, scope: Scope) -> None:
        self._methods = methods
        self._types = types
        self._scope = scope

    def area(self, area: Area) -> list[str]:
        doc = docstring(f"The procedures of `{'.'.join(area.path)}`.", "")
        transport = self._scope("AsyncTransport")
        init = [f"def __init__(self, transport: {transport}) -> None:", "    self._transport = transport"]
        return [f"class {self._class(area)}:", *indented([*doc, "", *init, *self._members(area)])]

    def client(self, root: Area) -> list[str]:
        doc = docstring(_CLIENT, "")
        fixed = [f"_errors = {self._scope('ERRORS')}", f'_agent = f"coursegen-client/{{{self._scope("VERSION")}}}"']
        base = self._scope("AsyncBaseClient")
        return [f"class AsyncClient({base}):", *indented([*doc, "", *fixed, *self._members(root)])]

    def _class(self, area: Area) -> str:
        taken = {*CLASSES, *self._types.classes.values(), *self._types.literals.values()}
        return class_name(".".join(area.path), taken)

    def _members(self, area: Area) -> list[str]:
        names = attributes([*area.areas, *area.procedures], _MEMBERS)
        self._scope.inside(names.values())
        lines: list[str] = []
        for name, inner in area.areas.items():
            lines += ["", *self._property(names[name], inner)]
        for name, procedure in area.procedures.items():
            lines += ["", *self._methods.of(procedure, names[name])]
            if takes_file(procedure):
                lines += ["", *self._methods.upload(procedure, _upload_name(names[name], set(names.values())))]
        self._scope.inside(())
        return lines

    def _property(self, name: str, area: Area) -> list[str]:
        return [
            "@property",
            f"def {name}(self) -> {self._class(area)}:",
            f'    """`{".".join(area.path)}`."""',
            f"    return {self._class(area)}(self._transport)",
        ]


def _upload_name(name: str, taken: set[str]) -> str:
    short = name.removesuffix("_file")
    return attribute(f"{name}_at" if short in taken else short, taken)
