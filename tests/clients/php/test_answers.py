"""What answers become: values, or exceptions."""

import pytest

from tests.clients.php.programs import Php
from tests.clients.python.scripted import Scripted, error, gives, says

CAUGHT = "return caught(fn () => transport()->call('a.b', Omitted::Field, Decode::int(...), repeatable: true));"


def test_a_declared_error_is_caught_by_its_class_with_all_that_it_tells(server: Scripted, php: Php) -> None:
    server.will(gives(error("LimitReached", 409, -32009, limit=3), 409, x_request_id="r1"))
    assert php(CAUGHT) == {
        "class": "LimitReached",
        "message": "LimitReached happened",
        "type": "LimitReached",
        "number": -32009,
        "httpStatus": 409,
        "path": "a.b",
        "details": {"limit": 3},
        "issues": [],
        "retryAfter": None,
        "requestId": "r1",
    }


def test_an_error_that_is_newer_than_the_client_is_unknown_to_it(server: Scripted, php: Php) -> None:
    server.will(gives(error("NewerThanThis", 409, thing="x"), 409))
    failure = php(CAUGHT)
    assert (failure["class"], failure["type"]) == ("UnknownError", "NewerThanThis")
    assert failure["details"] == {"thing": "x"}


def test_the_problems_of_an_input_are_told(server: Scripted, php: Php) -> None:
    refused = error("LimitReached", 400)
    issues = [{"path": "$.title", "message": "too short"}]
    refused["error"]["data"]["issues"] = issues
    server.will(gives(refused, 400))
    assert php(CAUGHT)["issues"] == issues


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff", b'{"error": "text"}', b"[]"])
def test_a_page_from_in_between_keeps_its_status(server: Scripted, php: Php, body: bytes) -> None:
    server.will(says(body, 413))
    failure = php(CAUGHT)
    assert (failure["class"], failure["httpStatus"]) == ("UnknownError", 413)
    assert failure["message"].startswith("HTTP 413 ")


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b'"text"', b"", b"\xff", b"1.5"])
def test_an_answer_of_another_form_is_unreadable(server: Scripted, php: Php, body: bytes) -> None:
    server.will(says(body))
    assert php(CAUGHT)["class"] == "UnreadableAnswer"


def test_an_unreadable_answer_tells_the_place(server: Scripted, php: Php) -> None:
    content = {"courseId": "x", "title": "x", "sections": [{"id": "x", "title": 5}]}
    server.will(gives(content))
    failure = php("return caught(fn () => (new Client(getenv('COURSEGEN_URL')))->courses->getContent(courseId: 'x'));")
    assert failure["message"] == "$.sections[0].title: a string expected, int found"


def test_a_redirect_is_not_followed(server: Scripted, php: Php) -> None:
    server.will(gives(None, 307, location=f"{server.url}/elsewhere"))
    failure = php(CAUGHT)
    assert (failure["class"], failure["httpStatus"]) == ("UnknownError", 307)
    assert len(server.asked) == 1


def test_no_option_of_the_callers_own_makes_it_follow_a_redirect(server: Scripted, php: Php) -> None:
    server.will(gives(None, 307, location=f"{server.url}/elsewhere"))
    failure = php("""
        $connection = new Connection([CURLOPT_FOLLOWLOCATION => true, CURLOPT_RETURNTRANSFER => true]);
        return caught(fn () => (new Client(getenv('COURSEGEN_URL'), connection: $connection))->system->ping());
    """)
    assert failure["httpStatus"] == 307


def test_the_request_is_a_plain_post_with_the_token(server: Scripted, php: Php) -> None:
    server.will(gives({"given": "back"}), gives(None))
    given, nothing = php("""
        $transport = transport();
        $given = $transport->call('a.b', ['some' => 'input'], Decode::any(...), repeatable: true);
        return [$given, $transport->call('a.b', Omitted::Field, Decode::any(...), repeatable: true)];
    """)
    assert (given, nothing) == ({"given": "back"}, None)
    asked, empty = server.asked
    assert (asked.path, asked.body, empty.body) == ("/rpc/a.b", b'{"some":"input"}', b"")
    assert asked.headers["authorization"] == "Bearer a token"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"] == "test"


def test_a_token_with_a_line_break_is_not_sent(server: Scripted, php: Php) -> None:
    failure = php("""
        $client = new Client(getenv('COURSEGEN_URL'), token: "x\\r\\nX-Other: header");
        return caught(fn () => $client->system->ping());
    """)
    assert failure["class"] == "InvalidArgumentException"
    assert not server.asked


def test_text_that_is_not_utf_8_is_not_sent(server: Scripted, php: Php) -> None:
    failure = php("""
        $client = new Client(getenv('COURSEGEN_URL'));
        return caught(fn () => $client->courses->create(title: "\\xff"));
    """)
    assert failure["class"] == "JsonException"
    assert not server.asked


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x", "127.0.0.1:8000", "http://x/?y", ""])
def test_only_the_address_of_a_server_is_taken(php: Php, url: str) -> None:
    assert php(f"return caught(fn () => new Client('{url}'));")["class"] == "InvalidArgumentException"


def test_a_token_is_shown_neither_by_dumps_nor_by_traces(php: Php) -> None:
    shown = php("""
        $client = new Client('http://127.0.0.1:9', token: 'the-secret', retries: 0);
        try {
            $client->withToken('the-secret')->system->ping();
        } catch (Error\\ConnectionFailed $failure) {
            return print_r([$client, $failure->getTrace()], true) . $failure;
        }
    """)
    assert "ping" in shown
    assert "the-secret" not in shown
