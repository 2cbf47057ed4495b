"""Ways that fail: to PostgreSQL with the answer to a COMMIT lost or held, to the API with connections cut."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

PORT = 5432


class LosingProxy:
    """Forwards bytes; the answers to the next `to_lose` commits are read and thrown away, and the connection is closed:
    after `release`, where there is one, which holds what has been committed and not told.
    """

    def __init__(self, dsn: str) -> None:
        self._target = urlsplit(dsn)
        self.to_lose = 0
        self.lost = 0
        self.release: asyncio.Event | None = None

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, until either side ends it or an answer is lost."""
        server_reader, server_writer = await self._connect()
        answers = asyncio.create_task(_forward(server_reader, writer))
        with suppress(ConnectionError):
            await self._ask(reader, server_writer, answers, server_reader)
        answers.cancel()
        for each in (server_writer, writer):
            each.close()

    async def _ask(
        self, reader: StreamReader, server: StreamWriter, answers: asyncio.Task[None], server_reader: StreamReader
    ) -> None:
        while data := await reader.read(65536):
            if self.to_lose and b"COMMIT\0" in data:
                self.to_lose -= 1
                answers.cancel()
                await asyncio.wait({answers})
                server.write(data)
                await server_reader.read(65536)
                self.lost += 1
                if self.release:
                    await self.release.wait()
                return
            server.write(data)

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        folder = parse_qs(self._target.query).get("host", [""])[0]
        if folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{self._target.port or PORT}")
        return await asyncio.open_connection(self._target.hostname, self._target.port or PORT)


async def _forward(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def losing_proxy(dsn: str) -> AsyncGenerator[tuple[LosingProxy, str]]:
    """The proxy, and a DSN that leads through it."""
    proxy = LosingProxy(dsn)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    parts = urlsplit(dsn)
    async with server:
        yield proxy, f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"


class CuttingProxy:
    """Forwards bytes to a port of this machine. Cuts each connection that brings so many from its client: the next
    number of `cuts`, which is used up then; when there are none left, it cuts no more.
    """

    def __init__(self, port: int, cuts: list[int]) -> None:
        self._port = port
        self._cuts = cuts
        self.cut = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection."""
        most = self._cuts[0] if self._cuts else None
        server_reader, server = await asyncio.open_connection("127.0.0.1", self._port)
        answers = asyncio.create_task(_forward(server_reader, writer))
        with suppress(ConnectionError):
            if await self._ask(reader, server, most):
                self.cut += 1
                self._cuts.pop(0)
        answers.cancel()
        for each in (server, writer):
            each.transport.abort()

    def cut_next(self, cuts: list[int]) -> None:
        """Cut the next connections after so many bytes each."""
        self._cuts = [*cuts]

    async def _ask(self, reader: StreamReader, server: StreamWriter, most: int | None) -> bool:
        """Whether there was more to forward than the number allows."""
        sent = 0
        while data := await reader.read(65536):
            if most is not None and sent + len(data) > most:
                server.write(data[: most - sent])
                await server.drain()
                return True
            sent += len(data)
            server.write(data)
            await server.drain()
        return False


@asynccontextmanager
async def cutting_proxy(port: int, cuts: list[int]) -> AsyncGenerator[tuple[CuttingProxy, int]]:
    """The proxy, and the port that it listens on."""
    proxy = CuttingProxy(port, cuts)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    async with server:
        yield proxy, server.sockets[0].getsockname()[1]
