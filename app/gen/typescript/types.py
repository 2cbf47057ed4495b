"""The surface's types in TypeScript: what each is called, and how a schema is written."""

from app.gen.literals import literal_names, values_of
from app.gen.names import class_name
from app.gen.references import reachable, references, tags
from app.gen.typescript.layout import indented, jsdoc, key, literal, union
from app.gen.typescript.names import TAKEN
from app.rpc.schemas import REF, Schema
from app.rpc.surface import Surface

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_BRANDS = {"uuid": "Uuid", "date-time": "DateTime"}


class Types:
    """The types of one surface.

    What is given may leave out fields that have defaults, what is answered has them: a type that is used both ways
    and has such fields, or refers to one that has, is two types.
    """

    def __init__(self, surface: Surface) -> None:
        self.schemas = surface.schemas
        self.classes: dict[str, str] = {}
        for name in surface.schemas:
            self.classes[name] = class_name(name, {*TAKEN, *self.classes.values()})
        found = dict(tags([*surface.schemas.values(), *(p.output for p in surface.procedures)]))
        self.literals = literal_names(surface, found, self.classes, {*TAKEN, *self.classes.values()})
        given = reachable([p.input for p in surface.procedures], surface.schemas)
        answered = reachable(
            [*(p.output for p in surface.procedures), *(e.details for e in surface.errors.values())], surface.schemas
        )
        self.given_only = given - answered
        self.given_classes: dict[str, str] = {}
        """Types that are two: what they are called where they are given."""
        for name in sorted(_differing(surface.schemas) & given & answered):
            taken = {*TAKEN, *self.classes.values(), *self.literals.values(), *self.given_classes.values()}
            self.given_classes[name] = class_name(f"{name}Input", taken)

    def written(self, schema: Schema, *, given: bool = False, prefix: str = "") -> str:
        """The type of a schema's values, on one line. `given`: by the caller. `prefix` stands before names."""
        if "$ref" in schema:
            return prefix + self._named(schema["$ref"].removeprefix(REF), given=given)
        options = _options(schema)
        if options != [schema]:
            return union(self.written(option, given=given, prefix=prefix) for option in options)
        if "enum" in schema or "const" in schema:
            return self._literal(schema, prefix)
        match schema.get("type"):
            case "array":
                return self._array(schema, given, prefix)
            case "object":
                return f"{{ [key: string]: {self._inner(schema, 'additionalProperties', given, prefix)} }}"
            case kind:
                brand = _BRANDS.get(schema.get("format", "")) if kind == "string" else None
                return prefix + brand if brand else _PLAIN.get(kind or "", "unknown")

    def fields(self, schema: Schema, *, given: bool = False, prefix: str = "") -> list[str]:
        """The lines of an object's fields, with their docs."""
        lines: list[str] = []
        for name, field in schema["properties"].items():
            kind = self.written(field, given=given, prefix=prefix)
            sign = "?" if _may_lack(schema, name, given=given) else ""
            # JSON leaves out what is undefined, so that it may be given as well
            kinds = [kind, "undefined"] if sign and given else [kind]
            lines += [*jsdoc(_told(field, given=given)), f"{key(name)}{sign}: {union(kinds)};"]
        return indented(lines)

    def is_object(self, name: str) -> bool:
        """Whether a named type is an object with fields."""
        return "properties" in self.schemas[name]

    def _named(self, name: str, *, given: bool) -> str:
        return self.given_classes.get(name, self.classes[name]) if given else self.classes[name]

    def _array(self, schema: Schema, given: bool, prefix: str) -> str:
        if places := schema.get("prefixItems"):
            least = schema.get("minItems", len(places))
            kinds = [self.written(place, given=given, prefix=prefix) for place in places]
            optional = [f"({kind})?" if number >= least else kind for number, kind in enumerate(kinds)]
            return f"[{', '.join(optional)}]"
        inner = self._inner(schema, "items", given, prefix)
        return ("readonly " if given else "") + (f"({inner})[]" if " " in inner else f"{inner}[]")

    def _inner(self, schema: Schema, keyword: str, given: bool, prefix: str) -> str:
        inner: Schema | bool | None = schema.get(keyword)
        return self.written(inner, given=given, prefix=prefix) if isinstance(inner, dict) else "unknown"

    def _literal(self, schema: Schema, prefix: str) -> str:
        values = values_of(schema)
        named = [prefix + self.literals[values]] if values in self.literals else [literal(value) for value in values]
        null = None in schema.get("enum", [schema.get("const", "")])
        return union([*named, *(["null"] if null else [])])


def _may_lack(schema: Schema, name: str, *, given: bool) -> bool:
    """Whether an object may be without this field: an answer has those that have defaults."""
    optional = name not in schema.get("required", [])
    return optional and (given or "default" not in schema["properties"][name])


def _told(field: Schema, *, given: bool) -> str:
    default = field.get("default")
    noted = [f"By default `{literal(default)}`."] if given and default is not None else []
    return "\n\n".join([*filter(None, [field.get("description", "")]), *noted])


def _options(schema: Schema) -> list[Schema]:
    kind: str | list[str] | None = schema.get("type")
    if isinstance(kind, list):
        return [{**schema, "type": each} for each in kind]
    found: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def _differing(schemas: dict[str, Schema]) -> set[str]:
    """Types that are not the same given and answered: they have a default somewhere in them."""
    found = {name for name, schema in schemas.items() if any("default" in f for f in _fields(schema))}
    size = -1
    while size != len(found):
        size = len(found)
        found |= {name for name, schema in schemas.items() if not found.isdisjoint(references(schema))}
    return found


def _fields(schema: Schema) -> list[Schema]:
    return list(schema.get("properties", {}).values())
