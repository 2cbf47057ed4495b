"""What in a schema points to named types."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.rpc.decode import Json
from app.rpc.schemas import REF, Schema


def references(node: Json) -> Iterator[str]:
    """The names of the types that a schema refers to, not those that these refer to."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(REF)
    for child in children(node):
        yield from references(child)


def reachable(roots: Iterable[Schema | None], schemas: dict[str, Schema]) -> set[str]:
    """The names of all types that the roots refer to, and that these refer to."""
    found: set[str] = set()
    waiting = [name for root in roots for name in references(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(references(schemas[name]))
    return found


def tags(node: Json) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Of each type in a tagged union: the property that tells it from the others, and what stands in it."""
    if isinstance(node, dict):
        discriminator = node.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
        if isinstance(discriminator, dict) and isinstance(mapping, dict):
            for tag, reference in mapping.items():
                yield str(reference).removeprefix(REF), (str(discriminator["propertyName"]), tag)
    for child in children(node):
        yield from tags(child)


def children(node: Json) -> Iterable[Json]:
    """The values of an object or array; nothing of anything else."""
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()
