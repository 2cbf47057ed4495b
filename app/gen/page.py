"""`/docs`: the OpenAPI document as a page to read and to try calls from, and all that the page needs.

Swagger UI's files are those of the npm package swagger-ui-dist, unchanged; `static/swagger-ui.json` names the version
and their hashes. Nothing is loaded from elsewhere, so that the page works without internet.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Final

_STATIC: Final = files("app.gen") / "static"
_HTML: Final = "text/html"
_SCRIPT: Final = "text/javascript"
_STYLE: Final = "text/css"
_ASSETS: Final = {"swagger-ui-bundle.js": _SCRIPT, "start.js": _SCRIPT, "swagger-ui.css": _STYLE}
# Swagger UI's icons are data: images; calls tried from the page go to this server
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Page:
    """A file as it is served."""

    media_type: str
    body: bytes
    cache: str = "no-cache"

    @property
    def headers(self) -> dict[str, str]:
        """Its headers beside those of type and encoding."""
        return {
            "cache-control": self.cache,
            "content-security-policy": _POLICY,
            "vary": "accept-encoding",
        }

    @cached_property
    def packed(self) -> bytes:
        """The body in gzip, the same bytes in every process."""
        return gzip.compress(self.body, mtime=0)


def pages(openapi: str) -> dict[str, Page]:
    """The document, the page that shows it and the page's assets, by the path that they are served at."""
    assets = {f"/docs/{name}": Page(kind, _read(name), "max-age=3600") for name, kind in _ASSETS.items()}
    return {
        "/openapi.json": Page("application/json", openapi.encode()),
        "/docs": Page(_HTML, _read("index.html")),
        **assets,
    }


def _read(name: str) -> bytes:
    return (_STATIC / name).read_bytes()
