"""PHP programs of a few lines, as tests write them."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

CLIENT = Path(__file__).parents[3] / "clients" / "php"
_PRELUDE = Path(__file__).with_name("prelude.php")
_HEAD = """\
<?php

declare(strict_types=1);

namespace Test;

use Coursegen\\{Client, Connection, Error, Issue, Omitted, Runtime, Tracked, Type};
use Coursegen\\Runtime\\{Attempts, Decode, Document, EventStream, Failures, FileBody, Pause};

"""
_numbers = itertools.count()


class Php:
    """Runs programs with a client's `autoload.php`, its calls going to `url`."""

    def __init__(self, autoload: Path, folder: Path, url: str = "", token: str = "") -> None:
        self._autoload = autoload
        self._folder = folder
        self._variables = {"COURSEGEN_URL": url, "COURSEGEN_TOKEN": token}

    def __call__(self, program: str, memory: str = "64M") -> Any:
        """What the program returns. AssertionError with what it printed if it fails, or warns of anything."""
        file = self._folder / f"program-{next(_numbers)}.php"
        file.write_text(_HEAD + program)
        options = ["-d", f"memory_limit={memory}", "-d", "display_errors=stderr"]
        done = run_php(*options, str(_PRELUDE), str(self._autoload), str(file), **self._variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return msgspec.json.decode(done.stdout)


def run_php(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run `php` to its end, skipping the test where there is none."""
    return run_tool("php", *arguments, environment=variables)


def run_tool(
    tool: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, skipping the test where it is missing."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} on PATH; .ci/run installs it")
    return subprocess.run(
        [tool, *arguments],
        env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
