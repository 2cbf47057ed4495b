"""Open event streams: each ends with its events, with its client, or with the process."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from types import FrameType

from app.transports.http import Receive, Send


class Streams:
    """The event streams that one process sends."""

    def __init__(self) -> None:
        self._waits: set[asyncio.Task[None]] = set()
        self._ended = False

    async def send(self, stream: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
        """Send the pieces until they end, the client leaves, or `end` is called; then close the stream."""
        sending = asyncio.create_task(_send_pieces(stream, send))
        waiting = asyncio.create_task(_until_left(receive))
        self._waits.add(waiting)
        if self._ended:
            waiting.cancel()
        try:
            await _first_of(sending, waiting)
        finally:
            self._waits.discard(waiting)
            sending.cancel()
            waiting.cancel()
            await asyncio.wait((sending, waiting))
        if not sending.cancelled():
            sending.result()
        elif waiting.cancelled():
            await send({"type": "http.response.body", "body": b""})

    def end(self) -> None:
        """End all streams, and from now on new ones at once; without a `return` event, so that clients come again."""
        self._ended = True
        for waiting in self._waits:
            waiting.cancel()

    @contextlib.contextmanager
    def ended_by_signals(self) -> Generator[None]:
        """While the block runs, SIGTERM and SIGINT end the streams before whatever else they do.

        A server that stops waits for its open responses, and a stream would keep it waiting for ever. The event loop's
        own handlers stay: they are woken by a pipe, whatever handler the signal has.
        """
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are the main thread's alone
            return
        loop = asyncio.get_running_loop()
        previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def stop(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.end)
            before = previous[signal.Signals(number)]
            if callable(before):
                before(number, frame)

        for number in previous:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


async def _first_of(*tasks: asyncio.Task[None]) -> None:
    """Until one of them is over. `asyncio.wait` holds a kilobyte meanwhile, and streams are many."""
    over = asyncio.get_running_loop().create_future()

    def end(_task: asyncio.Task[None]) -> None:
        if not over.done():
            over.set_result(None)

    for task in tasks:
        task.add_done_callback(end)
    await over


async def _send_pieces(stream: AsyncGenerator[bytes, None], send: Send) -> None:
    async with aclosing(stream):
        async for piece in stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            del piece  # it may be long until the next one, and streams are many
    await send({"type": "http.response.body", "body": b""})


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
