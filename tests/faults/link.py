"""A link to a server that fails on command: it stalls, is cut, or loses answers."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

POSTGRES_PORT = 5432


class Link:
    """Forwards bytes of each connection to one server: `socket` is the path of a unix socket, or a port of this
    machine.
    """

    def __init__(self, socket: str | int) -> None:
        self._socket = socket
        self._open: set[StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.to_lose = 0
        self.lost = 0

    @classmethod
    def to_postgres(cls, dsn: str) -> Self:
        """A link to the server of a DSN whose host is a folder of sockets, or this machine."""
        parts = urlsplit(dsn)
        folder = parse_qs(parts.query).get("host", [""])[0]
        port = parts.port or POSTGRES_PORT
        return cls(f"{folder}/.s.PGSQL.{port}" if folder.startswith("/") else port)

    @classmethod
    def to_redis(cls, url: str) -> Self:
        """A link to the server of a unix:// or redis:// address."""
        parts = urlsplit(url)
        return cls(parts.path if parts.scheme == "unix" else parts.port or 6379)

    def stall(self) -> None:
        """From now on nothing passes, in either direction; connections stay open."""
        self._flowing.clear()

    def resume(self) -> None:
        """What was held passes."""
        self._flowing.set()

    def cut(self) -> None:
        """Reset every connection."""
        for each in self._open:
            each.transport.abort()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection."""
        try:
            server_reader, server = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, server}
        async with asyncio.TaskGroup() as both:
            both.create_task(self._forward(reader, server, writer))
            both.create_task(self._forward(server_reader, writer, server, answers=True))
        self._open -= {writer, server}

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if isinstance(self._socket, int):
            return await asyncio.open_connection("127.0.0.1", self._socket)
        return await asyncio.open_unix_connection(Path(self._socket))

    async def _forward(
        self, reader: StreamReader, to: StreamWriter, back: StreamWriter, *, answers: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                if answers and self.to_lose:
                    self.to_lose -= 1
                    self.lost += 1
                    break
                to.write(data)
                await to.drain()
        for each in (to, back):
            each.transport.abort() if answers else each.close()


@asynccontextmanager
async def opened(link: Link) -> AsyncGenerator[int]:
    """The port that leads over the link, for the time of the block."""
    server = await asyncio.start_server(link.serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        link.resume()
        link.cut()


def over(dsn: str, port: int) -> str:
    """A PostgreSQL DSN that leads over the link at this port."""
    parts = urlsplit(dsn)
    return f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"


def redis_over(url: str, port: int) -> str:
    """A Redis address that leads over the link at this port, to the same numbered database."""
    database = parse_qs(urlsplit(url).query).get("db", ["0"])[0]
    return f"redis://127.0.0.1:{port}/{database}"
