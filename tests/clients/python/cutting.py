"""A way to a server that a test can cut."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


class CuttingProxy:
    """Forwards bytes to a port; `connections` counts those that were made so far."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: set[StreamWriter] = set()
        self.connections = 0
        self.url = ""

    def cut(self) -> None:
        """Break every connection there is, without a word."""
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, until either side ends it."""
        self.connections += 1
        onward_reader, onward = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, onward}
        await asyncio.gather(_forward(reader, onward), _forward(onward_reader, writer))
        self._open -= {writer, onward}


async def _forward(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def cutting_proxy(target: int) -> AsyncGenerator[CuttingProxy]:
    """A proxy to a port of this machine, at `url`."""
    proxy = CuttingProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()
