"""How long `make gen` takes, and what a surface of a thousand procedures costs to generate and to compile."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.gen.openapi import openapi
from app.gen.openrpc import openrpc
from app.gen.python import python_files
from app.gen.typescript import typescript_files
from app.rpc.surface import Surface, surface
from tests.bench.figure import Figure
from tests.bench.synthetic import table_of, uses_of
from tests.clients.typescript.compiler import COMPILERS, RESOLUTIONS, add_package, compile_project, make_project

CHECKOUT = Path(__file__).parents[2]
GEN_SECONDS, LARGE_SECONDS = 5.0, 20.0
PROCEDURES, SHORT_PROCEDURES = 1000, 60
_EMITTERS: dict[str, Callable[[Surface], object]] = {
    "openapi": lambda of: msgspec.json.encode(openapi(of, "1.0.0")),
    "openrpc": lambda of: msgspec.json.encode(openrpc(of, "1.0.0")),
    "python": lambda of: python_files(of, "1.0.0"),
    "typescript": typescript_files,
}


def measure(folder: Path, *, short: bool) -> list[Figure]:
    """A row for `make gen`, one for all emitters over the large surface, one for each compiler over its client."""
    procedures = SHORT_PROCEDURES if short else PROCEDURES
    return [_gen(rounds=1 if short else 5), _emitted(procedures), *_compiled(folder, procedures)]


def _gen(rounds: int) -> Figure:
    program = Path(sys.executable).with_name("coursegen")
    command = [str(program), "gen", "--check"]
    taken = [_seconds(lambda: subprocess.run(command, cwd=CHECKOUT, check=True)) for _ in range(rounds)]
    return _figure("`coursegen gen --check`, the whole process", statistics.median(taken), GEN_SECONDS)


def _emitted(procedures: int) -> Figure:
    began = time.perf_counter()
    large = surface(table_of(procedures))
    parts = {"surface": time.perf_counter() - began}
    for name, emit in _EMITTERS.items():
        began = time.perf_counter()
        emit(large)
        parts[name] = time.perf_counter() - began
    detail = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in parts.items())
    return _figure(f"{procedures} procedures, everything generated", sum(parts.values()), LARGE_SECONDS, detail)


def _compiled(folder: Path, procedures: int) -> list[Figure]:
    project = make_project(folder)
    add_package(project, "coursegen-client", typescript_files(surface(table_of(procedures))))
    (project / "uses.ts").write_text(uses_of(procedures))
    return [_compile(project, compiler, procedures) for compiler in COMPILERS]


def _compile(project: Path, compiler: str, procedures: int) -> Figure:
    options = {**RESOLUTIONS["NodeNext"], "skipLibCheck": True}  # as applications have it: tRPC's own types need it
    taken = _seconds(lambda: compile_project(project, compiler, ["uses.ts"], **options))
    return _figure(f"{procedures} procedures called, compiled by {compiler}", taken, LARGE_SECONDS)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _figure(work: str, seconds: float, reach: float, detail: str = "") -> Figure:
    return Figure(row="gen", work=work, value=seconds, unit="s", reach=reach, at_most=True, detail=detail)
