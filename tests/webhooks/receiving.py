"""Receivers of webhooks on this machine: what each answers is its script, and they remember what they were sent."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One request, its header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a receiver does once it has a request."""


def answering(answer: bytes) -> Script:
    """Answers so, each time."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return script


def status(code: int, *headers: str) -> Script:
    """Answers with this status and nothing else."""
    lines = [f"HTTP/1.1 {code} X", "content-length: 0", *headers]
    return answering("".join(f"{line}\r\n" for line in lines).encode() + b"\r\n")


def endless(head: bytes, piece: bytes, pause: float = 0) -> Script:
    """Begins so and goes on for as long as somebody reads."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


async def silence(_writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.Event().wait()


async def closing(_writer: asyncio.StreamWriter) -> None:
    """Closes the connection instead of answering."""


@dataclass
class Receiver:
    """A receiver that runs; `script` may be changed while it does."""

    script: Script = field(default_factory=lambda: answering(OK))
    port: int = 0
    connections: int = 0
    received: list[Received] = field(default_factory=list)

    @property
    def host(self) -> str:
        """As WEBHOOK_TEST_HOSTS lists it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """An address of it."""
        return f"http://{self.host}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of the webhooks in the order in which they came."""
        return [request.headers["webhook-id"] for request in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        gone = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)
        try:
            with suppress(*gone):
                self.received.append(await _request(reader))
                await self.script(writer)
        finally:
            writer.close()
            with suppress(*gone):
                await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Received(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def receiving(
    script: Script | None = None, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncGenerator[Receiver]:
    """A receiver on this port, or one of its own."""
    receiver = Receiver() if script is None else Receiver(script)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(receiver.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
