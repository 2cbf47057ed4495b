"""How calls travel: one POST each over httpx, errors as exceptions, retries of what is safe, streams that resume."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Self, TypeVar

import httpx
import msgspec
from msgspec import UNSET
from msgspec.json import Decoder

from .base_errors import ConnectionFailed, CoursegenError, ErrorShape, UnreadableAnswer
from .documents import PIECE, Document, Form, OnProgress
from .event_stream import Event, EventStream, Tracked
from .failures import Errors, answered, declared, disconnected
from .io_async import in_thread, sleep
from .retries import Attempts, Policy, Resumption

T = TypeVar("T")

SILENCE = 45.0
"""Seconds without a byte after which a stream counts as lost; the server pings every 15."""
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)
_SHAPE = Decoder(ErrorShape)


class AsyncTransport:
    """One server and one token."""

    def __init__(
        self, url: str, token: str | None, *, agent: str, errors: Errors, policy: Policy, http: httpx.AsyncClient
    ) -> None:
        self._url = url.rstrip("/")
        self._agent = agent
        self._errors = errors
        self._policy = policy
        self._http = http
        self._timeout = httpx.Timeout(policy.timeout)
        self._addresses: dict[str, httpx.URL] = {}
        self._headers = {"content-type": "application/json", "user-agent": agent}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"

    def with_token(self, token: str | None) -> Self:
        """The same connections on behalf of somebody else."""
        return type(self)(
            self._url, token, agent=self._agent, errors=self._errors, policy=self._policy, http=self._http
        )

    async def call(self, path: str, given: Any, output: Decoder[T], *, repeatable: bool) -> T:
        """Call a procedure; UNSET is no input. Raises CoursegenError."""
        return await self._call(path, _encoded(given), {}, output, repeatable=repeatable)

    async def call_once(self, path: str, given: Any, output: Decoder[T], key: str | None) -> T:
        """Call a procedure that is done once for a key, however often it is called. Raises CoursegenError."""
        headers = {"idempotency-key": str(uuid.uuid4()) if key is None else key}
        return await self._call(path, _encoded(given), headers, output, repeatable=True)

    async def upload(
        self,
        path: str,
        fields: Mapping[str, Any],
        file: str,
        document: Document,
        output: Decoder[T],
        on_progress: OnProgress | None,
    ) -> T:
        """Call a procedure with a form whose part `file` is the document. Raises CoursegenError, OSError."""
        form = Form.around(fields, file)
        body = _FileBody(form, document, on_progress)
        return await self._call(path, body, form.headers(document.size), output, repeatable=False)

    async def _call(
        self, path: str, body: "bytes | _FileBody", headers: dict[str, str], output: Decoder[T], *, repeatable: bool
    ) -> T:
        url = self._address(path)
        headers = {**self._headers, "x-request-id": uuid.uuid4().hex, **headers}
        attempts = Attempts(self._policy.retries, repeatable=repeatable)
        while True:
            try:
                return _decoded(await self._post(url, body, headers), output)
            except CoursegenError as failure:
                seconds = attempts.pause_after(failure)
                if seconds is None:
                    raise
            await sleep(seconds)

    def _address(self, path: str) -> httpx.URL:
        """Where a procedure is; parsed once, which is a good part of a call's own cost."""
        url = self._addresses.get(path)
        if url is None:
            url = self._addresses[path] = httpx.URL(f"{self._url}/rpc/{path}")
        return url

    async def _post(self, url: httpx.URL, body: "bytes | _FileBody", headers: dict[str, str]) -> bytes:
        try:
            answer = await self._http.post(url, content=body, headers=headers, timeout=self._timeout)
        except httpx.RequestError as error:
            raise disconnected(url, error) from error
        if not answer.is_success:
            raise answered(answer, self._errors)
        return answer.content

    async def values(self, path: str, given: Any, output: Decoder[T]) -> AsyncGenerator[T]:
        """The data of a subscription's events. Raises CoursegenError."""
        async with aclosing(self.events(path, given, output)) as events:
            async for event in events:
                yield event.data

    async def events(self, path: str, given: Any, output: Decoder[T]) -> AsyncGenerator[Tracked[T]]:
        """The events of a subscription; a lost connection is taken up again. Raises CoursegenError."""
        resumption = Resumption(self._policy.patience)
        while True:
            try:
                async with aclosing(self._connection(path, given, resumption.last_id)) as events:
                    async for event in events:
                        resumption.saw(event)
                        if event.name == "return":
                            return
                        if event.name == "serialized-error":
                            raise declared(_decoded(event.data, _SHAPE), self._errors)
                        if event.name == "message":
                            yield Tracked(event.id or None, _decoded(event.data, output))
                raise ConnectionFailed(f"{self._address(path)}: the stream broke off")
            except CoursegenError as failure:
                seconds = resumption.pause_after(failure)
                if seconds is None:
                    raise
            await sleep(seconds)

    async def _connection(self, path: str, given: Any, last_id: str | None) -> AsyncGenerator[Event]:
        url = self._address(path)
        headers = {**self._headers, "x-request-id": uuid.uuid4().hex, "accept": "text/event-stream"}
        if last_id is not None:
            headers["last-event-id"] = last_id
        query = {} if given is UNSET else {"input": msgspec.json.encode(given).decode()}
        timeout = httpx.Timeout(self._policy.timeout, read=SILENCE)
        stream = EventStream()
        try:
            async with self._http.stream("GET", url, params=query, headers=headers, timeout=timeout) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise answered(answer, self._errors)
                async for piece in answer.aiter_bytes():
                    for event in stream.feed(piece):
                        yield event
        except httpx.RequestError as error:
            raise disconnected(url, error) from error


class _FileBody:
    """The body of an upload, piece by piece; each iteration sends the file anew."""

    def __init__(self, form: Form, document: Document, on_progress: OnProgress | None) -> None:
        self._form = form
        self._document = document
        self._on_progress = on_progress

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._form.before
        document, sent = self._document, 0
        with await in_thread(document.path.open, "rb") as file:
            while piece := await in_thread(file.read, PIECE):
                sent = document.checked(sent + len(piece), ended=False)
                yield piece
                if self._on_progress is not None:
                    self._on_progress(sent, document.size)
        document.checked(sent, ended=True)
        yield self._form.after


def _encoded(given: Any) -> bytes:
    return b"" if given is UNSET else msgspec.json.encode(given)


def _decoded(content: bytes | str, output: Decoder[T]) -> T:
    try:
        return output.decode(content)
    except _UNREADABLE as error:
        raise UnreadableAnswer(str(error)) from error
