"""One POST: what a target can do to it, and where it goes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from app.webhooks import Answer, Rules, Sender, SendFailed
from app.webhooks.sending import ANSWER_BYTES
from tests.webhooks.certificates import certified
from tests.webhooks.receiving import Receiver, Script, answering, closing, endless, receiving, silence, status

SECONDS = 0.5
PUBLIC = "93.184.215.14"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Answers 204 until told otherwise."""
    async with receiving() as running:
        yield running


def sender(receiver: Receiver, seconds: float = SECONDS) -> Sender:
    """Sends to this receiver, which is listed."""
    return Sender(Rules(frozenset({443}), frozenset({receiver.host})), seconds=seconds, at_once=2)


async def test_a_post_carries_the_headers_and_the_body_as_they_are(receiver: Receiver) -> None:
    answer = await sender(receiver).send(f"{receiver.url}?a=%20b", {"webhook-id": "x"}, '{"a": "й"}')
    assert answer == Answer(204)
    [got] = receiver.received
    assert got.line == "POST /hook?a=%20b HTTP/1.1"
    assert got.headers == {
        "host": receiver.host,
        "content-type": "application/json",
        "content-length": "11",
        "webhook-id": "x",
    }
    assert got.body == '{"a": "й"}'.encode()


NO_ANSWER: dict[str, tuple[Script, str]] = {
    "never answers": (silence, "no complete answer within 0.5 s"),
    "drips its head": (endless(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", 0.05), "no complete answer within 0.5 s"),
    "drips its body": (
        endless(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x", 0.05),
        "no complete answer within 0.5 s",
    ),
    "closes": (closing, "the answer is not HTTP, or was cut off"),
    "closes within its answer": (
        answering(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx"),
        "the answer is not HTTP, or was cut off",
    ),
    "speaks another protocol": (answering(b"220 smtp.example.org ESMTP\r\n"), "the answer is not HTTP, or was cut off"),
    "has no end of its head": (
        endless(b"HTTP/1.1 200 OK\r\n", b"x: " + b"y" * 1000 + b"\r\n"),
        f"the head of the answer is longer than {ANSWER_BYTES} bytes",
    ),
    "goes on about to answer": (
        endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100),
        f"the head of the answer is longer than {ANSWER_BYTES} bytes",
    ),
}


@pytest.mark.parametrize("case", NO_ANSWER)
async def test_a_target_that_does_not_answer_fails_in_time(receiver: Receiver, case: str) -> None:
    receiver.script, reason = NO_ANSWER[case]
    begin = monotonic()
    with pytest.raises(SendFailed) as failed:
        await sender(receiver).send(receiver.url, {}, "{}")
    assert str(failed.value) == reason
    assert monotonic() - begin < SECONDS + 0.5


async def test_of_an_answer_of_ten_gigabytes_64_kib_are_read(receiver: Receiver) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n"
    sent = 0

    async def script(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(head)
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    receiver.script = script
    begin = monotonic()
    assert await sender(receiver, 5).send(receiver.url, {}, "{}") == Answer(200)
    assert monotonic() - begin < 1
    assert sent < 16 * 1024 * 1024  # what fits into the buffers between the two


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(receiver: Receiver, code: int) -> None:
    async with receiving() as elsewhere:
        receiver.script = status(code, f"location: {elsewhere.url}")
        assert await sender(receiver).send(receiver.url, {}, "{}") == Answer(code)
        assert elsewhere.connections == 0


async def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert await sender(receiver).send(receiver.url, {}, "{}") == Answer(204)
        assert proxy.connections == 0


async def test_a_target_that_refuses_connections_fails(receiver: Receiver) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        receiver.port = closed.getsockname()[1]
        with pytest.raises(SendFailed, match="connection failed"):
            await sender(receiver).send(receiver.url, {}, "{}")


PATIENCE = {
    "120": 120.0,
    "0": 0.0,
    "Thu, 01 Jan 1970 00:00:00 GMT": 0.0,
    "soon": None,
    "-5": None,
    "1e9": None,
    "": None,
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT": None,
    "Mon, 01 Jan 2029 99999999999999999999:00:00 GMT": None,
    "Mon, 01 Jan 2029 00:00:00 +99999999999999999999": None,
}


@pytest.mark.parametrize(("value", "seconds"), PATIENCE.items())
async def test_retry_after_is_a_number_of_seconds_or_a_date(
    receiver: Receiver, value: str, seconds: float | None
) -> None:
    receiver.script = status(503, f"retry-after: {value}")
    assert await sender(receiver).send(receiver.url, {}, "{}") == Answer(503, seconds)


async def test_time_that_was_over_before_nothing_was_sent_sends_nothing(receiver: Receiver) -> None:
    """A worker that was frozen with a claim must not wake up and send what another has sent meanwhile."""
    long_ago = asyncio.get_running_loop().time() - 60
    with pytest.raises(SendFailed):
        await sender(receiver).send(receiver.url, {}, "{}", began=long_ago)
    assert receiver.received == []


class Names:
    """A resolver that answers each question with the next list of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The addresses that connections are asked for, which lead nowhere but are real calls down to here."""
    import anyio

    asked: list[tuple[str, int]] = []

    async def connect_tcp(remote_host: str, remote_port: int, **_: object) -> None:
        asked.append((remote_host, remote_port))
        raise OSError("nobody is there")

    monkeypatch.setattr(anyio, "connect_tcp", connect_tcp)
    return asked


async def test_the_address_that_was_judged_is_the_one_that_is_connected_to(connected: list[tuple[str, int]]) -> None:
    """DNS rebinding: the second answer is private, and nobody asks for it."""
    names = Names([PUBLIC], ["127.0.0.1"])
    guarded = Sender(Rules(frozenset({443}), frozenset()), seconds=1, at_once=1, resolve=names)
    with pytest.raises(SendFailed, match="nobody is there"):
        await guarded.send("https://rebound.example.org/", {}, "{}")
    assert (names.asked, connected) == (1, [(PUBLIC, 443)])
    with pytest.raises(SendFailed, match="leads to no address of the public internet"):
        await guarded.send("https://rebound.example.org/", {}, "{}")
    assert (names.asked, connected) == (2, [(PUBLIC, 443)])


async def test_of_a_names_addresses_only_the_public_ones_are_tried(connected: list[tuple[str, int]]) -> None:
    names = Names(["10.0.0.1", "2606:4700::1", "::1", PUBLIC, "169.254.169.254"])
    guarded = Sender(Rules(frozenset({443}), frozenset()), seconds=1, at_once=1, resolve=names)
    with pytest.raises(SendFailed, match="nobody is there"):
        await guarded.send("https://mixed.example.org/", {}, "{}")
    assert connected == [("2606:4700::1", 443), (PUBLIC, 443)]


async def test_the_systems_own_resolver_is_asked_and_its_private_answer_refused() -> None:
    guarded = Sender(Rules(frozenset({443}), frozenset()), seconds=5, at_once=1)
    with pytest.raises(SendFailed):
        await guarded.send("https://no-such-name.example.org/", {}, "{}")
    assert await guarded._ask_system("localhost", 443)
    guarded.close()


@pytest.mark.parametrize("name", ["lms.example.org", "other.example.org"])
async def test_a_certificate_is_checked_by_the_name_though_an_address_is_connected_to(
    tmp_path: Path, name: str
) -> None:
    server, client = certified("lms.example.org", tmp_path)
    async with receiving(tls=server) as receiver:
        rules = Rules(frozenset({443}), frozenset({f"{name}:{receiver.port}"}))
        tried = Sender(rules, seconds=5, at_once=1, resolve=Names(["127.0.0.1"]), trust=client)
        sending = tried.send(f"https://{name}:{receiver.port}/hook", {}, "{}")
        if name == "lms.example.org":
            assert await sending == Answer(204)
        else:
            with pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED"):
                await sending
            assert receiver.received == []


async def test_a_test_host_that_is_not_listed_is_not_connected_to(receiver: Receiver) -> None:
    guarded = Sender(Rules(frozenset({443}), frozenset()), seconds=1, at_once=1)
    with pytest.raises(SendFailed, match="not sent: it is not an https:// address"):
        await guarded.send(receiver.url, {}, "{}")
    assert receiver.connections == 0
