"""Resumable uploads by the tus protocol, version 1.0 (tus.io/protocols/resumable-upload), as calls of procedures.

Core, and the extensions creation, creation-with-upload, expiration, checksum and termination. What an upload is, who
may make one and how long it lasts is the procedures' affair. Errors are those of the plain wire, body and all.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from app.rpc import Code, Failure, FileStream, RawInput, RpcError, Unencoded
from app.rpc.protocol_errors import MethodNotSupported, ProcedureNotFound
from app.transports.answers import error_answer
from app.transports.body import BodyReader
from app.transports.body_stream import BodyStream
from app.transports.calls import Calls, encode
from app.transports.http import HeaderPairs, Headers, HttpRequest, HttpResponse
from app.transports.tus_headers import encode_metadata, number, read_metadata
from app.transports.wire import WireSettings

VERSION: Final = b"1.0.0"
_EXTENSIONS: Final = b"creation,creation-with-upload,expiration,checksum,termination"
_BYTES: Final = b"application/offset+octet-stream"
_RESUMABLE: Final = ((b"tus-resumable", VERSION),)
_NO_STORE: Final = ((b"cache-control", b"no-store"),)
_VERSION: Final = ((b"tus-version", VERSION),)
_CHECKSUM_MISMATCH: Final = 460
_CREATED, _OK, _DONE = 201, 200, 204


class TusProcedures(msgspec.Struct, frozen=True, kw_only=True):
    """The procedures that stand behind the protocol, by their paths, and what they take.

    `create` takes the members of `metadata` (their names in Upload-Metadata to those of the input) and `fileSize`;
    `append` takes a form of `uploadId`, `offset`, `checksum` where there is one, and a file; `get` and `cancel` take
    `uploadId`.
    All but `cancel` give `uploadId`, `fileSize`, `offset`, `expiresAt` and the metadata.
    """

    create: str
    get: str
    append: str
    cancel: str
    metadata: dict[str, str]
    largest: int
    """Bytes of the largest upload that anyone may make."""
    algorithms: tuple[str, ...]
    """The checksums that `append` knows, and the name of its error for one that is not right."""
    checksum_mismatch: str


class TusVersion(RpcError, code=Code.PRECONDITION_FAILED):
    """Unsupported version of the tus protocol: send Tus-Resumable: 1.0.0"""


class OffsetStreamOnly(RpcError, code=Code.UNSUPPORTED_MEDIA_TYPE):
    """Unsupported content type: send application/offset+octet-stream"""


class Tus:
    """The codec of tus, mounted at `prefix`."""

    def __init__(self, calls: Calls, wire: WireSettings, procedures: TusProcedures, prefix: str) -> None:
        self._calls = calls
        self._bodies = BodyReader(wire)
        self._procedures = procedures
        self._prefix = prefix

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        override = request.headers.get("x-http-method-override")
        method = (override or request.method).upper()
        if method == "OPTIONS":
            response = HttpResponse(_DONE, self._capabilities())
        else:
            try:
                response = await self._answer(method, request)
            except RpcError as error:
                response = self._failed(self._calls.refused(None, error))
        response.headers += _RESUMABLE if _NO_STORE[0] in response.headers else _RESUMABLE + _NO_STORE
        return response

    def _capabilities(self) -> HeaderPairs:
        algorithms = ",".join(self._procedures.algorithms).encode()
        return (
            *_VERSION,
            (b"tus-extension", _EXTENSIONS),
            (b"tus-max-size", b"%d" % self._procedures.largest),
            (b"tus-checksum-algorithm", algorithms),
        )

    async def _answer(self, method: str, request: HttpRequest) -> HttpResponse:
        if request.headers.raw(b"tus-resumable") != VERSION:
            response = self._failed(self._calls.refused(None, TusVersion()))
            response.headers += _VERSION
            return response
        if not request.path:
            _require(method, "POST")
            return await self._create(request)
        upload = _upload_id(request.path)
        _require(method, "HEAD", "PATCH", "DELETE")
        if method == "HEAD":
            return await self._tell(upload, request)
        return await (self._append(upload, request) if method == "PATCH" else self._cancel(upload, request))

    async def _create(self, request: HttpRequest) -> HttpResponse:
        sent = read_metadata(request.headers.get("upload-metadata", ""))
        given: dict[str, Any] = {name: sent[key] for key, name in self._procedures.metadata.items() if key in sent}
        given["fileSize"] = number(request.headers, "upload-length")
        made = await self._called(self._procedures.create, encode(given), request)
        if isinstance(made, Failure):
            return self._failed(made)
        location = ((b"location", f"{self._prefix}/{made['uploadId']}".encode()),)
        if not _carries_bytes(request.headers):
            return HttpResponse(_CREATED, location + _expiry(made))
        added = await self._add(made["uploadId"], 0, request)
        if isinstance(added, Failure):
            response = self._failed(added)
            response.headers += location
            return response
        return HttpResponse(_CREATED, location + _offset(added) + _expiry(added))

    async def _tell(self, upload: str, request: HttpRequest) -> HttpResponse:
        told = await self._called(self._procedures.get, encode({"uploadId": upload}), request)
        if isinstance(told, Failure):
            return self._failed(told)
        metadata = encode_metadata({key: str(told[name]) for key, name in self._procedures.metadata.items()})
        length = (b"upload-length", b"%d" % told["fileSize"])
        return HttpResponse(_OK, (length, (b"upload-metadata", metadata), *_offset(told), *_expiry(told)))

    async def _append(self, upload: str, request: HttpRequest) -> HttpResponse:
        if not _carries_bytes(request.headers):
            raise OffsetStreamOnly()
        added = await self._add(upload, number(request.headers, "upload-offset"), request)
        if isinstance(added, Failure):
            return self._failed(added)
        return HttpResponse(_DONE, _offset(added) + _expiry(added))

    async def _add(self, upload: str, offset: int, request: HttpRequest) -> dict[str, Any] | Failure:
        body = self._bodies.stream(request)
        form: dict[str, object] = {"uploadId": upload, "offset": offset}
        checksum = request.headers.get("upload-checksum")
        if checksum is not None:
            form["checksum"] = checksum
        form["file"] = FileStream("", "", _pieces(body), body.length)
        return await self._called(self._procedures.append, Unencoded(form), request)

    async def _cancel(self, upload: str, request: HttpRequest) -> HttpResponse:
        done = await self._called(self._procedures.cancel, encode({"uploadId": upload}), request)
        return self._failed(done) if isinstance(done, Failure) else HttpResponse(_DONE, ())

    async def _called(self, path: str, raw: RawInput, request: HttpRequest) -> dict[str, Any] | Failure:
        result = await self._calls.call(self._calls.route(path), raw, request)
        return result if isinstance(result, Failure) else msgspec.json.decode(result, type=dict[str, Any])

    def _failed(self, failure: Failure) -> HttpResponse:
        response = error_answer(failure)
        if type(failure.error).__name__ == self._procedures.checksum_mismatch:
            response.status = _CHECKSUM_MISMATCH
        return response


async def _pieces(body: BodyStream) -> AsyncIterator[bytes]:
    while (piece := await body.next()) is not None:
        yield piece


def _carries_bytes(headers: Headers) -> bool:
    return headers.raw(b"content-type") == _BYTES


def _require(method: str, *allowed: str) -> None:
    if method not in allowed:
        allow = ", ".join((*allowed, "OPTIONS"))
        raise MethodNotSupported(method=method[:20], kind="upload", procedure="files", allow=allow)


def _upload_id(path: str) -> str:
    try:
        return str(UUID(path))
    except ValueError:
        raise ProcedureNotFound(procedure=f"files/{path[:200]}") from None


def _offset(upload: dict[str, Any]) -> HeaderPairs:
    return ((b"upload-offset", b"%d" % upload["offset"]),)


def _expiry(upload: dict[str, Any]) -> HeaderPairs:
    """When an upload that is not complete ends, as HTTP has dates (RFC 9110, section 5.6.7)."""
    if not upload.get("expiresAt"):
        return ()
    ends = datetime.fromisoformat(upload["expiresAt"]).astimezone(UTC)
    return ((b"upload-expires", format_datetime(ends, usegmt=True).encode()),)
