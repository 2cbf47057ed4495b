"""The routes of the service before this one (domain.md section 8), for frontends that still call them: each a thin call
of a procedure, with the error texts and codes of old.
"""

from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID

import msgspec

from app.leases import SystemFull, UserLimitReached
from app.rpc import Code, Failure, RpcError
from app.rpc.protocol_errors import BodyCut, InvalidInput, MethodNotSupported, ParseError, ProcedureNotFound
from app.transports.answers import JSON_HEADERS, failure_headers
from app.transports.body import BodyReader
from app.transports.calls import Calls, Encoded, encode
from app.transports.http import HttpRequest, HttpResponse
from app.transports.wire import WireSettings

INVALID: Final = (InvalidInput, ParseError, BodyCut)
AT_LIMIT: Final = (UserLimitReached, SystemFull)
UNAUTHORIZED: Final = "Требуется авторизация"
INVALID_REQUEST: Final = "Некорректный формат запроса"
CONCURRENCY_LIMIT: Final = "Достигнут лимит одновременных генераций. Пожалуйста, дождитесь завершения текущих курсов."
INTERNAL_ERROR: Final = "Внутренняя ошибка сервера"
_BAD_REQUEST: Final = 400
_SERVER_ERROR: Final = 500


class OldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as the old routes tell it; `details` where there are any."""

    error: str
    code: str
    details: Any = None


class _Course(msgspec.Struct, frozen=True):
    id: UUID


class Compat:
    """The codec of the old routes; its paths are relative to `/api`."""

    def __init__(self, calls: Calls, wire: WireSettings) -> None:
        self._calls = calls
        self._bodies = BodyReader(wire)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        try:
            return _answer(await self._called(request))
        except RpcError as error:
            return failed(self._calls.refused(None, error))

    def _called(self, request: HttpRequest) -> Awaitable[Encoded]:
        match request.path.split("/"):
            case ["coursegen", "generate"]:
                _check_method(request, "POST")
                return self._generate(request)
            case ["courses", slug, "check-status"]:
                _check_method(request, "GET", "HEAD")
                return self._of_course("generation.getStatus", slug, request)
            case ["courses", slug, "cancel"]:
                _check_method(request, "POST")
                return self._of_course("generation.cancel", slug, request)
            case _:
                raise ProcedureNotFound(procedure=request.path[:200])

    async def _generate(self, request: HttpRequest) -> Encoded:
        """The body is the procedure's input, whatever its content type says: the old route never looked."""
        route = self._calls.route("generation.initiate")
        body = await self._bodies.read_bytes(request, route.procedure.options.body_limit)
        return await self._calls.call(route, body, request)

    async def _of_course(self, path: str, slug: str, request: HttpRequest) -> Encoded:
        """Call a procedure of one course, which the old routes name by its slug."""
        found = await self._calls.call(self._calls.route("courses.getBySlug"), encode({"slug": slug}), request)
        if isinstance(found, Failure):
            return found
        course = msgspec.json.decode(found, type=_Course)
        return await self._calls.call(self._calls.route(path), encode({"courseId": course.id}), request)


def _check_method(request: HttpRequest, *allowed: str) -> None:
    if request.method not in allowed:
        raise MethodNotSupported(
            method=request.method[:20], kind="old", procedure=request.path[:200], allow=", ".join(allowed)
        )


def _answer(result: Encoded) -> HttpResponse:
    return failed(result) if isinstance(result, Failure) else HttpResponse(200, JSON_HEADERS, result)


def failed(failure: Failure) -> HttpResponse:
    """A failure as the old routes answer it."""
    error = failure.error
    status = _BAD_REQUEST if isinstance(error, INVALID) else error.code.http_status
    return HttpResponse(status, failure_headers(error), encode(old_error(failure)))


def old_error(failure: Failure) -> OldError:
    """Text and code of old where there was one; else the error's own. What a declared failure of ours says to its
    caller (a start that was rolled back) is kept, all else that is ours is masked.
    """
    error = failure.error
    details = error.issues or error.details or None
    if isinstance(error, INVALID):
        return OldError(INVALID_REQUEST, "INVALID_REQUEST", details)
    if isinstance(error, AT_LIMIT):
        return OldError(CONCURRENCY_LIMIT, "CONCURRENCY_LIMIT", details)
    if error.code is Code.UNAUTHORIZED:
        return OldError(UNAUTHORIZED, "UNAUTHORIZED", details)
    if error.code.http_status >= _SERVER_ERROR:
        told = failure.declared and error.code is Code.INTERNAL_SERVER_ERROR
        return OldError(error.message if told else INTERNAL_ERROR, "INTERNAL_ERROR", details)
    return OldError(error.message, error.code.name, details)
