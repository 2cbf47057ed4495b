"""Files of JavaScript under Node, in a project that has the client."""

import os
import subprocess
from pathlib import Path

from tests.clients.typescript.compiler import NODE
from tests.node import node


def run(project: Path, *command: str, **environment: str) -> str:
    """What Node prints; AssertionError with all of it when it fails."""
    done = subprocess.run(
        [node(), *command],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_tests(project: Path, name: str, **environment: str) -> None:
    """Run a file of Node's own tests in the project."""
    file = project / name
    file.write_text((NODE / name).read_text())
    run(project, "--test", "--test-reporter=spec", str(file), **environment)
