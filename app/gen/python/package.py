"""The files of `clients/python`: what stands here is generated, its README and pyproject.toml are written by hand."""

from pathlib import Path, PurePosixPath
from typing import Final

from app.gen.python.areas import client_module, outputs_module
from app.gen.python.errors import errors_module
from app.gen.python.layout import HEADER, module
from app.gen.python.structs import types_module
from app.gen.python.synchronous import synchronous
from app.gen.python.types import Types
from app.rpc.surface import Surface

_RUNTIME: Final = Path(__file__).parents[1] / "runtime" / "python"
_PACKAGE: Final = PurePosixPath("coursegen_client")
_EXPORTS: Final = """\
from . import errors, types
from ._runtime.base_errors import (
    CallFailed,
    ConnectionFailed,
    CoursegenError,
    Issue,
    TimedOut,
    UnknownError,
    UnreadableAnswer,
)
from ._runtime.event_stream import Tracked
from ._version import VERSION as __version__
from .async_client import AsyncClient
from .client import Client

__all__ = [
    "AsyncClient",
    "CallFailed",
    "Client",
    "ConnectionFailed",
    "CoursegenError",
    "Issue",
    "TimedOut",
    "Tracked",
    "UnknownError",
    "UnreadableAnswer",
    "__version__",
    "errors",
    "types",
]"""


def python_files(surface: Surface, version: str) -> dict[PurePosixPath, str]:
    """Path below `clients/python` to text. `version` is the server's."""
    types = Types(surface)
    client = client_module(surface, types)
    generated = {
        "__init__": module("A typed client of the course generation service.", [_EXPORTS]),
        "_version": module("The version of the service that this was made from.", [f'VERSION = "{version}"']),
        "types": types_module(types),
        "errors": errors_module(surface, types),
        "outputs": outputs_module(surface, types),
        "async_client": client,
        "client": synchronous(client),
    }
    files = {_PACKAGE / f"{name}.py": text for name, text in generated.items()}
    return files | {_PACKAGE / "_runtime" / name: text for name, text in _runtime().items()}


def _runtime() -> dict[str, str]:
    texts = {path.name: HEADER + path.read_text(encoding="utf-8") for path in sorted(_RUNTIME.glob("*.py"))}
    made = {
        name.replace("_async", "_sync"): synchronous(text)
        for name, text in texts.items()
        if name.endswith("_async.py") and name.replace("_async", "_sync") not in texts
    }
    return texts | made
