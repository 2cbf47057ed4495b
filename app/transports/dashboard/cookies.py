"""The session's cookie, and where a request comes from."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from app.auth.session import LIFETIME_SECONDS
from app.rpc import Code, RpcError
from app.transports.dashboard.pages import ROOT

_SEPARATOR: Final = re.compile(r"[;,]\s*")  # a comma where a server has joined several Cookie headers


class CrossSite(RpcError, code=Code.FORBIDDEN):
    """The request does not come from the page"""


class Cookie:
    """One cookie, for ROOT alone, out of reach for scripts and other sites; `secure` keeps it to https."""

    def __init__(self, *, secure: bool) -> None:
        self._name = "__Secure-coursegen-admin" if secure else "coursegen-admin"
        self._attributes = f"Path={ROOT}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"

    def given(self, value: str) -> bytes:
        """The Set-Cookie header of a new session."""
        return f"{self._name}={value}; Max-Age={LIFETIME_SECONDS}; {self._attributes}".encode()

    def taken(self) -> bytes:
        """The Set-Cookie header that ends it."""
        return f"{self._name}=; Max-Age=0; {self._attributes}".encode()

    def read(self, headers: Mapping[str, str]) -> str:
        """What was sent, or nothing. Of two with this name neither counts: one was planted."""
        pairs = (pair.partition("=") for pair in _SEPARATOR.split(headers.get("cookie", "")))
        found = [value for name, _, value in pairs if name == self._name]
        return found[0] if len(found) == 1 else ""


def require_same_origin(headers: Mapping[str, str]) -> None:
    """Raises CrossSite for what a browser sends on behalf of another page. What is no browser sends neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        raise CrossSite()
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise CrossSite()
