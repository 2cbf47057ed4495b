"""`/docs`: served by this project alone, under a strict policy."""

import hashlib
import json
import re
from pathlib import Path

from app.gen import page
from tests.wire.served import Served

STATIC = Path(page.__file__).parent / "static"
COMMITTED = (Path(__file__).parents[2] / "clients" / "openapi.json").read_bytes()
REFERENCES = re.compile(r'(?:src|href)="([^"]+)"')


async def test_the_document_is_served_as_it_is_committed(served: Served) -> None:
    answer = await served.http.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == COMMITTED


async def test_everything_that_the_page_refers_to_is_served(served: Served) -> None:
    html = (await served.http.get("/docs")).text
    found = [reference for reference in REFERENCES.findall(html) if not reference.startswith("data:")]
    assert len(found) >= 4
    for reference in found:
        assert not reference.startswith(("http", "//"))
        answer = await served.http.get(f"/{reference}")
        assert answer.status_code == 200
        assert answer.content


async def test_the_page_has_a_policy_without_inline_scripts_or_other_origins(served: Served) -> None:
    answer = await served.http.get("/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|style=", answer.text)


async def test_assets_come_packed_to_whoever_takes_that(served: Served) -> None:
    packed = await served.http.get("/docs/swagger-ui.css", headers={"accept-encoding": "gzip"})
    plain = await served.http.get("/docs/swagger-ui.css", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert plain.headers["content-type"] == "text/css; charset=utf-8"


def test_the_vendored_files_are_those_of_the_package() -> None:
    origin = json.loads((STATIC / "swagger-ui.json").read_text())
    assert {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in origin["sha256"]} == (
        origin["sha256"]
    )
