"""What the generator makes of tables: the same bytes always, a header everywhere, and names that never clash."""

import hashlib
import os
import subprocess
import sys
from pathlib import PurePosixPath

import msgspec

from app.gen.typescript import typescript_files
from app.gen.typescript.layout import HEADER
from app.rpc.surface import Surface, surface
from tests.clients.python.sample import TABLE

PROGRAM = """
import hashlib
from app.gen.typescript import typescript_files
from app.rpc.surface import surface
from tests.clients.python.sample import TABLE
print(hashlib.sha256(repr(typescript_files(surface(TABLE))).encode()).hexdigest())
"""


def text(of: Surface, name: str) -> str:
    """One generated file."""
    return typescript_files(of)[PurePosixPath(name)]


def test_the_same_table_gives_the_same_bytes_in_every_process() -> None:
    expected = hashlib.sha256(repr(typescript_files(surface(TABLE))).encode()).hexdigest()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == expected


def test_every_file_says_that_it_is_generated() -> None:
    files = typescript_files(surface(TABLE))
    assert len(files) > len({path.suffix for path in files})
    assert all(text.startswith(HEADER) for text in files.values())


def test_a_surface_read_from_its_file_gives_the_same_client() -> None:
    of = surface(TABLE)
    read = msgspec.json.decode(msgspec.json.encode(of), type=Surface)
    assert typescript_files(read) == typescript_files(of)


def test_docs_are_carried_over_as_they_are() -> None:
    types = text(surface(TABLE), "types.d.ts")
    assert '/** Nested. With a "quote", a \\ backslash and """three quotes""". */\nexport type Item = {' in types
    assert " * Fields of every kind.\n *\n * `class` is a keyword, `list` a builtin, `self` the method's own.\n" in types
    assert "/** How far. */" in types
    assert "  /** By default `3`. */\n  to?: number | undefined;" in types
    assert " * {count} is too many of {kind}\n *\n * HTTP 409, CONFLICT.\n" in text(surface(TABLE), "errors.d.ts")
