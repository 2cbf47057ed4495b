"""What the wire's names become in PHP, which reserves words and tells classes and methods apart without case."""

import msgspec
import pytest

from app.gen.php import php_files
from app.gen.php.layout import docblock
from app.gen.php.names import classes, constant, member, members, words
from app.rpc import Base, Output, Router, Table
from app.rpc.surface import surface


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("HTTPStatus", "httpStatus"),
        ("current_step", "currentStep"),
        ("createdAt", "createdAt"),
        ("sha256Sum", "sha256Sum"),
        ("2nd", "x2nd"),
        ("$ref", "ref"),
        ("ü", "x"),
        ("this", "thisValue"),
    ],
)
def test_members_are_camel_case(name: str, found: str) -> None:
    assert member(name, ["this"]) == found


def test_names_that_differ_by_style_alone_are_kept_apart() -> None:
    found = members(["a_b", "aB", "AB"])
    assert len({name.lower() for name in found.values()}) == len(found)


@pytest.mark.parametrize("name", ["List", "String", "Mixed", "Match", "Enum", "Null", "Resource", "ReadOnly"])
def test_no_class_is_called_by_a_reserved_word(name: str) -> None:
    assert classes([name], [], "Type") == {name: f"{name}Type"}


def test_classes_that_differ_by_case_alone_are_kept_apart() -> None:
    assert classes(["Url", "URL"], ["Decode"], "Type") == {"Url": "Url", "URL": "URLType"}
    assert classes(["DECODE"], ["Decode"], "Type") == {"DECODE": "DECODEType"}


@pytest.mark.parametrize(
    ("value", "found"), [("in_progress", "IN_PROGRESS"), (3, "VALUE_3"), ("", "EMPTY"), ("class", "CLASS_")]
)
def test_constants_are_upper_case(value: object, found: str) -> None:
    assert constant(value) == found


def test_words_are_those_of_any_style() -> None:
    assert words("getHTTPStatus_code2-x") == ["get", "http", "status", "code2", "x"]


def test_no_doc_ends_its_comment_or_begins_a_tag() -> None:
    assert docblock("a */ b\n@return nothing") == ["/**", " * a *\\/ b", " * \\@return nothing", " */"]


class Url(Output):
    """One."""

    at: str


class URL(Output):
    """Another."""

    at: str
    left_out: str | msgspec.UnsetType = msgspec.UNSET


def test_types_that_differ_by_case_alone_have_files_of_their_own() -> None:
    base = Base[None]()

    @base.query()
    async def one(_ctx: None) -> Url:
        """One."""
        return Url(at="")

    @base.query()
    async def another(_ctx: None) -> URL:
        """Another."""
        return URL(at="")

    files = php_files(surface(Table(Router(one, another))), "1.2.3")
    found = sorted(path.name for path in files if path.parent.name == "Type")
    assert [name.lower() for name in found] == ["url.php", "urltype.php"]
