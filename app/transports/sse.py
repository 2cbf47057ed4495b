"""Event streams (WHATWG HTML, section 9.2) as tRPC's clients read them, and resuming after a lost connection.

Event names and the three line breaks after each event are those of the reference server.
"""

import asyncio
import typing
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import msgspec

from app.rpc import Failure, Route
from app.rpc.protocol_errors import InvalidConnectionParams
from app.transports.calls import Event, Events
from app.transports.handover import Handover
from app.transports.http import HttpRequest, query_parameter

EVENT_STREAM_HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
)
_CONNECTED = b"event: connected\ndata: {}\n\n\n"
_PING = b"event: ping\ndata: \n\n\n"
_RETURN = b"event: return\ndata: \n\n\n"
_RESUME_FIELD = "lastEventId"
_NO_ID = frozenset(b"\r\n\0")
_params = msgspec.json.Decoder(dict[str, str] | None)

Begin = Callable[[], Awaitable[Events | Failure]]
EncodeFailure = Callable[[Failure], bytes]
_Handover = Handover[Event | Failure | None]


async def event_stream(
    begin: Begin, ping: float, encode_failure: EncodeFailure, last_id: str | None = None
) -> AsyncGenerator[bytes, None]:
    """The stream's bytes, event by event, with a ping after `ping` seconds of silence. Closes what it has begun.

    `last_id` is the event that the client resumes after: it stays its last one until a tracked event comes.

    One task runs the procedure from its first line to its last, so that a timeout or a task group inside it may
    span its events.
    """
    handover = _Handover()
    producer = asyncio.create_task(_produce(begin, handover))
    try:
        yield _CONNECTED
        while True:
            try:
                event = await handover.get(ping)
            except TimeoutError:
                if producer.done():
                    producer.result()  # a bug of ours: break the stream off, nothing will come
                yield _PING
                continue
            if isinstance(event, Failure):
                yield b"event: serialized-error\ndata: %b\n\n\n" % encode_failure(event)
                return
            if event is None or event.last:
                yield _RETURN
                return
            yield _data(event, last_id)
            last_id = event.id or last_id
            del event  # it may be long until the next one, and streams are many
    finally:
        producer.cancel()
        await asyncio.wait((producer,))


async def _produce(begin: Begin, handover: _Handover) -> None:
    begun = await begin()
    if isinstance(begun, Failure):
        await handover.put(begun)
        return
    async with aclosing(begun) as events:
        async for event in events:
            await handover.put(event)
            del event
    await handover.put(None)


def _data(event: Event, last_id: str | None) -> bytes:
    if event.id is not None:
        return b"data: %b\nid: %b\n\n\n" % (event.data, event.id.encode())
    if last_id is None:
        return b"data: %b\n\n\n" % event.data
    # an untracked event must not carry the id of an earlier one, yet the client must still resume after that one
    return b"data: %b\nid: \n\n\nevent: restore-id\ndata: \nid: %b\n\n\n" % (event.data, last_id.encode())


def last_event_id(request: HttpRequest) -> str | None:
    """After which event the client wants to go on: its `Last-Event-ID` header, else `?lastEventId=`.

    What no event can have as its id is no last event id.
    """
    sent = request.headers.raw(b"last-event-id") or query_parameter(request.query, b"lastEventId")
    return sent.decode("utf-8", "replace") if sent and _NO_ID.isdisjoint(sent) else None


def connection_params(request: HttpRequest) -> dict[str, str] | None:
    """tRPC's `?connectionParams=`, an object of strings, or None; raises InvalidConnectionParams."""
    sent = query_parameter(request.query, b"connectionParams") if request.query else None
    if sent is None:
        return None
    try:
        params: dict[str, str] | None = _params.decode(sent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidConnectionParams() from None
    return params


def resumed(route: Route, raw: bytes | None, last_id: str | None) -> bytes | None:
    """The input with the last event id in its `lastEventId`, where the procedure's input has such a field.

    An input that is no object stays as it is, for the decoder to refuse.
    """
    if last_id is None or not _resumable(route.procedure.signature.input):
        return raw
    try:
        members = msgspec.json.decode(raw or b"{}", type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw
    members[_RESUME_FIELD] = msgspec.Raw(msgspec.json.encode(last_id))
    return msgspec.json.encode(members)


def _resumable(input_type: Any) -> bool:
    options = typing.get_args(input_type) or (input_type,)
    return any(_RESUME_FIELD in getattr(option, "__struct_encode_fields__", ()) for option in options)
