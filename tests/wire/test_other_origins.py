"""Pages of other origins in a real browser: what they try comes to nothing, and a page that may call can."""

import contextlib
import http.server
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.auth.claims import Role
from app.dev import Database
from tests.dashboard.test_in_browser import come_in
from tests.dashboard.test_queue import job, status_of
from tests.gen.browser import PROGRAM, Page, browser
from tests.wire.served import Served, serve
from tests.wire.tus_client import metadata
from tests.world import token_of

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

# each form goes into a frame of its own, which loads whatever the answer is
ATTEMPTS = """(async ({here, forms, posts}) => {
    const sent = forms.map(({path, enctype, name, value}) => new Promise(loaded => {
        const frame = document.createElement("iframe"), form = document.createElement("form");
        const field = document.createElement("input");
        frame.name = `frame${document.querySelectorAll("iframe").length}`;
        Object.assign(field, {name, value});
        Object.assign(form, {method: "post", action: here + path, enctype, target: frame.name});
        form.append(field);
        document.body.append(frame, form);
        frame.onload = () => loaded("loaded");
        form.submit();
    }));
    const tried = posts.map(({path, mode, headers, body}) => fetch(
        here + path, {method: "POST", mode, headers, body, credentials: "include"}
    ).then(answer => `${answer.type} ${answer.status}`, error => error.name));
    const events = new Promise(over => {
        const stream = new EventSource(here + "/rpc/generation.watch?input={}", {withCredentials: true});
        stream.onopen = () => over("open");
        stream.onerror = () => over("refused");
    });
    const script = new Promise(over => {
        const tag = document.createElement("script");
        Object.assign(tag, {src: here + "/rpc/system.ping", onload: () => over("run"), onerror: () => over("refused")});
        document.body.append(tag);
    });
    return {forms: await Promise.all(sent), posts: await Promise.all(tried),
            events: await events, script: await script};
})(%s)"""
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")
COURSE = {"title": "Planted"}
TARGETS: dict[str, Any] = {
    "/rpc/courses.create": COURSE,
    "/trpc/courses.create": COURSE,
    "/rpc": {"jsonrpc": "2.0", "id": 1, "method": "courses.create", "params": COURSE},
    "/api/coursegen/generate": {"courseId": "5f1c2d3e-4b5a-4678-9abc-def012345678"},
    "/files/": {},
    "/admin/queues/session": {},
}


class Pages:
    """A server of an empty page, of an origin of its own on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def at(self, host: str) -> str:
        """Its origin by this name of the machine."""
        return f"http://{host}:{self.port}"


class Empty(http.server.BaseHTTPRequestHandler):
    """Answers with a page that has nothing on it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def pages() -> Generator[Pages]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Pages(server.server_port)
        server.shutdown()


@pytest.fixture(scope="module")
def friend() -> Iterator[Pages]:
    """A page that may call."""
    with pages() as running:
        yield running


@pytest.fixture(scope="module")
def stranger() -> Iterator[Pages]:
    """A page that may not."""
    with pages() as running:
        yield running


@pytest.fixture(scope="module")
async def served(
    database: Database, redis_url: str, friend: Pages, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The application, which lets one other origin call."""
    folder = tmp_path_factory.mktemp("served")
    async with serve(database, redis_url, folder, cors_origins=friend.at("localhost")) as running:
        yield running


def elsewhere(page: Page, origin: str) -> None:
    """Open the page of this origin."""
    page.open(f"{origin}/")
    page.until(
        f"location.origin === {origin!r} && document.title === 'elsewhere' && document.readyState === 'complete'"
    )


def attempts(here: str, targets: dict[str, Any]) -> str:
    """The script of a page that tries everything on these targets."""
    forms, posts = [], []
    for path, given in targets.items():
        text = msgspec.json.encode(given).decode()
        forms += [{"path": path, "enctype": kind, "name": text[:-1] + ',"x":"', "value": '"}'} for kind in FORMS]
        posts += [
            {"path": path, "mode": "no-cors", "headers": {"content-type": "text/plain"}, "body": text},
            {"path": path, "mode": "cors", "headers": {"content-type": "application/json"}, "body": text},
            {"path": path, "mode": "cors", "headers": {"authorization": "Bearer x"}, "body": text},
        ]
    return ATTEMPTS % msgspec.json.encode({"here": here, "forms": forms, "posts": posts}).decode()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["another site", "another port of the same site"])
async def test_a_strangers_page_changes_nothing_even_in_a_superadmins_browser(
    served: Served, stranger: Pages, tmp_path: Path, host: str
) -> None:
    exhausted = await job(served, "failed")
    courses = await served.world.sql.fetchval("select count(*) from courses")
    here = f"http://127.0.0.1:{served.port}"
    targets = TARGETS | {f"/admin/queues/api/queues/coursegen/jobs/{exhausted}/retry": {}}
    with browser(tmp_path) as page:
        page.open(f"{here}/admin/queues")
        come_in(page, token_of(await served.user(Role.SUPERADMIN)))
        page.until("!!document.querySelector('meta[name=csrf-token]')")
        elsewhere(page, stranger.at(host))
        told = page.until(attempts(here, targets))
    assert set(told["forms"]) == {"loaded"}
    assert set(told["posts"]) == {"TypeError"}
    assert (told["events"], told["script"]) == ("refused", "refused")
    assert served.log_lines(path="generation.initiate", code="UNAUTHORIZED")  # they did arrive, where any text is taken
    assert await status_of(served, exhausted) == "failed"
    assert await served.world.sql.fetchval("select count(*) from courses") == courses


async def test_a_page_that_may_call_calls_uploads_and_follows(served: Served, friend: Pages, tmp_path: Path) -> None:
    owner = await served.user()
    course, token = await served.world.course(owner), token_of(owner)
    described = metadata(courseId=str(course), filename="a.md", filetype="text/markdown")
    call = f"""(async () => {{
        const headers = {{authorization: "Bearer {token}"}}, here = "http://127.0.0.1:{served.port}";
        const json = {{...headers, "content-type": "application/json"}};
        const listed = await fetch(here + "/rpc/courses.list", {{method: "POST", headers: json, body: "{{}}"}});
        const made = await fetch(here + "/files/", {{method: "POST", headers: {{
            ...headers, "tus-resumable": "1.0.0", "upload-length": "5", "upload-metadata": "{described}",
        }}}});
        const params = encodeURIComponent(JSON.stringify({{token: "{token}"}}));
        const input = encodeURIComponent(JSON.stringify({{courseId: "{course}"}}));
        const stream = new EventSource(`${{here}}/rpc/generation.watch?input=${{input}}&connectionParams=${{params}}`);
        const event = await new Promise(seen => {{ stream.onmessage = ({{data}}) => seen(JSON.parse(data)); }});
        stream.close();
        return {{
            listed: listed.status, made: made.status, location: made.headers.get("location"),
            left: made.headers.get("ratelimit"), event: Object.keys(event).length > 0,
        }};
    }})()"""
    with browser(tmp_path) as page:
        elsewhere(page, friend.at("localhost"))
        told = page.until(call)
        assert (told["listed"], told["made"], told["event"]) == (200, 201, True)
        assert told["location"].startswith("/files/")
        assert told["left"].startswith('"uploads";r=4;t=')
