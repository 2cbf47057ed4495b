"""Compares an answer with the reference's, and names the deliberate differences that it finds on the way."""

from typing import Any

from tests.wire.trpc.transcripts import UNDEFINED, Rejected

TEXTS = "texts of refused inputs are ours"
MASKED = "a crash is masked"
NULL = "undefined is null"
JSON = "every answer says application/json"
SECTION_4 = {TEXTS, MASKED, NULL, JSON}
"""What the interface's page, section 4, lists as deliberate."""
WHOLE = "a value has no promises inside: the call fails"
"""A procedure that the page does not ask for: the reference fails in a part of a value that it has sent already."""

_REFUSALS = ("InvalidInput", "ParseError", "UnsupportedMediaType", "PayloadTooLarge", "InvalidConnectionParams")
_OURS = {"type", "declared", "details", "issues", "path"}


def differences(expected: Any, answer: Any) -> set[str]:
    """The deliberate differences between two values; any other is an AssertionError."""
    if _is_error(expected):
        return _of_errors(expected, answer)
    if expected == UNDEFINED and answer is None:
        return {NULL}
    if isinstance(expected, dict):
        return _of_objects(expected, answer)
    if isinstance(expected, list | tuple):
        assert len(expected) == len(answer)
        return set[str]().union(*map(differences, expected, answer))
    assert answer == expected
    return set()


def _of_objects(expected: dict[str, Any], answer: dict[str, Any]) -> set[str]:
    if expected == {} and answer == {"data": None}:
        return {NULL}
    rejected = [member for member in _members(expected) if isinstance(member, Rejected)]
    if rejected and "error" in answer:
        return {WHOLE} | differences(rejected[0].error, answer["error"])
    assert expected.keys() == answer.keys()
    return set[str]().union(*(differences(value, answer[name]) for name, value in expected.items()))


def _members(value: Any) -> list[Any]:
    children = value.values() if isinstance(value, dict) else ()
    return [value, *(each for child in children for each in _members(child))]


def _is_error(value: Any) -> bool:
    return isinstance(value, dict) and {"message", "code", "data"} == value.keys()


def _of_errors(expected: dict[str, Any], answer: dict[str, Any]) -> set[str]:
    stack = expected["data"].pop("stack", None)
    assert (stack is None) == (answer["data"].pop("stack", None) is None)
    assert answer["code"] == expected["code"]
    assert expected["data"].items() <= answer["data"].items()
    assert answer["data"].keys() - expected["data"].keys() <= _OURS
    if answer["data"]["type"] == "InternalError":
        assert answer["message"] == "Internal server error"
        return {MASKED}
    if answer["message"] == expected["message"]:
        return set()
    assert answer["data"]["type"] in _REFUSALS
    return {TEXTS}


def header_differences(expected: dict[str, str], answer: dict[str, str]) -> set[str]:
    """The same for headers; ours may be more."""
    expected, found = dict(expected), set[str]()
    if expected.get("content-type", "").startswith("text/plain"):
        expected["content-type"] = "application/json"
        found.add(JSON)
    assert _tokens(expected.pop("vary", "")) <= _tokens(answer.get("vary", ""))
    assert expected.items() <= answer.items()
    return found


def _tokens(value: str) -> set[str]:
    return {token.strip() for token in value.split(",")} - {""}
