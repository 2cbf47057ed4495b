"""The scripts of `clients/README.md`, in the languages that callers have: each runs as it stands."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.clients.php.programs import run_tool
from tests.clients.python.conftest import url_of
from tests.wire.served import Served
from tests.world import token_of

CLIENTS = Path(__file__).parents[3] / "clients"
README = (CLIENTS / "README.md").read_text()
RUN = {
    "php": ["php", "-d", "display_errors=stderr"],
    "python": [sys.executable],
    "ruby": ["ruby", "-w"],
    "sh": ["sh", "-eu"],
}


def script(language: str) -> str:
    """The only one in this language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(found)


def test_there_is_no_script_that_is_not_run() -> None:
    assert set(re.findall(r"^```(\w+)$", README, re.MULTILINE)) == RUN.keys()


@pytest.mark.parametrize("language", RUN)
async def test_a_script_makes_a_course(working: Served, tmp_path: Path, language: str) -> None:
    file = tmp_path / f"script.{language}"
    file.write_text(script(language))
    environment = {"COURSEGEN_URL": url_of(working), "COURSEGEN_TOKEN": token_of(await working.user())}
    done = await asyncio.to_thread(run_tool, *RUN[language], str(file), environment=environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    message, _, content = done.stdout.partition("completed")
    assert "Генерация курса инициализирована" in message
    assert len(content.splitlines()) > 3


@pytest.mark.parametrize("language", [language for language in RUN if language != "sh"])
async def test_a_script_ends_with_the_type_of_an_error(served: Served, tmp_path: Path, language: str) -> None:
    file = tmp_path / f"script.{language}"
    file.write_text(script(language))
    environment = {"COURSEGEN_URL": url_of(served), "COURSEGEN_TOKEN": "x"}
    done = await asyncio.to_thread(run_tool, *RUN[language], str(file), environment=environment)
    assert done.returncode != 0
    assert "Unauthorized: " in done.stderr


@pytest.mark.parametrize("target", re.findall(r"\]\((.+?)\)", README))
def test_what_the_readme_links_to_is_there(target: str) -> None:
    assert (CLIENTS / target).exists()
