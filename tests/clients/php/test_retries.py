"""What is called again, when, and what never is."""

import uuid
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.clients.php.programs import Php
from tests.clients.python.scripted import Handler, Scripted, error, gives, hangs_up, is_silent, says
from tests.transports.server import free_port

QUERY = "transport()->call('a.b', Omitted::Field, Decode::int(...), repeatable: true)"
MUTATION = "transport()->call('a.b', Omitted::Field, Decode::int(...), repeatable: false)"


def test_a_query_is_called_again_after_a_lost_connection_and_after_a_gateway(server: Scripted, php: Php) -> None:
    server.will(hangs_up, says(b"<html>", 502), gives(1))
    assert php(f"return {QUERY};") == 1
    assert len(server.asked) == 3
    assert len({asked.headers["x-request-id"] for asked in server.asked}) == 1


def test_a_mutation_whose_answer_is_lost_is_not_called_again(server: Scripted, php: Php) -> None:
    server.will(hangs_up, gives(1))
    failure = php(f"return caught(fn () => {MUTATION});")
    assert (failure["class"], failure["sent"]) == ("ConnectionFailed", True)
    assert len(server.asked) == 1


def test_nor_is_it_on_a_connection_that_was_kept(server: Scripted, php: Php) -> None:
    """Where curl itself would send it again."""
    server.will(gives(1), hangs_up, gives(1))
    failure = php("""
        $transport = transport();
        $transport->call('a.b', Omitted::Field, Decode::int(...), repeatable: true);
        return caught(fn () => $transport->call('a.b', Omitted::Field, Decode::int(...), repeatable: false));
    """)
    assert failure["sent"]
    assert len(server.asked) == 2


def test_queries_follow_each_other_on_one_connection(server: Scripted, php: Php) -> None:
    ports: list[int] = []

    def answer(handler: Handler) -> None:
        ports.append(handler.client_address[1])
        gives(1)(handler)

    server.will(*[answer] * 3)
    php("""
        $transport = transport();
        foreach ([1, 2, 3] as $_) {
            $transport->call('a.b', Omitted::Field, Decode::int(...), repeatable: true);
        }
        return null;
    """)
    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_a_connection_is_closed_when_nobody_has_it_any_more(server: Scripted, php: Php) -> None:
    """At once, and not when the garbage collector comes by."""
    server.will(gives({"version": "1", "time": "2026-01-01T00:00:00Z"}))
    assert php("""
        gc_disable();
        $connection = new Connection();
        $client = new Client(getenv('COURSEGEN_URL'), connection: $connection);
        $client->system->ping();
        $exchange = $connection->take();
        $connection->giveBack($exchange);
        $left = \\WeakReference::create($exchange);
        $before = $left->get() === $exchange;
        unset($exchange, $connection, $client);
        return [$before, $left->get()];
    """) == [True, None]


def test_a_mutation_that_was_refused_for_now_is_not_called_again(server: Scripted, php: Php) -> None:
    server.will(gives(error("Busy", 503), 503, retry_after="0"))
    assert php(f"return caught(fn () => {MUTATION});")["httpStatus"] == 503


def test_a_call_with_an_idempotency_key_is_called_again_with_the_same_key(server: Scripted, php: Php) -> None:
    server.will(hangs_up, gives(error("Busy", 503), 503), gives(1))
    assert php("return transport()->callOnce('a.b', Omitted::Field, Decode::int(...), 'mine');") == 1
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["mine"] * 3


def test_every_call_without_a_key_is_given_one_of_its_own(server: Scripted, php: Php) -> None:
    server.will(hangs_up, gives(1), gives(2))
    php("""
        $transport = transport();
        $transport->callOnce('a.b', Omitted::Field, Decode::int(...), null);
        return $transport->callOnce('a.b', Omitted::Field, Decode::int(...), null);
    """)
    first, again, second = [uuid.UUID(asked.headers["idempotency-key"]) for asked in server.asked]
    assert first == again != second
    assert (first.version, first.variant) == (4, uuid.RFC_4122)


def test_a_call_that_never_left_is_told_to_be_so(php: Php) -> None:
    failure = php(f"""
        $transport = transport(retries: 1, url: 'http://127.0.0.1:{free_port()}');
        return caught(fn () => $transport->call('a.b', 1, Decode::int(...), repeatable: false));
    """)
    assert (failure["class"], failure["sent"]) == ("ConnectionFailed", False)


def test_a_call_that_never_left_is_made_again_whatever_it_does(php: Php) -> None:
    assert php("""
        $attempts = new Attempts(1, repeatable: false);
        $failure = new Error\\ConnectionFailed('refused', sent: false);
        return [$attempts->pauseAfter($failure) !== null, $attempts->pauseAfter($failure)];
    """) == [True, None]


def test_the_last_failure_is_raised_when_all_attempts_have_failed(server: Scripted, php: Php) -> None:
    server.will(hangs_up, hangs_up, gives(error("LimitReached", 429), 429))
    failure = php("""
        $transport = transport(retries: 2);
        return caught(fn () => $transport->call('a.b', Omitted::Field, Decode::int(...), repeatable: true));
    """)
    assert failure["class"] == "LimitReached"


def test_the_wait_that_the_server_asks_for_is_kept(server: Scripted, php: Php) -> None:
    server.will(gives(error("LimitReached", 429), 429, retry_after="1"), gives(1))
    assert php(f"return {QUERY};") == 1
    assert server.asked[1].at - server.asked[0].at >= 1


def test_a_longer_wait_than_anybody_expects_is_raised_at_once(server: Scripted, php: Php) -> None:
    server.will(gives(error("LimitReached", 429), 429, retry_after="30"))
    assert php(f"return caught(fn () => {QUERY});")["retryAfter"] == 30


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_what_another_attempt_would_not_change_is_not_attempted(server: Scripted, php: Php, status: int) -> None:
    server.will(gives(error("LimitReached", status), status))
    assert php(f"return caught(fn () => {QUERY});")["httpStatus"] == status


def test_a_silent_server_times_out(server: Scripted, php: Php) -> None:
    server.will(is_silent)
    failure = php("""
        $transport = transport(timeout: 0.5, retries: 0);
        return caught(fn () => $transport->call('a.b', 1, Decode::int(...), repeatable: true));
    """)
    assert (failure["class"], failure["sent"]) == ("TimedOut", True)


def test_pauses_double_with_jitter_up_to_a_bound(php: Php) -> None:
    pauses = php("""
        $pauses = fn (int $failed): array => array_map(
            fn () => Pause::after($failed, new Error\\ConnectionFailed('lost')),
            range(1, 50),
        );
        return array_map($pauses, range(1, 11));
    """)
    assert all(0.1 <= seconds <= 0.2 for seconds in pauses[0])
    assert all(0.2 <= seconds <= 0.4 for seconds in pauses[1])
    assert all(seconds <= 10 for seconds in pauses[-1])
    assert all(len(set(each)) > 1 for each in pauses)


def test_a_wait_may_be_asked_for_as_seconds_or_as_a_date(php: Php) -> None:
    later, before = [format_datetime(datetime.now(UTC) + timedelta(seconds=s), usegmt=True) for s in (10, -9999)]
    asked = [f"'{each}'" for each in ("5", later, before, "soon", "-1")]
    waits = php(f"return array_map(Failures::retryAfter(...), [{', '.join(asked)}, null]);")
    assert (waits[0], waits[2:]) == (5, [0, None, None, None])
    assert 5 < waits[1] <= 10
