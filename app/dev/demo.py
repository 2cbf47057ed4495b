"""`coursegen demo`: the main job as a client does it, over HTTP, against a stack that ends with the demo."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.tree import Tree

from app.dev.client import PlainClient
from app.dev.ports import free_port
from app.dev.service import running_stack
from app.dev.token import issue_token

DOCUMENT = Path("tests/data/hleb-na-zakvaske.pdf")
TITLE = "Хлеб на закваске"
_OFFICE = "application/vnd.openxmlformats-officedocument"
MIME_TYPES = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".html": "text/html",
    ".md": "text/markdown",
}
EXCERPT_CHARACTERS = 600
GENERATION_SECONDS = 120.0


class DemoFailed(Exception):
    """There is no document, or the generation did not end with a course."""


def run_demo(data: Path, documents: Sequence[Path] = (), language: str = "ru") -> None:
    """Create a course, upload the documents (a PDF of the checkout's, if there are none), generate, follow it live, and
    print the course.

    Raises DemoFailed, CallRefused, and what `running_stack` raises.
    """
    if not documents and not DOCUMENT.exists():
        raise DemoFailed(f"{DOCUMENT} is not here: run the demo in a checkout of the project")
    console = Console()
    with ExitStack() as stack:
        with console.status("starting PostgreSQL, Redis, the API and a worker"):
            url = stack.enter_context(running_stack(data, free_port())).url
        client = PlainClient(url, issue_token("instructor@demo.local", data))
        title = documents[0].stem.replace("-", " ").capitalize() if documents else TITLE
        course = client.call("courses.create", title=title, language=language)
        console.print(f"course [bold]{course['title']}[/] created: {course['id']}")
        _generate(console, client, course, documents or (DOCUMENT,))


def _generate(console: Console, client: PlainClient, course: dict[str, Any], documents: Sequence[Path]) -> None:
    for document in documents:
        uploaded = client.call("generation.uploadFile", courseId=course["id"], **_document(document))
        console.print(f"{uploaded['message']}, sha-256 {uploaded['hash'][:16]}…")
    started = client.call("generation.initiate", courseId=course["id"])
    console.print(f"{started['message']}: {started['jobId']}")
    _follow(console, client, course["id"])
    _show(console, client.call("courses.getContent", courseId=course["id"]))


def _document(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "filename": path.name,
        "fileSize": len(content),
        "mimeType": MIME_TYPES.get(path.suffix.lower(), "text/plain"),
        "fileContent": base64.b64encode(content).decode(),
    }


def _follow(console: Console, client: PlainClient, course_id: str) -> None:
    """A bar for the whole and a line for each of the five steps, from the pushed events."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    state: dict[str, Any] = {}
    with Progress(*columns, console=console) as bars:
        tasks: dict[int, TaskID] = {}
        for state in _events(client, course_id):
            for step in state["progress"]["steps"]:
                if step["id"] not in tasks:
                    tasks[step["id"]] = bars.add_task(f"{step['id']}. {step['name']}", total=100)
                bars.update(tasks[step["id"]], completed=_part(step["status"], state["progress"], step["id"]))
    if state.get("status") != "completed":
        raise DemoFailed(f"the generation ended as {state.get('status')}: {state.get('error')}")
    console.print(f"[green]{state['progress']['message']}[/]")


def _part(status: str, progress: dict[str, Any], step: int) -> int:
    """How much of a step is done, in percent; lessons are counted while they are written."""
    if status == "completed":
        return 100
    total = progress["lessons_total"]
    counts_lessons = status == "in_progress" and total and step == 4  # noqa: PLR2004  text_generation
    return 100 * progress["lessons_completed"] // total if counts_lessons else 0


def _events(client: PlainClient, course_id: str) -> Iterator[dict[str, Any]]:
    """The data of generation.watch's events."""
    question = {"input": msgspec.json.encode({"courseId": course_id}).decode()}
    timeout = httpx.Timeout(10.0, read=GENERATION_SECONDS)
    with client.http.stream("GET", "/rpc/generation.watch", params=question, timeout=timeout) as answer:
        event = "message"
        for line in answer.iter_lines():
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:") and event == "message":
                yield msgspec.json.decode(line.removeprefix("data:"))
            elif not line:
                event = "message"


def _show(console: Console, content: dict[str, Any]) -> None:
    tree = Tree(f"[bold]{content['title']}[/]")
    for section in content["sections"]:
        branch = tree.add(f"{section['orderIndex']}. {section['title']}")
        for lesson in section["lessons"]:
            branch.add(f"{lesson['title']} [dim]({lesson['durationMinutes']} min)[/]")
    console.print(tree)
    lesson = content["sections"][0]["lessons"][0]
    console.rule(lesson["title"])
    console.print(Markdown(lesson["text"][:EXCERPT_CHARACTERS] + " …"))
