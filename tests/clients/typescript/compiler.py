"""TypeScript projects outside of the checkout, and the compilers over them."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec
import pytest

from app.gen.files import TYPESCRIPT
from tests.node import node

HERE: Final = Path(__file__).parent
NODE: Final = HERE / "node"
CLIENT: Final = Path(__file__).parents[3] / TYPESCRIPT
COMPILERS: Final = ("typescript", "typescript7")
"""5.9, whose language service is JavaScript, and 7, which is native."""
RESOLUTIONS: Final[Mapping[str, dict[str, Any]]] = {
    "NodeNext": {"module": "NodeNext", "moduleResolution": "NodeNext"},
    "Bundler": {"module": "ESNext", "moduleResolution": "Bundler"},
}
_STRICT: Final = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "exactOptionalPropertyTypes": True,
    "noPropertyAccessFromIndexSignature": True,
    "noUnusedLocals": True,
    "verbatimModuleSyntax": True,
    "skipLibCheck": False,
    "noEmit": True,
    "target": "ES2022",
    "lib": ["ES2023", "DOM"],
    "types": ["node"],
}


def make_project(folder: Path, *, trpc: str = ".") -> Path:
    """A project with the tests' npm packages; `trpc` is the workspace that tRPC comes from. No client in it yet."""
    if not (NODE / "node_modules").exists():
        pytest.fail("the packages of npm are not installed: `make test` does that")
    modules = folder / "node_modules"
    for package in _packages(NODE / "node_modules"):
        _link(modules, package)
    if trpc != ".":
        shutil.rmtree(modules / "@trpc")
        for package in _packages(NODE / trpc / "node_modules"):
            _link(modules, package)
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    return folder


def _packages(modules: Path) -> list[Path]:
    scoped = [package for scope in modules.glob("@*") for package in scope.iterdir()]
    return [*scoped, *(package for package in modules.iterdir() if package.name[0] not in "@.")]


def _link(modules: Path, package: Path) -> None:
    scope = package.parent.name if package.parent.name.startswith("@") else "."
    (modules / scope).mkdir(parents=True, exist_ok=True)
    (modules / scope / package.name).symlink_to(package.resolve())


def add_client(project: Path) -> None:
    """Put the client of the service into the project."""
    shutil.copytree(CLIENT, project / "node_modules" / "coursegen-client")


def add_package(project: Path, name: str, files: Mapping[PurePosixPath, str]) -> Path:
    """Put a generated client into the project under a name of its own; its folder."""
    folder = project / "node_modules" / name
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    manifest = (CLIENT / "package.json").read_text().replace('"coursegen-client"', f'"{name}"')
    (folder / "package.json").write_text(manifest)
    return folder


def compile_project(project: Path, compiler: str, include: list[str], **options: Any) -> None:
    """AssertionError with all complaints of the compiler about these files, and all that they import."""
    config = {"compilerOptions": {**_STRICT, **options}, "include": include, "exclude": []}
    file = project / "tsconfig.json"
    file.write_bytes(msgspec.json.encode(config))
    command = [node(), str(NODE / "node_modules" / compiler / "bin" / "tsc"), "-p", str(file)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
