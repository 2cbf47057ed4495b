"""One POST to an address that a stranger has chosen: bounded in time and size, and only to where it may go.

httpcore follows no redirect, reads no proxy variable and decodes no body; its network backend is where a name's
addresses are looked at. A connection is made to the very address that was judged, so that a second, other answer of DNS
is never asked for. No connection is used twice.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore
import httpx

from app.webhooks.addresses import is_public
from app.webhooks.targets import Rules, Target, TargetRefused, read_target

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""The IP addresses of a name, for a port. Raises OSError."""

ANSWER_BYTES: Final = 64 * 1024
"""The most that is read of an answer, its head included."""
_ERROR_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; `retry_after` in seconds, where it asked for patience."""

    status: int
    retry_after: float | None = None


class SendFailed(Exception):
    """There was no answer; the message says why, for the owner of the address."""


class AnswerCut(Exception):
    """The answer is longer than what is read of one."""


class Sender:
    """Sends, at most `at_once` at the same time. `resolve` and `trust` are the system's unless given."""

    def __init__(
        self,
        rules: Rules,
        *,
        seconds: float,
        at_once: int,
        resolve: Resolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._seconds = seconds
        self._trust = trust or httpx.create_ssl_context()
        # threads of its own: a name server that does not answer must not take those that others work in
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="webhook-dns")
        self._resolve = resolve or self._ask_system

    async def send(self, url: str, headers: Mapping[str, str], body: str, began: float | None = None) -> Answer:
        """POST the JSON text. `began` is when the time for it began to run, by the event loop's clock.

        Raises SendFailed.
        """
        deadline = (asyncio.get_running_loop().time() if began is None else began) + self._seconds
        try:
            target = read_target(url, self._rules)
            async with asyncio.timeout_at(deadline):
                return await self._post(target, headers, body.encode())
        except TargetRefused as refused:
            raise SendFailed(f"not sent: {refused}") from None
        except TimeoutError:
            raise SendFailed(f"no complete answer within {self._seconds:g} s") from None
        except AnswerCut:
            raise SendFailed(f"the head of the answer is longer than {ANSWER_BYTES} bytes") from None
        except httpcore.ProtocolError:
            raise SendFailed("the answer is not HTTP, or was cut off") from None
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError, ValueError) as error:
            raise SendFailed(f"connection failed: {error}"[:_ERROR_LENGTH]) from None

    async def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        sent = {
            "host": target.authority,
            "content-type": "application/json",
            "content-length": str(len(body)),
            **headers,
        }
        pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
        backend = _GuardedBackend(self._resolve, any_address=target.is_test_host)
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=backend) as pool,
            pool.stream("POST", url, headers=pairs, content=body) as response,
        ):
            try:
                async for _ in response.aiter_stream():
                    pass  # read to its end, since some servers stop working when a client leaves early
            except AnswerCut:
                pass
            return Answer(response.status, _retry_after(response.headers))

    async def _ask_system(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        ask = socket.getaddrinfo
        found = await loop.run_in_executor(self._threads, ask, host, port, 0, socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def close(self) -> None:
        """Let go of the threads; one that still waits for a name server is left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses of a name that are public, one after the other, unless to `any_address`."""

    def __init__(self, resolve: Resolver, *, any_address: bool) -> None:
        self._resolve = resolve
        self._any_address = any_address
        # pyright sees the stand-in that httpcore has for where anyio is missing
        self._network: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend()  # pyright: ignore[reportAttributeAccessIssue]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await self._resolve(host, port)
        allowed = [address for address in found if self._any_address or is_public(address)]
        if not allowed:
            raise TargetRefused(f"{host} leads to no address of the public internet")
        for address in allowed[:-1]:
            try:
                return _Bounded(await self._network.connect_tcp(address, port, timeout, local_address, socket_options))
            except httpcore.ConnectError:
                continue
        return _Bounded(await self._network.connect_tcp(allowed[-1], port, timeout, local_address, socket_options))


class _Bounded(httpcore.AsyncNetworkStream):
    """A stream of which no more than ANSWER_BYTES are read."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = ANSWER_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._left == 0:
            raise AnswerCut
        data = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Bounded(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """Seconds of a Retry-After header, which is a number of them or a date (RFC 9110, section 10.2.3)."""
    value = next((value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after"), "")
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, or one of numbers without end
        return None
