"""JSON-RPC 2.0 (jsonrpc.org/specification): `POST /rpc`.

What was understood as JSON-RPC is answered with HTTP 200 and an error object inside (and with `Retry-After` where a
call says when to try again); other HTTP statuses mean that the request did not get as far (405, 408, 413, 415), and
their bodies are error objects with a null id all the same.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from app.rpc import ErrorShape, Failure, Issue, Route, RpcError
from app.rpc.protocol_errors import (
    JSON_RPC_NUMBERS,
    InvalidInput,
    MalformedRequest,
    MethodNotSupported,
    ParseError,
    PayloadTooLarge,
)
from app.transports.answers import JSON_HEADERS, failure_headers, retry_headers
from app.transports.body import BodyReader
from app.transports.calls import Calls, encode
from app.transports.http import HttpRequest, HttpResponse
from app.transports.together import together
from app.transports.wire import WireSettings

_NULL: Final = b"null"
_DISCOVER: Final = "rpc.discover"
_ENVELOPE_ROOM = 4096
_SPACE = b" \t\r\n"
_STARTS_OF_AN_ID = b'"-0123456789n'
_START_OF_AN_OBJECT = b"{"
_STARTS_OF_PARAMS = b"{["

_MaybeRaw = Raw | UnsetType


class _Call(msgspec.Struct, frozen=True):
    jsonrpc: Literal["2.0"]
    method: str
    params: _MaybeRaw = UNSET
    id: _MaybeRaw = UNSET


class _Identified(msgspec.Struct, frozen=True):
    id: _MaybeRaw = UNSET


class _ByPosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    input: _MaybeRaw = UNSET


_call: Final = msgspec.json.Decoder(_Call)
_identified: Final = msgspec.json.Decoder(_Identified)
_by_position: Final = msgspec.json.Decoder(_ByPosition)


def _batch_decoder(maximum: int, piece: object) -> msgspec.json.Decoder[msgspec.Struct]:
    """Decodes an array of up to `maximum` calls and one more, which tells of too many.

    What comes after those is checked and skipped without making objects: ten megabytes of `[],[],...` would become a
    gigabyte of them.
    """
    fields = [(f"call{number}", piece, UNSET) for number in range(maximum + 1)]
    return msgspec.json.Decoder(msgspec.defstruct("Batch", fields, array_like=True))


class JsonRpc:
    """The codec of JSON-RPC 2.0. `document` is the OpenRPC document, as JSON, that `rpc.discover` answers with."""

    def __init__(self, calls: Calls, wire: WireSettings, document: bytes | None = None) -> None:
        self._calls = calls
        self._wire = wire
        self._document = document
        self._bodies = BodyReader(wire)
        self._batch = _batch_decoder(wire.batch_limit, _Call | UnsetType)
        self._pieces_of_batch = _batch_decoder(wire.batch_limit, _MaybeRaw)
        self._body_limit = calls.largest_body + _ENVELOPE_ROOM

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        try:
            if request.method != "POST":
                raise MethodNotSupported(method=request.method[:20], kind="JSON-RPC", procedure="/rpc", allow="POST")
            body = await self._bodies.read(request, self._body_limit)
        except RpcError as error:
            failure = Failure(error)
            return HttpResponse(error.code.http_status, failure_headers(error), _error(failure, _NULL))
        failed: list[RpcError] = []
        answer = await self._answer(body or b"", request, failed)
        if answer is None:
            return HttpResponse(204, ())
        return HttpResponse(200, JSON_HEADERS + retry_headers(failed) if failed else JSON_HEADERS, answer)

    async def _answer(self, body: bytes, request: HttpRequest, failed: list[RpcError]) -> bytes | None:
        try:
            body.decode()  # pieces are passed on undecoded, so the text is checked as a whole
            if body.lstrip(_SPACE)[:1] == b"[":
                return await self._many(self._split(body), request, failed)
            return await self._one(_understood(body), request, failed)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _error(Failure(ParseError()), _NULL)
        except MalformedRequest as error:
            return _error(Failure(error), _NULL)

    def _split(self, body: bytes) -> Sequence[_Call | bytes]:
        """The calls of a batch, all read at once; one by one, if one of them is none."""
        try:
            pieces = _given(self._batch.decode(body))
        except msgspec.ValidationError:
            pieces = [_understood(piece) for piece in _given(self._pieces_of_batch.decode(body))]
        if not pieces:
            raise MalformedRequest(reason="A batch must hold at least one call")
        if len(pieces) > self._wire.batch_limit:
            raise MalformedRequest(reason=f"A batch must not hold more than {self._wire.batch_limit} calls")
        return pieces

    async def _many(self, calls: Sequence[_Call | bytes], request: HttpRequest, failed: list[RpcError]) -> bytes | None:
        answers = await together(self._one(call, request, failed) for call in calls)
        told = [answer for answer in answers if answer is not None]
        return b"[" + b",".join(told) + b"]" if told else None

    async def _one(self, call: _Call | bytes, request: HttpRequest, failed: list[RpcError]) -> bytes | None:
        if isinstance(call, bytes):
            return call
        params, call_id = call.params, call.id
        if params is not UNSET and _first(params) not in _STARTS_OF_PARAMS:
            return _error(Failure(MalformedRequest(reason="`params` must be an object or an array")), _told_id(call_id))
        if call_id is not UNSET and _first(call_id) not in _STARTS_OF_AN_ID:
            return _error(Failure(MalformedRequest(reason="`id` must be a string, a number or null")), _NULL)
        result = await self._call(call.method, params, request)
        if call_id is UNSET:
            return None
        if isinstance(result, Failure):
            failed.append(result.error)
            return _error(result, bytes(call_id))
        return b'{"jsonrpc":"2.0","result":%b,"id":%b}' % (result, bytes(call_id))

    async def _call(self, method: str, params: _MaybeRaw, request: HttpRequest) -> bytes | Failure:
        if method == _DISCOVER and self._document is not None:
            return self._document
        route = None
        try:
            route = self._calls.route(method)
            return await self._calls.call(route, _input(route, params), request)
        except RpcError as error:
            return self._calls.refused(route, error)


def _input(route: Route, params: _MaybeRaw) -> Raw | None:
    if route.procedure.kind == "subscription":
        raise MethodNotSupported(method="JSON-RPC", kind="subscription", procedure=route.path, allow="GET")
    if params is UNSET:
        return None
    limit = route.procedure.options.body_limit
    if memoryview(params).nbytes > limit:
        raise PayloadTooLarge(limit_bytes=limit)
    if _first(params) in _START_OF_AN_OBJECT:
        return params
    try:
        only = _by_position.decode(params).input
    except msgspec.ValidationError:
        raise InvalidInput(
            problems=(Issue("$", "Send the input as an object, or as the only element of an array"),)
        ) from None
    return None if only is UNSET else only


def _understood(piece: bytes | Raw) -> _Call | bytes:
    """A call, or the answer to what is none."""
    try:
        return _call.decode(piece)
    except msgspec.ValidationError as problem:
        return _error(Failure(MalformedRequest(reason=f"Not a JSON-RPC 2.0 request: {problem}")), _id_of(piece))


def _given(pieces: msgspec.Struct) -> list[Any]:
    return [piece for piece in msgspec.structs.astuple(pieces) if piece is not UNSET]


def _id_of(piece: bytes | Raw) -> bytes:
    """The id of something that is not a request, if it has a valid one."""
    try:
        return _told_id(_identified.decode(piece).id)
    except msgspec.ValidationError:
        return _NULL


def _told_id(found: _MaybeRaw) -> bytes:
    return _NULL if found is UNSET or _first(found) not in _STARTS_OF_AN_ID else bytes(found)


def _first(text: Raw) -> int:
    """The first byte of a JSON text, which has one; without a copy of all others."""
    return memoryview(text)[0]


def _error(failure: Failure, call_id: bytes) -> bytes:
    shape = failure.shape()
    number = JSON_RPC_NUMBERS.get(type(failure.error), shape.code)
    told = encode(ErrorShape(number, shape.message, shape.data))
    return b'{"jsonrpc":"2.0","error":%b,"id":%b}' % (told, call_id)
