"""What is called again, when, and what never is."""

import uuid
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from coursegen_client import CallFailed, ConnectionFailed, TimedOut
from coursegen_client._runtime.failures import retry_after
from coursegen_client._runtime.retries import LONGEST_PAUSE, Attempts, pause

from tests.clients.python.conftest import Calling
from tests.clients.python.either import LimitReached
from tests.clients.python.scripted import Scripted, error, gives, hangs_up, is_silent, says
from tests.transports.server import free_port


async def test_a_query_is_called_again_after_a_lost_connection_and_after_a_gateway(
    server: Scripted, calling: Calling
) -> None:
    server.will(hangs_up, says(b"<html>", 502), gives(1))
    assert await calling().call() == 1
    assert len(server.asked) == 3
    assert len({asked.headers["x-request-id"] for asked in server.asked}) == 1


async def test_a_mutation_whose_answer_is_lost_is_not_called_again(server: Scripted, calling: Calling) -> None:
    server.will(hangs_up, gives(1))
    with pytest.raises(ConnectionFailed) as caught:
        await calling().call(repeatable=False)
    assert caught.value.sent
    assert len(server.asked) == 1


async def test_a_mutation_that_was_refused_for_now_is_not_called_again(server: Scripted, calling: Calling) -> None:
    server.will(gives(error("Busy", 503), 503, retry_after="0"))
    with pytest.raises(CallFailed):
        await calling().call(repeatable=False)


async def test_a_call_with_an_idempotency_key_is_called_again_with_the_same_key(
    server: Scripted, calling: Calling
) -> None:
    server.will(hangs_up, gives(error("Busy", 503), 503), gives(1))
    assert await calling().call_once("mine") == 1
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["mine"] * 3


async def test_every_call_without_a_key_is_given_one_of_its_own(server: Scripted, calling: Calling) -> None:
    server.will(hangs_up, gives(1), gives(2))
    transport = calling()
    await transport.call_once()
    await transport.call_once()
    first, again, second = [uuid.UUID(asked.headers["idempotency-key"]) for asked in server.asked]
    assert first == again != second


async def test_a_call_that_never_left_is_told_to_be_so(calling: Calling) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        await calling(url=f"http://127.0.0.1:{free_port()}", retries=1).call(repeatable=False)
    assert not caught.value.sent


def test_a_call_that_never_left_is_made_again_whatever_it_does() -> None:
    attempts = Attempts(1, repeatable=False)
    assert attempts.pause_after(ConnectionFailed("refused", sent=False)) is not None
    assert attempts.pause_after(ConnectionFailed("refused", sent=False)) is None


async def test_the_last_failure_is_raised_when_all_attempts_have_failed(server: Scripted, calling: Calling) -> None:
    server.will(hangs_up, hangs_up, gives(error("LimitReached", 429), 429))
    with pytest.raises(LimitReached):
        await calling(retries=2).call()


async def test_the_wait_that_the_server_asks_for_is_kept(server: Scripted, calling: Calling) -> None:
    server.will(gives(error("LimitReached", 429), 429, retry_after="1"), gives(1))
    assert await calling().call() == 1
    assert server.asked[1].at - server.asked[0].at >= 1


async def test_a_longer_wait_than_anybody_expects_is_raised_at_once(server: Scripted, calling: Calling) -> None:
    server.will(gives(error("LimitReached", 429), 429, retry_after="30"))
    with pytest.raises(LimitReached) as caught:
        await calling().call()
    assert caught.value.retry_after == 30


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
async def test_what_another_attempt_would_not_change_is_not_attempted(
    server: Scripted, calling: Calling, status: int
) -> None:
    server.will(gives(error("LimitReached", status), status))
    with pytest.raises(LimitReached):
        await calling().call()


async def test_a_silent_server_times_out(server: Scripted, calling: Calling) -> None:
    server.will(is_silent)
    with pytest.raises(TimedOut) as caught:
        await calling(timeout=0.2, retries=0).call()
    assert caught.value.sent


def test_pauses_double_with_jitter_up_to_a_bound() -> None:
    failure = ConnectionFailed("lost")
    pauses = [[pause(number, failure) or 0 for _ in range(50)] for number in range(1, 12)]
    assert all(0.1 <= seconds <= 0.2 for seconds in pauses[0])
    assert all(0.2 <= seconds <= 0.4 for seconds in pauses[1])
    assert all(seconds <= LONGEST_PAUSE for seconds in pauses[-1])
    assert all(len(set(each)) > 1 for each in pauses)


def test_a_wait_may_be_asked_for_as_seconds_or_as_a_date() -> None:
    assert retry_after("5") == 5
    assert 8 < (retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)) or 0) <= 10
    assert retry_after(format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)) == 0
    assert retry_after("soon") is None
    assert retry_after(None) is None
