"""What a browser asks a server for a page of an origin, and the answers of all kinds that the service has."""

from typing import Any

import httpx

ORIGIN = "https://app.example.org"
SECOND = "http://localhost:3000"
STREAM = '/rpc/generation.watch?input={"courseId":"5f1c2d3e-4b5a-4678-9abc-def012345678"}'
WIRES = {
    "plain": ("POST", "/rpc/system.ping"),
    "plain by GET": ("GET", "/rpc/system.ping"),
    "JSON-RPC": ("POST", "/rpc"),
    "tRPC": ("GET", "/trpc/system.ping"),
    "a batch of tRPC": ("GET", "/trpc/system.ping,system.ping?batch=1&input={}"),
    "the old routes": ("GET", "/api/courses/x/check-status"),
    "uploads": ("POST", "/files/"),
    "an upload": ("HEAD", "/files/5f1c2d3e-4b5a-4678-9abc-def012345678"),
    "events": ("GET", STREAM),
    "events by tRPC": ("GET", STREAM.replace("/rpc", "/trpc")),
    "downloads": ("GET", "/downloads/x"),
    "no procedure": ("POST", "/rpc/no.such"),
    "bad input": ("POST", "/rpc/courses.get"),
    "another method": ("DELETE", "/rpc/system.ping"),
    "a form": ("POST", "/rpc/courses.create"),
}
"""An answer of each kind that a page may be meant for, most of them failures."""
OTHERS = {
    "alive": ("GET", "/health"),
    "ready": ("GET", "/ready"),
    "metrics": ("GET", "/metrics"),
    "the document": ("GET", "/openapi.json"),
    "the page": ("GET", "/docs"),
    "its script": ("GET", "/docs/start.js"),
    "the queues": ("GET", "/admin/queues"),
    "their script": ("GET", "/admin/queues/static/enter.js"),
    "a session": ("POST", "/admin/queues/session"),
    "nothing": ("GET", "/nowhere"),
    "another method there": ("DELETE", "/docs"),
}
"""And of each kind that no other page is meant to see."""


async def ask(http: httpx.AsyncClient, method: str, path: str, **headers: str) -> httpx.Response:
    """A request with these headers and nothing in it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    form: dict[str, Any] = {"files": {"x": b"y"}} if path == "/rpc/courses.create" else {}
    return await http.request(method, path, headers=named, **form)


async def preflight(
    http: httpx.AsyncClient, path: str, origin: str | None, method: str = "POST", asked: str = "authorization"
) -> httpx.Response:
    """What a browser asks before a page's request that is not simple (Fetch, CORS-preflight fetch)."""
    headers = {"access-control-request-method": method, "access-control-request-headers": asked}
    return await http.options(path, headers=headers if origin is None else {**headers, "origin": origin})
