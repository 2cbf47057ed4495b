"""What reading documents costs everybody else: 30 documents of 20 pages through a worker, while the API is called.

The calls are paced, as those of people are: a closed loop would measure how the two share two cores, not how long a
caller waits. Each round has a quiet stretch and one in which the documents are read, in turns.
"""

import asyncio
import hashlib
import io
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import uuid_utils.compat as uuid7s
from pypdf import PdfReader, PdfWriter

from app.storage import object_key
from tests.bench.figure import Figure
from tests.bench.service import Place, Service
from tests.bench.starts import Start, make_starts
from tests.work.harness import eventually

DATA = Path(__file__).parents[1] / "data"
COURSES, PAGES = 3, 20
CALLS_A_SECOND = 40
QUIET_SECONDS = 4.0
ASKING_SECONDS = 0.25
LONGEST_SECONDS = 120.0
_DONE = "select count(*) = $2 from file_catalog where status = 'processed' and course_id = any($1)"
_ENDED = "select bool_and(generation_status in ('completed', 'failed')) from courses where id = any($1)"


async def measure(place: Place, running: Service, rounds: int, files: int) -> list[Figure]:
    """`files` for each of three courses; the figure is the median of the rounds' ratios of 95th percentiles."""
    superuser = await asyncpg.connect(place.database.superuser)
    starts = await make_starts(superuser, COURSES)
    await _store(superuser, place, starts, files)
    with _worker(place), httpx.Client(base_url=f"http://127.0.0.1:{running.port}", trust_env=False) as http:
        found = [await _round(superuser, http, starts, files) for _ in range(rounds)]
    await superuser.close()
    return _figures(found, COURSES * files)


@contextmanager
def _worker(place: Place) -> Generator[None]:
    """`coursegen work` for the time of the block."""
    program = Path(sys.executable).with_name("coursegen")
    with place.log.open("ab") as log:
        process = subprocess.Popen([program, "work"], env={**os.environ, **place.environment}, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


async def _round(
    superuser: "asyncpg.Connection[Any]", http: httpx.Client, starts: list[Start], files: int
) -> tuple[float, float, float]:
    """The 95th percentile of a call while all is quiet, and while documents are read; the seconds that took."""
    ids = [each.course_id for each in starts]
    await superuser.execute(
        "update file_catalog set status = 'ready', extracted_text = null where course_id = any($1)", ids
    )
    until = time.perf_counter() + QUIET_SECONDS

    async def enough() -> bool:
        return bool(await superuser.fetchval("select true")) and time.perf_counter() > until

    quiet, _ = await _called_until(http, starts[0], enough)
    for start in starts:
        _post(http, "generation.initiate", start)
    busy, took = await _called_until(http, starts[0], lambda: superuser.fetchval(_DONE, ids, COURSES * files))
    await eventually(lambda: superuser.fetchval(_ENDED, ids), within=120)
    return _p95(quiet), _p95(busy), took


async def _called_until(
    http: httpx.Client, start: Start, done: Callable[[], Awaitable[Any]]
) -> tuple[list[float], float]:
    """The latencies of calls that are made until it is done, and the seconds that took. What asks whether it is shares
    a processor with the calls, so it asks seldom, and as often in a quiet stretch.
    """
    began, over = time.perf_counter(), threading.Event()
    calls = asyncio.create_task(asyncio.to_thread(_latencies, http, start, over))
    await eventually(done, LONGEST_SECONDS, pause=ASKING_SECONDS)
    over.set()
    return await calls, time.perf_counter() - began


def _latencies(http: httpx.Client, start: Start, over: threading.Event) -> list[float]:
    """Seconds of each call, at an even pace."""
    found: list[float] = []
    due = time.perf_counter()
    while not over.is_set():
        time.sleep(max(due - time.perf_counter(), 0))
        due += 1 / CALLS_A_SECOND
        began = time.perf_counter()
        _post(http, "generation.getStatus", start)
        found.append(time.perf_counter() - began)
    return found


def _post(http: httpx.Client, path: str, start: Start) -> None:
    headers = {"authorization": f"Bearer {start.token}"}
    http.post(f"/rpc/{path}", json={"courseId": str(start.course_id)}, headers=headers).raise_for_status()


async def _store(superuser: "asyncpg.Connection[Any]", place: Place, starts: list[Start], files: int) -> None:
    """The documents of each course, as uploads leave them."""
    folder = Path(urlsplit(place.environment["STORAGE_URL"]).path)
    for start in starts:
        for name, content in _documents(files):
            file_id = uuid7s.uuid7()
            extension = name.rpartition(".")[2]
            path = object_key(start.claims.organization_id, start.course_id, file_id, extension)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
            await superuser.execute(
                "insert into file_catalog (id, organization_id, course_id, uploaded_by, filename, mime_type, file_type,"
                " file_size, storage_path, hash, status) values ($1, $2, $3, $4, $5, 'x/y', $6, $7, $8, $9, 'ready')",
                *(file_id, start.claims.organization_id, start.course_id, start.claims.user_id, name, extension),
                *(len(content), path, hashlib.sha256(content).hexdigest()),
            )


def _documents(count: int) -> Iterator[tuple[str, bytes]]:
    """So many documents of twenty pages, of three kinds in turns."""
    kinds = (("a.pdf", _pdf()), ("a.docx", _docx()), ("a.pptx", _pptx()))
    for number in range(count):
        name, content = kinds[number % len(kinds)]
        yield f"{number}-{name}", content


def _pdf() -> bytes:
    source = PdfReader(DATA / "hleb-na-zakvaske.pdf")
    writer = PdfWriter()
    for number in range(PAGES):
        writer.add_page(source.pages[number % len(source.pages)])
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _docx() -> bytes:
    """The text of five pages four times."""
    return _changed("hleb-na-zakvaske.docx", "word/document.xml", rb"(?<=<w:body>)(.*)(?=<w:sectPr)", 4)


def _pptx() -> bytes:
    """The five slides four times."""
    return _changed("coral-reefs.pptx", "ppt/presentation.xml", rb"(?<=<p:sldIdLst>)(.*)(?=</p:sldIdLst>)", 4)


def _changed(name: str, part: str, pattern: bytes, times: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(DATA / name) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.namelist():
            content = before.read(each)
            after.writestr(each, re.sub(pattern, rb"\1" * times, content, flags=re.DOTALL) if each == part else content)
    return target.getvalue()


def _p95(latencies: list[float]) -> float:
    return statistics.quantiles(latencies, n=100)[94]


def _figures(found: list[tuple[float, float, float]], documents: int) -> list[Figure]:
    quiet, busy, took = (statistics.median(column) for column in zip(*found, strict=True))
    return [
        Figure(
            row="documents",
            work=f"p95 of an API call while {documents} documents of {PAGES} pages are read, against quiet",
            value=statistics.median(with_documents / without for without, with_documents, _ in found),
            reach=1.2,
            at_most=True,
            detail=f"{busy * 1000:.1f} ms, quiet {quiet * 1000:.1f} ms",
        ),
        Figure(row="documents", work=f"{documents} documents of {PAGES} pages read", value=took, unit="s"),
    ]
