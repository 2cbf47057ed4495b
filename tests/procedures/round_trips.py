"""Counts round trips: a proxy on a unix socket in front of a server's own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path


class RoundTrips:
    """`count` grows by one each time a client speaks after the server did: what it then sends waits for an answer."""

    def __init__(self) -> None:
        self.count = 0


class _Turn:
    def __init__(self) -> None:
        self.clients = False


@asynccontextmanager
async def counted(server: Path, proxy: Path) -> AsyncGenerator[RoundTrips]:
    """A socket at `proxy` that leads to the one at `server`, and how often it was asked, for the time of the block."""
    trips = RoundTrips()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(server)
        turn = _Turn()
        for pump in (_ask(reader, far_writer, turn, trips), _answer(far_reader, writer, turn)):
            task = asyncio.create_task(pump)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async with await asyncio.start_unix_server(connected, proxy):
        yield trips
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: _Turn, trips: RoundTrips) -> None:
    while piece := await reader.read(65536):
        trips.count += not turn.clients
        turn.clients = True
        writer.write(piece)
        await writer.drain()
    writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: _Turn) -> None:
    while piece := await reader.read(65536):
        turn.clients = False
        writer.write(piece)
        await writer.drain()
    writer.close()
