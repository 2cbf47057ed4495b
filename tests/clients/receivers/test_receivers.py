"""The example receivers take what the service signs, and answer 400 to everything that is not quite that."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.webhooks import signed_headers
from tests.clients.receivers.running import FOLDER, LANGUAGES, running
from tests.clients.typescript.compiler import RESOLUTIONS, compile_project, make_project

OLD, NEW, OTHERS = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (251, 2, 3))
BODY = json.dumps(
    {
        "courseId": str(uuid4()),
        "status": "completed",
        "progress": {"step": 5, "message": "Курс завершен", "percentage": 100},
        "data": {"runId": str(uuid4()), "stepStatus": "completed", "lessonsCompleted": 2, "lessonsTotal": 2},
        "error": None,
    },
    ensure_ascii=False,
)
Sent = tuple[list[tuple[bytes, bytes]], bytes]


class Receiver:
    """One that runs, and what it has printed."""

    def __init__(self, http: httpx.Client, log: Path) -> None:
        self._http = http
        self._log = log

    def answer(self, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
        """The status of its answer."""
        return self._http.post("/", headers=headers, content=body).status_code

    def has_told(self, webhook_id: str) -> bool:
        """Whether it has printed this id."""
        return webhook_id in self._log.read_text()


@pytest.fixture(scope="module", params=LANGUAGES)
def receiver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """A receiver in each language, with two secrets."""
    log = tmp_path_factory.mktemp("receiver") / "log"
    with (
        running(request.param, f"{NEW} {OLD}", log) as url,
        httpx.Client(base_url=url, headers={"connection": "close"}, trust_env=False, timeout=10) as http,
    ):
        yield Receiver(http, log)


def genuine(*secrets: str, body: str = BODY, at: datetime | None = None, **changes: str | None) -> Sent:
    """A webhook as the service sends it; `webhook_id=None` leaves that header out."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {**signed_headers(f"id-{uuid4()}", body, secrets or (NEW,), at), **named}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items() if value is not None]
    return [(b"content-type", b"application/json"), *pairs], body.encode()


def resigned(change: Callable[[str], str]) -> Sent:
    """A genuine webhook whose signature was changed."""
    headers, body = genuine()
    return [
        (name, change(value.decode()).encode("latin-1") if name == b"webhook-signature" else value)
        for name, value in headers
    ], body


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


GENUINE: dict[str, Callable[[], Sent]] = {
    "signed by the new secret": lambda: genuine(NEW),
    "signed by the old secret": lambda: genuine(OLD),
    "signed by both": lambda: genuine(NEW, OLD),
    "signed by a stranger too": lambda: genuine(OTHERS, NEW),
    "beside a signature of another version": lambda: resigned(lambda value: f"v1a,{'A' * 86}== {value}"),
    "beside an empty signature": lambda: resigned(lambda value: f"v1,  {value}"),
    "four minutes old": lambda: genuine(at=ago(minutes=4)),
    "four minutes ahead": lambda: genuine(at=ago(minutes=-4)),
}
FORGED: dict[str, Callable[[], Sent]] = {
    "signed by a stranger": lambda: genuine(OTHERS),
    "without an id": lambda: genuine(webhook_id=None),
    "without a time": lambda: genuine(webhook_timestamp=None),
    "without a signature": lambda: genuine(webhook_signature=None),
    "an empty id": lambda: genuine(webhook_id=""),
    "an empty time": lambda: genuine(webhook_timestamp=""),
    "an empty signature": lambda: genuine(webhook_signature=""),
    "another id": lambda: genuine(webhook_id=f"id-{uuid4()}"),
    "another time": lambda: genuine(webhook_timestamp=str(int(time.time()) - 1)),
    "six minutes old": lambda: genuine(at=ago(minutes=6)),
    "six minutes ahead": lambda: genuine(at=ago(minutes=-6)),
    "a time in words": lambda: genuine(webhook_timestamp="now"),
    "a time with a fraction": lambda: genuine(webhook_timestamp=f"{int(time.time())}.0"),
    "a time before its beginning": lambda: genuine(webhook_timestamp="-1"),
    "a time without an end": lambda: genuine(webhook_timestamp="9" * 400),
    "a time that is infinite": lambda: genuine(webhook_timestamp="inf"),
    "a time with a sign": lambda: genuine(webhook_timestamp=f"+{int(time.time())}"),
    "a signature without its version": lambda: resigned(lambda value: value.removeprefix("v1,")),
    "a signature of another version": lambda: resigned(lambda value: value.replace("v1,", "v2,")),
    "a version in upper case": lambda: resigned(lambda value: value.replace("v1,", "V1,")),
    "a version alone": lambda: resigned(lambda _: "v1,"),
    "a comma alone": lambda: resigned(lambda _: ","),
    "a signature without its padding": lambda: resigned(lambda value: value.rstrip("=")),
    "a signature with more padding": lambda: resigned(lambda value: f"{value}="),
    "a signature cut short": lambda: resigned(lambda value: value[:20]),
    "a signature and more": lambda: resigned(lambda value: f"{value}AAAA"),
    "a signature with a letter changed": lambda: resigned(
        lambda value: value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    ),
    "a signature spelled another way": lambda: resigned(_respelled),
    "a signature in hexadecimal": lambda: resigned(lambda value: f"v1,{base64.b64decode(value[3:]).hex()}"),
    "a signature in the alphabet of URLs": lambda: resigned(
        lambda value: f"v1,{base64.urlsafe_b64encode(base64.b64decode(value[3:])).decode().rstrip('=')}"
    ),
    "a signature that is no base64": lambda: resigned(lambda _: "v1,!!!!"),
    "a signature that is no ASCII": lambda: resigned(lambda _: "v1,\xe9\xff"),
    "signatures with commas between": lambda: resigned(lambda value: f"{value},{value}"),
    "a hundred wrong signatures": lambda: resigned(lambda _: " ".join(["v1," + "A" * 43 + "="] * 100)),
    "a body with a space more": lambda: _with_body(BODY + " "),
    "a body of another course": lambda: _with_body(BODY.replace("completed", "failed")),
    "an empty body": lambda: _with_body(""),
    "a body that is too long": lambda: genuine(body=json.dumps({"x": "x" * 70_000})),
    "a genuine body that is no JSON": lambda: genuine(body="{"),
    "two ids": lambda: _twice(b"webhook-id"),
    "two times": lambda: _twice(b"webhook-timestamp"),
}


def _respelled(signature: str) -> str:
    """The same 32 bytes: the last letter before the padding has two bits that mean nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return signature[:-2] + letters[letters.index(signature[-2]) ^ 1] + "="


def _with_body(body: str) -> Sent:
    return genuine()[0], body.encode()


def _twice(name: bytes) -> Sent:
    headers, body = genuine()
    return [*headers, *(pair for pair in headers if pair[0] == name)], body


@pytest.mark.parametrize("case", GENUINE)
def test_a_genuine_webhook_is_taken(receiver: Receiver, case: str) -> None:
    headers, body = GENUINE[case]()
    assert receiver.answer(headers, body) == 204
    assert receiver.has_told(dict(headers)[b"webhook-id"].decode())


@pytest.mark.parametrize("case", FORGED)
def test_what_is_not_genuine_is_answered_400(receiver: Receiver, case: str) -> None:
    headers, body = FORGED[case]()
    assert receiver.answer(headers, body) == 400
    webhook_id = dict(headers).get(b"webhook-id", b"").decode()
    assert not webhook_id or not receiver.has_told(webhook_id)


def test_the_receiver_in_typescript_has_right_types(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    (project / "receiver.ts").write_text((FOLDER / "receiver.ts").read_text())
    compile_project(project, "typescript7", ["receiver.ts"], **RESOLUTIONS["NodeNext"], erasableSyntaxOnly=True)
