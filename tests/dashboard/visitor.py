"""A superadmin's browser, as far as the server can tell: a cookie, the page's proof, and where requests come from."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from app.context import SignedIn
from tests.wire.served import Served
from tests.world import token_of

ROOT = "/admin/queues"
COOKIE = "__Secure-coursegen-admin"


@dataclass(frozen=True)
class Visitor:
    """Requests with a session's cookie."""

    served: Served
    caller: SignedIn
    cookie: str
    proof: str

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        """Read something."""
        return await request(self.served, "GET", path, cookie=f"{COOKIE}={self.cookie}", **headers)

    async def change(self, path: str, method: str = "POST", **headers: str) -> httpx.Response:
        """Change something as the page does it, but for these headers."""
        origin = f"http://127.0.0.1:{self.served.port}"
        sent = {"origin": origin, "sec_fetch_site": "same-origin", "x_csrf_token": self.proof} | headers
        return await request(self.served, method, path, cookie=f"{COOKIE}={self.cookie}", **sent)

    async def answer(self, path: str) -> Any:
        """What the page is told."""
        response = await self.get(path)
        assert response.status_code == 200, response.text
        return response.json()


async def request(served: Served, method: str, path: str, **headers: str) -> httpx.Response:
    """A request with exactly these headers; empty ones are left out."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return await served.http.request(method, f"{ROOT}/{path}", headers=named)


def cookie_of(response: httpx.Response) -> str:
    """The value of the cookie that an answer sets."""
    (found,) = re.findall(rf"^{COOKIE}=([^;]*);", response.headers["set-cookie"])
    return str(found)


async def enter(served: Served, caller: SignedIn) -> Visitor:
    """Exchange the caller's token for a session."""
    given = await request(served, "POST", "session", authorization=f"Bearer {token_of(caller)}")
    assert given.status_code == 204, given.text
    cookie = cookie_of(given)
    page = await request(served, "GET", "", cookie=f"{COOKIE}={cookie}")
    (proof,) = re.findall(r'name="csrf-token" content="([0-9a-f]{64})"', page.text)
    return Visitor(served, caller, cookie, proof)
