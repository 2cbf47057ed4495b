"""The dashboard's two pages and their files: SAQ's own, with a script of ours before it, and the form at the door."""

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from app.transports.http import HeaderPairs

ROOT: Final = "/admin/queues"
_STATIC: Final = files("app.transports.dashboard") / "static"
_OURS: Final = ("enter.js", "guard.js")
_TYPES: Final = {"js": b"text/javascript; charset=utf-8", "css": b"text/css; charset=utf-8"}
_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# pico's icons are data: images
_POLICY: Final = (
    "default-src 'none'; script-src 'self'{}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PRIVATE: Final = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Ui:
    """Pages as bytes with their headers. `page` is SAQ's page for ROOT, `assets` its scripts and styles by name."""

    def __init__(self, page: str, assets: Mapping[str, bytes]) -> None:
        for mark, ours in (("</head>", "head.html"), ("</body>", "foot.html")):
            page = page.replace(mark, _read(ours) + mark)
        self._page = page.replace("<body>", "<body>" + _read("top.html"))
        self._door = _read("enter.html").encode()
        self._assets = {**assets, **{name: _read(name).encode() for name in _OURS}}
        self._policy = _POLICY.format("".join(f" '{_hash(script)}'" for script in _INLINE.findall(page)))

    def dashboard(self, proof: str) -> tuple[HeaderPairs, bytes]:
        """SAQ's page, with the session's proof for the script that sends it."""
        return _headers(self._policy), self._page.replace("{proof}", proof).encode()

    def door(self) -> tuple[HeaderPairs, bytes]:
        """The form for an access token."""
        return _headers(_POLICY.format("")), self._door

    def asset(self, name: str) -> tuple[HeaderPairs, bytes] | None:
        """A script or a style; none is secret."""
        body = self._assets.get(name)
        if body is None:
            return None
        kind = _TYPES[name.rpartition(".")[2]]
        return ((b"content-type", kind), (b"cache-control", b"max-age=3600"), *_PRIVATE[1:]), body


def _headers(policy: str) -> HeaderPairs:
    kind = (b"content-type", b"text/html; charset=utf-8")
    return (kind, (b"content-security-policy", policy.encode()), *_PRIVATE)


def _hash(script: str) -> str:
    """What allows one inline script and no other (CSP level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")
