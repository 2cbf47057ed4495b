"""The ASGI application: the wires, their reference, and the pages that operators ask for."""

import asyncio
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, get
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.response import Response
from loguru import logger

from app.auth.session import Sessions
from app.boot import TABLE, UPLOADS, Service, configure_process
from app.gen.files import OPENAPI, OPENRPC, documents
from app.gen.page import Page, pages
from app.metrics import CONTENT_TYPE
from app.processes import end_with_parent
from app.rpc.surface import surface
from app.settings import Settings, read_settings
from app.storage.addresses import PATH as DOWNLOADS
from app.tracing import end_tracing
from app.transports.browsers import Browsers
from app.transports.calls import Calls
from app.transports.dashboard import ROOT, Cookie, Dashboard, Ui
from app.transports.downloads import Downloads
from app.transports.heap import freeze_heap
from app.transports.litestar import AsgiApp, application, handler, wires
from app.transports.mount import Mount
from app.transports.streams import Streams
from app.transports.wire import WireSettings
from app.work.dashboard import QueueDesk, assets, page

NOT_READY = 503


def create_app(settings: Settings | None = None) -> AsgiApp:
    """The application of one API process; resources open when the server starts it."""
    end_with_parent()
    settings = settings or read_settings()
    configure_process(settings)
    service = Service(settings)
    calls = Calls(service.dispatcher, service.make_context)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        async with service.open():
            freeze_heap()
            with calls.streams.ended_by_signals():
                yield
            await calls.settle()
        await asyncio.to_thread(end_tracing)

    described = documents(surface(TABLE))
    https = settings.public_url.startswith("https://")
    calling, own = Browsers(settings.origins, https=https), Browsers(https=https)
    return application(
        wires(calls, WireSettings(), report_bug, described[OPENRPC].encode(), UPLOADS, calling),
        report_bug,
        [
            *[_page(path, page) for path, page in pages(described[OPENAPI]).items()],
            _downloads(service, calling),
            *_probes(service, settings),
            *_metrics(service, settings.metrics_token),
            *_dashboard(service, settings, calls, own),
        ],
        [lifespan],
        own,
    )


def _downloads(service: Service, browsers: Browsers) -> ASGIRouteHandler:
    """Files of a folder, at their signed addresses."""
    # streams of its own: signals end event streams, and a file is sent to its end
    return handler(DOWNLOADS, Mount(Downloads(lambda: service.resources), Streams(), report_bug, browsers))


def _probes(service: Service, settings: Settings) -> list[HTTPRouteHandler]:
    """What a supervisor asks for."""

    @get("/health", sync_to_thread=False)
    def health() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok", "version": settings.version}

    @get("/ready")
    async def ready() -> Response[dict[str, bool]]:
        """Whether the process can serve, and what it depends on; a missing worker only delays the work."""
        checks = await service.readiness()
        serving = checks["database"] and checks["redis"] and checks["migrations"]
        return Response({"ready": serving, **checks}, status_code=200 if serving else NOT_READY)

    return [health, ready]


def _metrics(service: Service, token: str) -> list[HTTPRouteHandler]:
    """/metrics, if there is a token to ask for: its figures are of all tenants, and nobody else's business."""
    expected = f"Bearer {token}".encode()

    @get("/metrics")
    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        """What Prometheus scrapes."""
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise NotAuthorizedException(
                "The token of METRICS_TOKEN is required", headers={"www-authenticate": "Bearer"}
            )
        return Response(await service.metrics(), media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})

    return [metrics] if token else []


def _dashboard(service: Service, settings: Settings, calls: Calls, browsers: Browsers) -> list[ASGIRouteHandler]:
    """/admin/queues, if there is a secret to sign its cookies with."""
    secret = settings.session_secret or settings.jwt_secret
    if not secret:
        return []
    ui, cookie = Ui(page(ROOT), assets()), Cookie(secure=not settings.development)
    desk = QueueDesk(lambda: service.resources)
    codec = Dashboard(desk, ui, Sessions(secret), lambda: service.resources.gate, cookie)
    return [handler(ROOT, Mount(codec, calls.streams, report_bug, browsers))]


def _page(path: str, page: Page) -> HTTPRouteHandler:
    @get(path, sync_to_thread=False)
    def show(request: Request[Any, Any, Any]) -> Response[bytes]:
        packed = "gzip" in request.headers.get("accept-encoding", "")
        encoding = {"content-encoding": "gzip"} if packed else {}
        body = page.packed if packed else page.body
        return Response(body, media_type=page.media_type, headers={**page.headers, **encoding})

    return show


def report_bug(error_id: str, error: Exception) -> None:
    """Log what failed outside of the wires."""
    logger.bind(errorId=error_id).opt(exception=error).error("request failed")
