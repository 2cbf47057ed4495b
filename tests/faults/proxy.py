"""A way to PostgreSQL that loses the answer to a COMMIT: it arrives, and the connection breaks before it is told."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

PORT = 5432


class LosingProxy:
    """Forwards bytes; the answers to the next `to_lose` commits are read and thrown away."""

    def __init__(self, dsn: str) -> None:
        self._target = urlsplit(dsn)
        self.to_lose = 0
        self.lost = 0

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
