"""tRPC's batch streams: the outcome of each call as soon as it is there, a line for each.

v11 speaks JSON Lines with references between chunks: a head line tells which chunk each call is, a chunk is
`[index, status, [value, references...]]`, and a reference `[key, kind, index]` says that the value's member `key` (the
value itself where null) comes as a chunk later: once (kind 0), or item by item (kind 1; status 1 an item, 0 the
return, 2 an error). v10 speaks one JSON object, a member a line.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Literal

from app.rpc import Failure
from app.transports.answers import CLOSE, JSON_HEADERS
from app.transports.calls import Event
from app.transports.http import Headers, HttpResponse
from app.transports.trpc_answers import envelope, error_object
from app.transports.trpc_batch import Batch

Format = Literal["jsonl", "v10"]
Lines = AsyncGenerator[bytes, None]

_JSONL: Final = b"application/jsonl"
_PING: Final = b" "
_UNDEFINED: Final = b"[]"


def stream_format(headers: Headers) -> Format | None:
    """How the client wants a batch streamed, or None for one answer at the end."""
    accepted = headers.raw(b"trpc-accept")
    if accepted is None:
        accepts = (part.strip() for part in (headers.raw(b"accept") or b"").split(b","))
        accepted = _JSONL if _JSONL in accepts else b""
    if accepted == _JSONL:
        return "jsonl"
    return "v10" if headers.raw(b"trpc-batch-mode") == b"stream" else None


def batch_stream(batch: Batch, form: Format, ping: float) -> HttpResponse:
    """The streamed answer to a batch, always 200; `ping` in seconds."""
    lines = _jsonl(batch, ping) if form == "jsonl" else _object(batch, ping)
    return HttpResponse(200, JSON_HEADERS + CLOSE if batch.unread else JSON_HEADERS, stream=lines)


async def _jsonl(batch: Batch, ping: float) -> Lines:
    count = len(batch.paths)
    yield b"{%b}\n" % b",".join(b'"%d":[[0],[null,0,%d]]' % (index, index) for index in range(count))
    async with aclosing(_merged([_chunks(batch, index) for index in range(count)], ping)) as lines:
        async for line in lines:
            yield line


async def _chunks(batch: Batch, index: int) -> Lines:
    begun = await batch.begun(index)
    if isinstance(begun, bytes | Failure):
        yield b"[%d,0,[[%b]]]\n" % (index, envelope(begun))
        return
    result, items = len(batch.paths) + 2 * index, len(batch.paths) + 2 * index + 1
    yield b'[%d,0,[[{"result":0}],["result",0,%d]]]\n' % (index, result)
    yield b'[%d,0,[[{"data":0}],["data",1,%d]]]\n' % (result, items)
    async with aclosing(begun) as events:
        async for event in events:
            yield b"[%d,%b]\n" % (items, _item(event))
            if isinstance(event, Failure) or event.last:
                return
    yield b"[%d,0,[%b]]\n" % (items, _UNDEFINED)


def _item(event: Event | Failure) -> bytes:
    if isinstance(event, Failure):
        return b"2,%b" % error_object(event)
    return b"%d,[[%b]]" % (0 if event.last else 1, event.data)


async def _object(batch: Batch, ping: float) -> Lines:
    start = b"{"
    async with aclosing(_merged([_member(batch, index) for index in range(len(batch.paths))], ping)) as members:
        async for member in members:
            if member != _PING:  # this form has none
                yield start + member
                start = b","
    yield b"}"


async def _member(batch: Batch, index: int) -> Lines:
    yield b'"%d":%b\n' % (index, envelope(await batch.result(index)))


async def _merged(sources: list[Lines], ping: float) -> Lines:
    """The lines of all sources as they come, with a ping after so many seconds of silence.

    Each source runs in one task from its first line to its last, so that a time limit inside it may span its items.
    """
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(len(sources))
    tasks = [asyncio.create_task(_pour(source, queue)) for source in sources]
    running = len(tasks)
    try:
        while running:
            try:
                async with asyncio.timeout(ping):
                    line = await queue.get()
            except TimeoutError:
                _raise_failed(tasks)
                yield _PING
                continue
            if line is None:
                running -= 1
            else:
                yield line
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _raise_failed(tasks: list[asyncio.Task[None]]) -> None:
    """Break the stream off for a bug of ours, instead of waiting for ever for what will never come."""
    for task in tasks:
        if task.done():
            task.result()


async def _pour(source: Lines, queue: asyncio.Queue[bytes | None]) -> None:
    async with aclosing(source):
        async for line in source:
            await queue.put(line)
    await queue.put(None)
