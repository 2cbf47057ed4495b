"""Both halves of the runtime behind one face, so that a test says a thing once."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
from coursegen_client._runtime.base_errors import CallFailed
from coursegen_client._runtime.documents import Document, OnProgress
from coursegen_client._runtime.event_stream import Tracked
from coursegen_client._runtime.retries import Policy
from coursegen_client._runtime.transport_async import AsyncTransport
from coursegen_client._runtime.transport_sync import Transport
from msgspec import UNSET
from msgspec.json import Decoder

ANY: Decoder[Any] = Decoder(Any)


class LimitReached(CallFailed):
    """A declared error."""


ERRORS = {"LimitReached": LimitReached}


class Either:
    """A transport of one half; the synchronous one works in a thread."""

    def __init__(self, url: str, half: str, **policy: Any) -> None:
        given: dict[str, Any] = {
            "agent": "test",
            "errors": ERRORS,
            "policy": msgspec.convert({"timeout": 5.0, "retries": 3, "patience": 5.0, **policy}, Policy),
        }
        self._async_http, self._http = httpx.AsyncClient(), httpx.Client()
        self.a = AsyncTransport(url, "a token", http=self._async_http, **given) if half == "async" else None
        self.s = Transport(url, "a token", http=self._http, **given)

    async def close(self) -> None:
        """Close the connections."""
        self._http.close()
        await self._async_http.aclose()

    async def call(self, given: Any = UNSET, output: Decoder[Any] = ANY, *, repeatable: bool = True) -> Any:
        """A call of `a.b`."""
        if self.a:
            return await self.a.call("a.b", given, output, repeatable=repeatable)
        return await asyncio.to_thread(self.s.call, "a.b", given, output, repeatable=repeatable)

    async def call_once(self, key: str | None = None) -> Any:
        """A call with an idempotency key."""
        if self.a:
            return await self.a.call_once("a.b", UNSET, ANY, key)
        return await asyncio.to_thread(self.s.call_once, "a.b", UNSET, ANY, key)

    async def upload(self, file: Path, fields: dict[str, Any], on_progress: OnProgress | None = None) -> Any:
        """A call with a form whose part `file` is the file."""
        document = Document.at(file, None, None)
        if self.a:
            return await self.a.upload("a.b", fields, "file", document, ANY, on_progress)
        return await asyncio.to_thread(self.s.upload, "a.b", fields, "file", document, ANY, on_progress)

    async def events(self, given: Any = UNSET, at_most: int = 100) -> list[Tracked[Any]]:
        """The events of a subscription to its end, or so many."""
        if self.a:
            async with aclosing(self.a.events("a.b", given, ANY)) as stream:
                return await _first(stream, at_most)
        with closing(self.s.events("a.b", given, ANY)) as other:
            return await asyncio.to_thread(_first_of, other, at_most)


async def _first(stream: AsyncGenerator[Tracked[Any]], at_most: int) -> list[Tracked[Any]]:
    found: list[Tracked[Any]] = []
    async for each in stream:
        found.append(each)
        if len(found) == at_most:
            break
    return found


def _first_of(stream: Generator[Tracked[Any]], at_most: int) -> list[Tracked[Any]]:
    found: list[Tracked[Any]] = []
    for each in stream:
        found.append(each)
        if len(found) == at_most:
            break
    return found
