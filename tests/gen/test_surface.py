"""The surface: the table as plain data."""

import msgspec
import pytest

from app.rpc import Base, Code, FileStream, Form, Input, Output, Router, RpcError, Table
from app.rpc.surface import ProcedureEntry, Surface, surface
from tests.gen.examples import TABLE

NOTES = surface(TABLE)


def procedure(path: str) -> ProcedureEntry:
    """The entry at a path."""
    return next(entry for entry in NOTES.procedures if entry.path == path)


def test_procedures_and_names_are_sorted() -> None:
    assert [entry.path for entry in NOTES.procedures] == sorted(TABLE.routes)
    assert list(NOTES.errors) == sorted(NOTES.errors)
    assert list(NOTES.schemas) == sorted(NOTES.schemas)
    assert NOTES.areas == ("notes",)


def test_a_surface_is_the_same_after_it_was_written_and_read() -> None:
    text = msgspec.json.encode(NOTES)
    assert msgspec.json.encode(msgspec.json.decode(text, type=Surface)) == text


def test_a_procedure_behind_a_middleware_that_may_say_unauthorized_requires_a_token() -> None:
    assert {entry.path for entry in NOTES.procedures if entry.requires_token} == {"notes.add", "notes.feed"}


def test_what_is_declared_beside_the_types_is_there() -> None:
    add = procedure("notes.add")
    assert (add.area, add.name, add.summary) == ("notes", "add", "Keep a note.")
    assert (add.idempotency_key, add.body_limit, add.timeout) == (True, 1000, 30.0)
    assert add.examples == ({"text": "milk", "colour": "red", "parent": None},)


def test_an_input_may_be_absent_optional_or_required() -> None:
    assert procedure("notes.count").input is None
    assert procedure("notes.newest").input_optional
    assert procedure("notes.newest").input_default == {"lastEventId": None}
    assert not procedure("notes.add").input_optional


def test_events_are_described_without_what_the_transport_adds() -> None:
    feed = procedure("notes.feed")
    assert (feed.tracked, feed.resumable, feed.timeout) == (True, True, None)
    assert {"$ref": "#/schemas/Note"} in feed.output["anyOf"]
    assert procedure("notes.pieces").streamed


def test_a_field_with_a_default_is_required_only_of_who_reads_it() -> None:
    assert NOTES.schemas["NoteInput"]["required"] == ["text"]
    assert NOTES.schemas["Note"]["required"] == ["text", "writtenAt", "tags"]
    assert "default" not in NOTES.schemas["Note"]["properties"]["tags"]


def test_an_error_tells_its_details_its_status_and_its_headers() -> None:
    error = NOTES.errors["TooMany"]
    assert (error.message, error.http_status, error.has_retry_after) == ("At most {limit} notes", 429, True)
    assert error.details == {
        "type": "object",
        "properties": {"limit": {"type": "integer"}, "advice": {"type": "string"}},
        "required": ["limit"],
    }
    assert not error.protocol
    assert NOTES.errors["InvalidInput"].has_issues
    assert NOTES.errors["InvalidInput"].details is None


def test_protocol_errors_are_there_whether_declared_or_not() -> None:
    protocol = {name for name, error in NOTES.errors.items() if error.protocol}
    assert {"ParseError", "PayloadTooLarge", "InternalError", "ProcedureNotFound"} <= protocol
    assert NOTES.errors["ProcedureNotFound"].json_rpc_number == -32601


class Same(Output):
    """A type."""

    x: int


class Elsewhere:
    """A place for another type of that name."""

    class Same(Output):
        """Another type."""

        y: int


def test_two_types_of_one_name_are_refused() -> None:
    async def one(ctx: object) -> Same:
        raise NotImplementedError

    async def two(ctx: object) -> Elsewhere.Same:
        raise NotImplementedError

    base = Base[object]()
    with pytest.raises(TypeError, match="names of their own"):
        surface(Table(Router(base.query()(one), base.query()(two))))


def test_two_errors_of_one_name_are_refused() -> None:
    class Absent(RpcError, code=Code.NOT_FOUND):
        """One"""

    other = type("Absent", (RpcError,), {"__doc__": "Another", "__module__": __name__})

    async def one(ctx: object) -> int:
        raise NotImplementedError

    async def two(ctx: object) -> int:
        raise NotImplementedError

    base = Base[object]()
    with pytest.raises(TypeError, match="two errors are named Absent"):
        surface(Table(Router(base.query(errors=(Absent,))(one), base.query(errors=(other,))(two))))


class Sheet(Input):
    """As JSON."""

    text: str


class SheetForm(Form):
    """As a form."""

    title: str | None = None
    sheet: FileStream


@Base[object]().mutation()
async def file_sheet(_ctx: object, input: Sheet | SheetForm) -> None:
    """Take a sheet."""


def test_a_form_stands_in_the_surface_and_its_type_among_none_of_the_named_ones() -> None:
    found = surface(Table(Router(file_sheet)))
    (entry,) = found.procedures
    assert (entry.accepts, entry.input) == (("multipart/form-data",), {"$ref": "#/schemas/Sheet"})
    assert entry.form is not None
    assert set(entry.form["properties"]) == {"title", "sheet"}
    assert set(found.schemas) == {"Sheet"}
