"""Declared errors: what is read from a class, and what goes over the wire."""

import msgspec
import pytest

from app.rpc import Code, Issue, RpcError
from app.rpc.protocol_errors import InvalidInput
from tests.rpc.procedures import NotKnown, TooMany


def test_the_first_paragraph_of_the_docstring_is_the_message_with_the_fields_in_it() -> None:
    assert TooMany(name="ann", count=3, limit=2).message == "ann has 3 of 2 already"


def test_the_fields_are_the_details_and_none_is_left_out() -> None:
    assert TooMany(name="ann", count=3, limit=2).details == {"name": "ann", "count": 3, "limit": 2}
    assert TooMany(name="ann", count=3).details == {"name": "ann", "count": 3}


def test_a_field_of_the_message_may_be_none() -> None:
    assert TooMany(name="ann", count=3).message == "ann has 3 of None already"


def test_a_value_with_braces_is_text_and_no_template() -> None:
    assert TooMany(name="{count.__class__}", count=3, limit=2).message == "{count.__class__} has 3 of 2 already"


def test_the_shape_is_the_error_object_of_every_wire() -> None:
    shape = TooMany(name="ann", count=3).shape("items.take", declared=True)
    assert msgspec.to_builtins(shape) == {
        "code": -32009,
        "message": "ann has 3 of None already",
        "data": {
            "code": "CONFLICT",
            "httpStatus": 409,
            "type": "TooMany",
            "declared": True,
            "path": "items.take",
            "details": {"name": "ann", "count": 3},
        },
    }


def test_an_undeclared_error_says_so_even_though_that_is_the_default() -> None:
    assert msgspec.to_builtins(NotKnown().shape(None, declared=False))["data"] == {
        "code": "UNAUTHORIZED",
        "httpStatus": 401,
        "type": "NotKnown",
        "declared": False,
    }


def test_issues_stand_beside_the_details() -> None:
    shape = InvalidInput(problems=(Issue("$.a", "wrong"),)).shape("x", declared=True)
    assert msgspec.to_builtins(shape.data)["issues"] == ({"path": "$.a", "message": "wrong"},)
    assert shape.data.details is None


def test_an_error_without_a_docstring_is_a_mistake_of_its_author() -> None:
    with pytest.raises(TypeError, match="docstring is the message"):
        type("Silent", (RpcError,), {}, code=Code.CONFLICT)


def test_a_message_that_names_what_is_no_field_is_a_mistake_of_its_author() -> None:
    with pytest.raises(TypeError, match=r"the message names \['nome'\]"):
        type("Wrong", (TooMany,), {"__doc__": "{name} {nome}"})


def test_a_subclass_inherits_the_code() -> None:
    class More(TooMany):
        """Even more"""

    assert More.code is Code.CONFLICT


def test_fields_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        TooMany("ann", 3)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]  # what must fail


def test_codes_are_those_of_the_reference() -> None:
    assert {code.name: (code.number, code.http_status) for code in Code} == {
        "PARSE_ERROR": (-32700, 400),
        "BAD_REQUEST": (-32600, 400),
        "UNAUTHORIZED": (-32001, 401),
        "PAYMENT_REQUIRED": (-32002, 402),
        "FORBIDDEN": (-32003, 403),
        "NOT_FOUND": (-32004, 404),
        "METHOD_NOT_SUPPORTED": (-32005, 405),
        "TIMEOUT": (-32008, 408),
        "CONFLICT": (-32009, 409),
        "PRECONDITION_FAILED": (-32012, 412),
        "PAYLOAD_TOO_LARGE": (-32013, 413),
        "UNSUPPORTED_MEDIA_TYPE": (-32015, 415),
        "UNPROCESSABLE_CONTENT": (-32022, 422),
        "PRECONDITION_REQUIRED": (-32028, 428),
        "TOO_MANY_REQUESTS": (-32029, 429),
        "CLIENT_CLOSED_REQUEST": (-32099, 499),
        "INTERNAL_SERVER_ERROR": (-32603, 500),
        "NOT_IMPLEMENTED": (-32603, 501),
        "BAD_GATEWAY": (-32603, 502),
        "SERVICE_UNAVAILABLE": (-32603, 503),
        "GATEWAY_TIMEOUT": (-32603, 504),
    }
