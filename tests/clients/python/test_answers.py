"""What answers become: values, or exceptions."""

import copy
import pickle

import pytest
from coursegen_client import UnknownError, UnreadableAnswer, errors
from msgspec.json import Decoder

from tests.clients.python.conftest import Calling
from tests.clients.python.either import LimitReached
from tests.clients.python.scripted import Scripted, error, gives, says


async def test_a_declared_error_is_caught_by_its_class_with_all_that_it_tells(
    server: Scripted, calling: Calling
) -> None:
    server.will(gives(error("LimitReached", 409, -32009, limit=3), 409, x_request_id="r1"))
    with pytest.raises(LimitReached, match="LimitReached happened") as caught:
        await calling().call()
    failure = caught.value
    assert (failure.type, failure.http_status, failure.number) == ("LimitReached", 409, -32009)
    assert (failure.path, failure.details, failure.request_id) == ("a.b", {"limit": 3}, "r1")


async def test_an_error_that_is_newer_than_the_client_is_unknown_to_it(server: Scripted, calling: Calling) -> None:
    server.will(gives(error("NewerThanThis", 409, thing="x"), 409))
    with pytest.raises(UnknownError) as caught:
        await calling().call()
    assert caught.value.type == "NewerThanThis"
    assert caught.value.details == {"thing": "x"}


async def test_the_problems_of_an_input_are_told(server: Scripted, calling: Calling) -> None:
    refused = error("LimitReached", 400)
    refused["error"]["data"]["issues"] = [{"path": "$.title", "message": "too short"}]
    server.will(gives(refused, 400))
    with pytest.raises(LimitReached) as caught:
        await calling().call()
    assert [(issue.path, issue.message) for issue in caught.value.issues] == [("$.title", "too short")]


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff", b'{"error": "text"}'])
async def test_a_page_from_in_between_keeps_its_status(server: Scripted, calling: Calling, body: bytes) -> None:
    server.will(says(body, 413))
    with pytest.raises(UnknownError, match="HTTP 413") as caught:
        await calling().call()
    assert caught.value.http_status == 413


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b'"text"', b"", b"\xff"])
async def test_an_answer_of_another_form_is_unreadable(server: Scripted, calling: Calling, body: bytes) -> None:
    server.will(says(body))
    with pytest.raises(UnreadableAnswer):
        await calling().call(output=Decoder(int))


async def test_a_redirect_is_not_followed(server: Scripted, calling: Calling) -> None:
    server.will(gives(None, 307, location=f"{server.url}/elsewhere"))
    with pytest.raises(UnknownError, match="HTTP 307"):
        await calling().call()


async def test_the_request_is_a_plain_post_with_the_token(server: Scripted, calling: Calling) -> None:
    server.will(gives({"given": "back"}), gives(None))
    transport = calling()
    assert await transport.call({"some": "input"}) == {"given": "back"}
    await transport.call()
    asked, empty = server.asked
    assert (asked.path, asked.body, empty.body) == ("/rpc/a.b", b'{"some":"input"}', b"")
    assert asked.headers["authorization"] == "Bearer a token"
    assert asked.headers["content-type"] == "application/json"


def test_an_error_survives_being_copied_and_sent_to_another_process() -> None:
    failure = errors.JobNotFound("Job 1 not found", http_status=404, details={"job_id": "1"})
    for other in (copy.copy(failure), pickle.loads(pickle.dumps(failure))):  # noqa: S301  its own
        assert (other.job_id, other.http_status, str(other)) == ("1", 404, "Job 1 not found")
