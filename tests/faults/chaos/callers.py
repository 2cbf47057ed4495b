"""Callers who want courses and do not give up: each repeats a call with its key until it is answered for good."""

import asyncio
import base64
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

import httpx

from app.context import SignedIn
from tests.faults.watch import Watch
from tests.world import token_of

TEXT = base64.b64encode("Листья и обрезки. Компост любит воздух и воду.\n\n".encode() * 40).decode()
TEXT_BYTES = len(base64.b64decode(TEXT))
AGAIN = (429, 502, 503, 504)
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between a call and its repetition: starts are counted against their user's rate however they end."""
FINAL_SECONDS = 90.0
"""How long a caller repeats a call before it counts as unanswered."""


@dataclass
class Tally:
    """What callers were told. `jobs` are the answers given to each key; `unexpected` what no caller should see."""

    calls: int = 0
    repeated: int = 0
    accepted: int = 0
    cancels: int = 0
    uploads: int = 0
    jobs: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    unexpected: Counter[str] = field(default_factory=Counter[str])


class Caller:
    """One user after another; `owners` gives them."""

    def __init__(
        self, ports: list[int], http: httpx.AsyncClient, watch: Watch, tally: Tally, hook: str, seed: str
    ) -> None:
        self._ports = ports
        self._http = http
        self._watch = watch
        self._tally = tally
        self._hook = hook
        self._draw = random.Random(seed)  # noqa: S311  it is to be foreseeable

    async def want_a_course(self, owner: SignedIn, key: str) -> None:
        """A course of this user, from its creation to the end of its run, with all that people do meanwhile."""
        created = await self._call("courses.create", owner, {"title": "Компост"})
        if not created:
            return
        course = str(created["id"])
        if self._draw.random() < 0.3:
            await self._upload(owner, course)
        given = {"courseId": course, **({"webhookUrl": self._hook} if self._draw.random() < 0.4 else {})}
        if not await self._started(owner, given, key):
            return
        if self._draw.random() < 0.25:
            await asyncio.sleep(self._draw.uniform(0, 1.5))
            done = await self._call("generation.cancel", owner, {"courseId": course}, accept=(409,))
            self._tally.cancels += bool(done and done.get("success"))
        if self._draw.random() < 0.3:
            await self._started(owner, given, key)
        await self._ended(owner, course)

    async def _started(self, owner: SignedIn, given: dict[str, Any], key: str) -> bool:
        answer = await self._call("generation.initiate", owner, given, key=key)
        if not answer:
            return False
        known = self._tally.jobs.setdefault(key, set())
        self._tally.accepted += not known
        known.add(answer["jobId"])
        self._watch.accept(answer["jobId"])
        return True

    async def _upload(self, owner: SignedIn, course: str) -> None:
        given = {
            "courseId": course,
            "filename": "compost.txt",
            "fileSize": TEXT_BYTES,
            "mimeType": "text/plain",
            "fileContent": TEXT,
        }
        done = await self._call("generation.uploadFile", owner, given, accept=(400, 403, 409, 413))
        self._tally.uploads += bool(done and "fileId" in done)

    async def _ended(self, owner: SignedIn, course: str) -> None:
        """Until the run has ended, asked as a page would."""
        deadline = time.monotonic() + FINAL_SECONDS
        while time.monotonic() < deadline:
            state = await self._call("generation.getStatus", owner, {"courseId": course})
            if state and state["status"] in ("completed", "failed", "cancelled"):
                return
            await asyncio.sleep(0.3)
        self._tally.unexpected["a run that does not end"] += 1

    async def _call(
        self, path: str, owner: SignedIn, given: dict[str, Any], *, key: str = "", accept: tuple[int, ...] = ()
    ) -> dict[str, Any] | None:
        """Call until there is an answer for good; None and a note when it was an unexpected one."""
        headers = {"authorization": f"Bearer {token_of(owner)}", **({"idempotency-key": key} if key else {})}
        deadline = time.monotonic() + FINAL_SECONDS
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            if time.monotonic() > deadline:
                break
            self._tally.calls += 1
            answer = await self._once(path, headers, given)
            if answer is not None and (answer.is_success or answer.status_code in accept):
                return dict(answer.json())
            if answer is not None and not _passes(answer):
                self._tally.unexpected[f"{path}: {answer.status_code} {answer.text[:200]}"] += 1
                return None
            self._tally.repeated += 1
            await asyncio.sleep(pause * self._draw.uniform(0.5, 1.5))
        self._tally.unexpected[f"{path}: no answer"] += 1
        return None

    async def _once(self, path: str, headers: dict[str, str], given: dict[str, Any]) -> httpx.Response | None:
        url = f"http://127.0.0.1:{self._draw.choice(self._ports)}/rpc/{path}"
        try:
            return await self._http.post(url, json=given, headers=headers)
        except httpx.TransportError:
            return None


def _passes(answer: httpx.Response) -> bool:
    """Whether the same call may be answered otherwise later: what is away or full, and a start that was rolled back."""
    return answer.status_code in AGAIN or "InitiateFailed" in answer.text
