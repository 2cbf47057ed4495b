"""Uploads of files to a server, and what it says of them."""

from typing import Any

import msgspec

from tests.hostile.asking import Answer, Caller, Target


def upload(target: Target, caller: Caller, given: dict[str, Any]) -> Answer:
    """An upload with this input."""
    return target.call("generation.uploadFile", msgspec.json.encode(given), caller)


def told(answer: Answer) -> tuple[int, str]:
    """Its status and its text."""
    return answer.status, answer.error["message"]
