"""The module of the router: tRPC's type of all procedures."""

from app.gen.areas import Area, tree
from app.gen.typescript.errors import error_names
from app.gen.typescript.layout import indented, jsdoc, key, member, module
from app.gen.typescript.types import Types
from app.rpc.surface import ProcedureEntry, Surface

_DOC = "The type of the service's router, for `createTRPCClient` and `@trpc/tanstack-react-query`."
_IMPORTS = [
    "// The module that tRPC's own declarations name: the public `TRPCBuiltRouter` is younger than 11.0.",
    "import type {",
    "  BuiltRouter,",
    "  MutationProcedure,",
    "  QueryProcedure,",
    "  SubscriptionProcedure,",
    '} from "@trpc/server/unstable-core-do-not-import";',
    'import type * as errors from "./errors.js";',
    'import type * as types from "./types.js";',
]
_ROOT = "{ ctx: object; meta: object; errorShape: errors.RpcError; transformer: false }"
_PROCEDURES = {"query": "QueryProcedure", "mutation": "MutationProcedure", "subscription": "SubscriptionProcedure"}
_KEYED = "With `withIdempotencyKey(key)` as its options it is done once, however often it is called."
_RESUMED = "A lost connection is taken up again, after the last event that arrived."
_RECONNECTED = "A lost connection is taken up again, and its events begin anew."


def router_module(surface: Surface, types: Types) -> str:
    """The text of `router.d.ts`."""
    emitter = _Emitter(surface, types)
    record = [
        *jsdoc("Every procedure, by area."),
        "export type AppRecord = {",
        *indented(emitter.members(tree(list(surface.procedures)))),
        "};",
    ]
    router = [
        *jsdoc("The router, as tRPC's clients take it."),
        f"export type AppRouter = BuiltRouter<{_ROOT}, AppRecord>;",
    ]
    return module(_DOC, _IMPORTS, record, router)


class _Emitter:
    def __init__(self, surface: Surface, types: Types) -> None:
        self._surface = surface
        self._types = types
        self._errors = error_names(surface)

    def members(self, area: Area) -> list[str]:
        """The lines of an area's areas and procedures."""
        lines: list[str] = []
        for name, inner in area.areas.items():
            doc = jsdoc(f"The procedures of `{'.'.join(inner.path)}`.")
            lines += [*doc, f"{key(name)}: {{", *indented(self.members(inner)), "};"]
        for name, procedure in area.procedures.items():
            lines += [*jsdoc(self._doc(procedure)), *self._procedure(name, procedure)]
        return lines

    def _procedure(self, name: str, procedure: ProcedureEntry) -> list[str]:
        definition = [
            "meta: unknown;",
            f"input: {self._input(procedure)};",
            f"output: {self._output(procedure)};",
            *member("errorShape", [*self._named(procedure, "errors."), "errors.ProtocolError"]),
        ]
        return [f"{key(name)}: {_PROCEDURES[procedure.kind]}<{{", *indented(definition), "}>;"]

    def _input(self, procedure: ProcedureEntry) -> str:
        if procedure.input is None:
            return "void"
        given = self._types.written(procedure.input, given=True, prefix="types.")
        return f"{given} | void" if procedure.input_optional else given

    def _output(self, procedure: ProcedureEntry) -> str:
        output = self._types.written(procedure.output, prefix="types.")
        if procedure.kind == "subscription" and procedure.tracked:
            output = f"{{ id: string; data: {output} }}"
        streams = procedure.kind == "subscription" or procedure.streamed
        return f"AsyncIterable<{output}, void, any>" if streams else output

    def _named(self, procedure: ProcedureEntry, prefix: str) -> list[str]:
        """The errors that the procedure declares, but for those that any call may end with."""
        errors = self._surface.errors
        return [prefix + self._errors[name] for name in procedure.errors if not errors[name].protocol]

    def _doc(self, procedure: ProcedureEntry) -> str:
        notes = [procedure.doc]
        if procedure.idempotency_key:
            notes.append(_KEYED)
        if procedure.kind == "subscription":
            notes.append(_RESUMED if procedure.resumable else _RECONNECTED)
        if names := self._named(procedure, ""):
            notes.append(f"Errors: {', '.join(f'`{name}`' for name in names)}.")
        return "\n\n".join(filter(None, notes))
