"""`coursegen dev` serves when it says so, and nothing that it started outlives it, however it ends."""

import os
import shutil
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app.dev import Databases, addresses
from app.dev.ports import free_port
from tests.cli.programs import CHECKOUT, Dev, coursegen, inhabitants, running_dev, until


def call(client: httpx.Client, path: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(f"/rpc/{path}", json=fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def start_generation(client: httpx.Client) -> str:
    course = call(client, "courses.create", title="Хлеб")["id"]
    call(client, "generation.initiate", courseId=course)
    return str(course)


def status(client: httpx.Client, course: str) -> str:
    return str(call(client, "generation.getStatus", courseId=course)["status"])


@contextmanager
def lessons_locked(dev: Dev) -> Generator[None]:
    """No lesson can be written meanwhile, so that a generation stays under way."""
    with psycopg.connect(Databases(addresses(dev.data, {}).postgres_dsn).named("coursegen").superuser) as connection:
        connection.execute("lock table lesson_content in access exclusive mode")
        yield
        with suppress(psycopg.OperationalError):
            connection.rollback()


@contextmanager
def under_way(dev: Dev) -> Generator[str]:
    """A course that is being generated, with someone watching."""
    with dev.client(dev.token()) as client, lessons_locked(dev):
        course = start_generation(client)
        until(lambda: status(client, course) == "generating_content", "lessons are being written", 10)
        with client.stream("GET", f'/rpc/generation.watch?input={{"courseId":"{course}"}}') as stream:
            assert next(stream.iter_lines()) == "event: connected"
            yield course


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_within_five_seconds_and_the_next_start_finishes_what_was_under_way(
    tmp_path: Path, how: signal.Signals
) -> None:
    with running_dev(tmp_path) as dev, under_way(dev) as course:
        sent = time.monotonic()
        dev.process.send_signal(how)
        assert dev.process.wait(5) == 0
        dev.assert_gone(within=5 - (time.monotonic() - sent))
    with running_dev(tmp_path) as dev, dev.client(dev.token()) as client:
        until(lambda: status(client, course) == "completed", "the run goes on", 20)


def test_a_killed_dev_leaves_nothing_running(tmp_path: Path) -> None:
    with running_dev(tmp_path) as dev, under_way(dev):
        assert len(inhabitants(tmp_path)) > 4
        dev.process.kill()
        dev.process.wait()
        dev.assert_gone(within=15)


@pytest.mark.parametrize("part", ["serve", "work"])
def test_a_part_that_is_killed_leaves_no_child_and_ends_the_whole_with_a_word(tmp_path: Path, part: str) -> None:
    with running_dev(tmp_path) as dev:
        os.kill(dev.pid_of(part), signal.SIGKILL)
        assert dev.process.wait(10) == 1
        assert any("ended with exit code -9" in line for line in dev.lines())
        dev.assert_gone(within=1)


def test_a_second_stack_on_a_folder_or_a_port_is_refused_in_a_line(dev: Dev, tmp_path: Path) -> None:
    same_folder = coursegen("dev", "--port", str(free_port()), "--data", str(dev.data))
    assert same_folder.returncode == 1
    assert f"{dev.data} is in use by process {dev.process.pid}" in same_folder.stderr
    assert same_folder.stderr.count("\n") == 1
    port = dev.url.rpartition(":")[2]
    same_port = coursegen("dev", "--port", port, "--data", str(tmp_path))
    assert same_port.returncode == 1
    assert same_port.stderr == f"Error: cannot listen on 127.0.0.1 port {port}: address already in use\n"


def test_it_says_ready_when_api_and_worker_serve(dev: Dev) -> None:
    ready = httpx.get(f"{dev.url}/ready", trust_env=False).json()
    assert ready == {"ready": True, "database": True, "redis": True, "migrations": True, "worker": True}


def test_with_reload_a_change_of_the_code_is_served_and_a_mistake_is_told_and_can_be_mended(tmp_path: Path) -> None:
    code = tmp_path / "code"
    for part in ("app", "procedures", "sql"):
        shutil.copytree(CHECKOUT / part, code / part, ignore=shutil.ignore_patterns("__pycache__"))
    ping = code / "procedures" / "system" / "ping.py"
    text = ping.read_text()

    def change(version: str, line: str, dev: Dev) -> None:
        def found() -> bool:
            ping.write_text(text.replace("ctx.resources.settings.version", version))
            return line in dev.lines()[1:]

        # again and again, as the watching begins after the first line; a start on a busy machine takes its time
        until(found, f"it prints: {line}", 100, every=8)

    with running_dev(tmp_path / "data", "--reload", PYTHONPATH=str(code)) as dev:
        change("(", "waiting for the next change", dev)
        change('"changed"', f"ready {dev.url}", dev)
        assert httpx.get(f"{dev.url}/rpc/system.ping", trust_env=False).json()["version"] == "changed"


def test_the_demo_generates_a_course_and_leaves_nothing_running(tmp_path: Path) -> None:
    demo = coursegen("demo", "--data", str(tmp_path), seconds=60)
    assert demo.returncode == 0, demo.stderr
    for step in ("Запуск генерации", "Обработка документов", "Генерация структуры", "Создание контента", "Финализация"):
        assert step in demo.stdout
    assert "Курс завершен" in demo.stdout
    assert "1. Что такое закваска" in demo.stdout
    assert "Хлеб на закваске пекут из трёх вещей: муки, воды и соли." in demo.stdout
    assert inhabitants(tmp_path) == {}


def test_the_demo_makes_a_course_of_word_and_slides(tmp_path: Path) -> None:
    documents = [str(CHECKOUT / "tests" / "data" / name) for name in ("composting-at-home.docx", "coral-reefs.pptx")]
    given = [argument for document in documents for argument in ("--document", document)]
    demo = coursegen("demo", "--data", str(tmp_path), *given, "--language", "en", seconds=60)
    assert demo.returncode == 0, demo.stderr
    for text in ("Composting at home", "Building the heap", "How coral reefs live", "Three kinds of reef"):
        assert text in demo.stdout
    assert "Курс завершен" in demo.stdout
    assert inhabitants(tmp_path) == {}


def test_the_demo_says_where_it_can_run(tmp_path: Path) -> None:
    demo = coursegen("demo", cwd=tmp_path)
    assert demo.returncode == 1
    assert demo.stderr.endswith("run the demo in a checkout of the project\n")
    assert list(tmp_path.iterdir()) == []
