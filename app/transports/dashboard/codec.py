"""The dashboard's requests: the guard before each, and what the page asks for."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from app.auth.claims import Claims, Role
from app.auth.errors import Forbidden, Unauthorized
from app.auth.gate import Gate
from app.auth.session import Session, Sessions
from app.rpc import Code, Failure, RpcError
from app.rpc.protocol_errors import MethodNotSupported
from app.transports.answers import JSON_HEADERS, failure_headers
from app.transports.calls import encode
from app.transports.dashboard.cookies import Cookie, CrossSite, require_same_origin
from app.transports.dashboard.pages import ROOT, Ui
from app.transports.http import HttpRequest, HttpResponse

_SCHEME: Final = "bearer "
_READS: Final = ("GET", "HEAD")


class NoSuchPage(RpcError, code=Code.NOT_FOUND):
    """There is no such page"""


class Desk(Protocol):
    """What a superadmin sees and does; each method raises Forbidden for whom is none (any more)."""

    async def enter(self, claims: Claims) -> None:
        """Note that the superadmin comes in."""

    async def queues(self, claims: Claims) -> dict[str, Any]:
        """All queues."""
        ...

    async def queue(self, claims: Claims) -> dict[str, Any]:
        """The queue with its jobs."""
        ...

    async def job(self, claims: Claims, key: str) -> dict[str, Any]:
        """One job."""
        ...

    async def retry(self, claims: Claims, key: str) -> None:
        """Queue an exhausted job once more."""

    async def abort(self, claims: Claims, key: str) -> None:
        """Stop a job with its run."""


class Dashboard:
    """The codec of `/admin/queues`. No database connection is opened before a token or a cookie is verified."""

    def __init__(self, desk: Desk, ui: Ui, sessions: Sessions, gate: Callable[[], Gate], cookie: Cookie) -> None:
        self._desk = desk
        self._ui = ui
        self._sessions = sessions
        self._gate = gate
        self._cookie = cookie

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        try:
            return await self._answer(request, request.path.split("/"))
        except RpcError as error:
            body = encode({"error": Failure(error).shape()})
            return HttpResponse(error.code.http_status, failure_headers(error), body)

    async def _answer(self, request: HttpRequest, path: list[str]) -> HttpResponse:
        match path:
            case ["session"]:
                return await self._session(request)
            case ["api", "queues", _, "jobs", key, ("retry" | "abort") as action]:
                return await self._change(request, key, action)
            case _ if request.method not in _READS:
                raise MethodNotSupported(method=request.method[:20], kind="query", procedure=ROOT, allow="GET, HEAD")
            case ["static", name] if asset := self._ui.asset(name):
                return HttpResponse(200, *asset)
            case ["api", *asked]:
                return HttpResponse(200, JSON_HEADERS, encode(await self._read(self._opened(request), asked)))
            case [""] | ["queues", _] | ["queues", _, "jobs", _]:
                return self._page(request)
            case _:
                raise NoSuchPage()

    def _page(self, request: HttpRequest) -> HttpResponse:
        """SAQ's page, or the door."""
        try:
            session = self._opened(request)
        except Unauthorized as error:
            headers, body = self._ui.door()
            return HttpResponse(error.code.http_status, (*headers, (b"www-authenticate", b"Bearer")), body)
        return HttpResponse(200, *self._ui.dashboard(self._sessions.proof(session)))

    async def _read(self, session: Session, asked: list[str]) -> dict[str, Any]:
        match asked:
            case ["queues"]:
                return await self._desk.queues(session.claims)
            case ["queues", _]:
                return await self._desk.queue(session.claims)
            case ["queues", _, "jobs", key]:
                return await self._desk.job(session.claims, key)
            case _:
                raise NoSuchPage()

    async def _change(self, request: HttpRequest, key: str, action: str) -> HttpResponse:
        _require_method(request, "POST")
        claims = self._proven(request).claims
        await (self._desk.retry(claims, key) if action == "retry" else self._desk.abort(claims, key))
        return HttpResponse(200, JSON_HEADERS, b"{}")

    async def _session(self, request: HttpRequest) -> HttpResponse:
        """POST: an access token for a cookie. DELETE: leave."""
        _require_method(request, "POST", "DELETE")
        if request.method == "DELETE":
            self._proven(request)
            return HttpResponse(204, ((b"set-cookie", self._cookie.taken()), (b"cache-control", b"no-store")))
        require_same_origin(request.headers)
        claims = await self._gate().verify(_token(request), request.client, request.headers)
        if claims.role is not Role.SUPERADMIN:
            raise Forbidden()
        await self._desk.enter(claims)
        _, cookie = self._sessions.give(claims)
        return HttpResponse(204, ((b"set-cookie", self._cookie.given(cookie)), (b"cache-control", b"no-store")))

    def _opened(self, request: HttpRequest) -> Session:
        """The session of the request's cookie. Raises Unauthorized."""
        return self._sessions.read(self._cookie.read(request.headers))

    def _proven(self, request: HttpRequest) -> Session:
        """The session of a request that changes something. Raises Unauthorized, CrossSite."""
        require_same_origin(request.headers)
        session = self._opened(request)
        if not self._sessions.proves(session, request.headers.get("x-csrf-token", "")):
            raise CrossSite()
        return session


def _require_method(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        allow = ", ".join(methods)
        raise MethodNotSupported(method=request.method[:20], kind="mutation", procedure=ROOT, allow=allow)


def _token(request: HttpRequest) -> str:
    header = request.headers.get("authorization", "")
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthorized(reason="no bearer token")
    return header[len(_SCHEME) :].strip()
