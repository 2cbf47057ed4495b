"""Markdown's links by reference, `[text][name]` with `[name]: address` elsewhere: made into links that stand alone.

A definition may be far from its use, in another lesson than the text that refers to it.
"""

import re
from collections.abc import Iterable, Mapping

from procedures.generation.documents.safety import outside_code

_DEFINITION = re.compile(r"\[(?!\^)([^\[\]]{1,500}+)\]:\s*<?([^\s<>()]{1,2000}+)>?[^\n]{0,500}(?:\n|\Z)")
_ONLY_DEFINITIONS = re.compile(rf"(?:{_DEFINITION.pattern})+\Z")
_USE = re.compile(r"(?<!\\)\[([^\[\]]{1,500}+)\](?:\[([^\[\]]{0,500}+)\])?(?![(:\[])")


def only_definitions(content: str) -> bool:
    """Whether a paragraph holds nothing but definitions, which no reader sees."""
    return _ONLY_DEFINITIONS.match(content) is not None


def definitions_of(contents: Iterable[str]) -> dict[str, str]:
    """Addresses by name, from those of the paragraphs that are definitions; the first one of a name counts."""
    links: dict[str, str] = {}
    for content in contents:
        if content.startswith("[") and only_definitions(content):
            for found in _DEFINITION.finditer(content):
                links.setdefault(_key(found[1]), found[2])
    return links


def resolved(text: str, links: Mapping[str, str]) -> str:
    """The text with each link by reference written out."""

    def written_out(found: re.Match[str]) -> str:
        address = links.get(_key(found[2] or found[1]))
        return found[0] if address is None else f"[{found[1]}]({address})"

    return outside_code(text, lambda prose: _USE.sub(written_out, prose)) if links else text


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
