"""Every transcript of the reference server, replayed against ours."""

from typing import Any

import httpx
import pytest

from tests.wire.trpc.agreement import JSON, MASKED, NULL, SECTION_4, TEXTS, WHOLE, differences, header_differences
from tests.wire.trpc.conftest import Ports
from tests.wire.trpc.transcripts import TRANSCRIPTS, seen, send

DIFFERENT = {
    TEXTS: ("005", "007", "023", "025", "027", "029", "031", "056", "079", "140", "174"),
    MASKED: ("042", "138"),
    NULL: ("011", "105"),
    JSON: ("023", "025", "027", "056", "083", "085", "115", "146", "172"),
    WHOLE: ("111",),
}
"""The transcripts that are answered otherwise, and in what."""
BEFORE = {"021": ("POST", "/trpc/counter.add", {"by": 2})}
"""What the reference had been sent before."""


def number_of(transcript: dict[str, Any]) -> str:
    """The transcript's number."""
    return str(transcript["name"]).partition("-")[0]


def replay(port: int, transcript: dict[str, Any]) -> set[str]:
    """The deliberate differences that a transcript shows; any other is an AssertionError."""
    expected = transcript["response"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
        if before := BEFORE.get(number_of(transcript)):
            http.post("/trpc/counter.reset", json=None, headers={"content-type": "application/json"})
            http.request(before[0], before[1], json=before[2])
        answer = send(http, transcript["request"])
    assert answer.status_code == expected["status"], answer.text
    content_type = expected["headers"].get("content-type", "")
    values = (seen(expected["kind"], content_type, text) for text in (expected["body"], answer.text))
    return header_differences(expected["headers"], dict(answer.headers)) | differences(*values)


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda each: each["name"])
def test_the_wire_answers_as_the_reference(port_of: Ports, transcript: dict[str, Any]) -> None:
    named = {difference for difference, numbers in DIFFERENT.items() if number_of(transcript) in numbers}
    found = replay(port_of(transcript["server"]), transcript)
    assert named <= found <= named | SECTION_4
